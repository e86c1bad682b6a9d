"""Files that lie in a file system of this machine, opened so that neither a link nor a dead server can do harm.

Which files may be served is for whoever asks.
"""

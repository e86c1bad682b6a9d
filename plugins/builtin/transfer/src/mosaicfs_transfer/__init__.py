"""The server that hands files of this machine to other nodes."""

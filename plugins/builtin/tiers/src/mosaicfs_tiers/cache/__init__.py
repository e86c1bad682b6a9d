"""Bytes from afar that are kept on this machine."""

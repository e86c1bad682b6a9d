"""Finds files by the words inside them, in an index of this machine's own."""

__version__ = "0.1.0"

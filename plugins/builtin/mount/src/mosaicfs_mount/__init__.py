"""The tree as a file system of this machine."""

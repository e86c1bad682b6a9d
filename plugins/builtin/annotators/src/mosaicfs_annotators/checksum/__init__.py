"""A digest of the whole content of a file."""

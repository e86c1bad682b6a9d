"""Finds files by the words inside them, in the index of a Meilisearch server."""

__version__ = "0.1.0"

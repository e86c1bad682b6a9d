"""The embedded driver: SQLite in one file."""

from mosaicfs.documents.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]

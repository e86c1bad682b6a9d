"""The file of the agent's memory: what it holds, and which store it speaks of."""

from __future__ import annotations

from pathlib import Path

import apsw

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.documents.sqlite.own_file import OwnFile

SCHEMA = """
CREATE TABLE files (
  folder TEXT NOT NULL, name TEXT NOT NULL, file_id TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  native_id TEXT, face TEXT NOT NULL, gone INTEGER NOT NULL, coarse INTEGER NOT NULL,
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE TABLE folders (path TEXT PRIMARY KEY, mark BLOB NOT NULL, stale INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE crawls (prefix TEXT PRIMARY KEY, cursor TEXT, ended_at TEXT NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE holds (hold_id TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE held (path TEXT PRIMARY KEY, hold_id TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE intended (n INTEGER PRIMARY KEY, ids TEXT NOT NULL);
CREATE TABLE others (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
IDENTITIES = """
CREATE INDEX IF NOT EXISTS files_by_native_id ON files (native_id) WHERE native_id IS NOT NULL
"""

FILE = OwnFile(0x4D6F5361, 1, SCHEMA, is_flushed=False)


def opened(path: Path, store: str) -> apsw.Connection:
    connection = FILE.opened(path, lambda found: _trouble_with(found, store))
    connection.pragma("cache_size", -(16 << 10))
    connection.wal_autocheckpoint(4_000)
    with speaking_sqlite(path):
        sql.run(connection, "INSERT OR IGNORE INTO others VALUES ('store', ?)", (store,))
        sql.run(connection, IDENTITIES)
    return connection


def _trouble_with(connection: apsw.Connection, store: str) -> str:
    for table in ("files", "folders", "crawls", "holds", "held", "intended"):
        sql.run(connection, f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - parts are ours
    known = sql.select(connection, "SELECT value FROM others WHERE key = 'store'")
    speaks_of = known[0][0] if known else store
    return "" if speaks_of == store else "it speaks of another store, or of this one before it was restored"

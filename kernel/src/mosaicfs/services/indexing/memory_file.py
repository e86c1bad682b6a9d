"""The file of the agent's memory: made, recognised, or moved aside because it cannot be gone on with."""

from __future__ import annotations

from pathlib import Path

import apsw
import structlog

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import speaking_sqlite

APPLICATION_ID = 0x4D6F5361
NUMBER = 1
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

log = structlog.get_logger(component="crawler")


def opened(path: Path, store: str) -> apsw.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trouble = _trouble_with(path, store)
    if trouble:
        move_aside(path, trouble)
    if not path.exists():
        path.touch(mode=0o600)
    with speaking_sqlite(path):
        connection = _connected(path)
        if connection.pragma("application_id") != APPLICATION_ID:
            _create(connection, store)
        sql.run(connection, IDENTITIES)
        return connection


def _connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(10_000)
    for name, value in (("journal_mode", "WAL"), ("synchronous", "NORMAL"), ("cache_size", -(16 << 10))):
        connection.pragma(name, value)
    connection.pragma("journal_size_limit", 16 << 20)
    connection.wal_autocheckpoint(4_000)
    return connection


def _create(connection: apsw.Connection, store: str) -> None:
    sql.run(connection, f"BEGIN EXCLUSIVE;{SCHEMA}")
    sql.run(connection, "INSERT INTO others VALUES ('store', ?)", (store,))
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", NUMBER)
    sql.run(connection, "COMMIT")


def _trouble_with(path: Path, store: str) -> str:
    """Why this file cannot be gone on with; empty where it can, or where there is none."""
    if not path.exists() or path.stat().st_size == 0:
        return ""
    connection = None
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        connection.set_busy_timeout(10_000)
        if connection.pragma("application_id") != APPLICATION_ID:
            return "another program made it"
        if connection.pragma("user_version") != NUMBER:
            return f"it has schema {connection.pragma('user_version')}, this program knows {NUMBER}"
        for table in ("files", "folders", "crawls", "holds", "held", "intended"):
            sql.run(connection, f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - parts are ours
        speaks_of = sql.one_value(connection, "SELECT value FROM others WHERE key = 'store'")
    except (apsw.Error, IndexError) as damage:
        return f"it is damaged ({damage})"
    else:
        return "" if speaks_of == store else "it speaks of another store, or of this one before it was restored"
    finally:
        if connection is not None:
            connection.close()


def move_aside(path: Path, trouble: str) -> None:
    """With its log: left behind, that would be taken for the new file's."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.aside{suffix}"))
    log.warning("agent.db begun anew", place=str(path), cause=trouble, kept=f"{path.name}.aside")

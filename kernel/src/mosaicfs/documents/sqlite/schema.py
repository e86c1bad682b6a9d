"""The tables, and how an older database becomes a present one.

`TRUTH` is what cannot be made again: everything else (the question tables of `facts`) is derived and may be thrown
away. Migrations are numbered and only go forward; `user_version` of the file says how far it has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import apsw

from mosaicfs.documents.sqlite import sql

APPLICATION_ID = 0x4D6F5346
NUMBER = 1

TRUTH = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE docs (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  seq INTEGER NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  rev TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  live INTEGER NOT NULL,
  tree TEXT,
  body BLOB NOT NULL
);
CREATE INDEX docs_in_conflict ON docs (id) WHERE live > 1;
CREATE TABLE leaves (
  n INTEGER NOT NULL,
  rev TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (n, rev)
) WITHOUT ROWID;
CREATE TABLE local (
  caller TEXT NOT NULL,
  id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  body BLOB NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (caller, id)
) WITHOUT ROWID;
"""

MIGRATIONS: Mapping[int, Callable[[apsw.Connection], None]] = {}
"""From the number to the next one."""


def migrate(connection: apsw.Connection, path: Path) -> None:
    """The first process that gets the lock runs the steps; the others find nothing left to do."""
    if connection.pragma("user_version") >= NUMBER:
        return
    _keep_copy(connection, path)
    sql.run(connection, "BEGIN EXCLUSIVE")
    try:
        for present in range(connection.pragma("user_version"), NUMBER):
            MIGRATIONS[present](connection)
            connection.pragma("user_version", present + 1)
    except BaseException:
        sql.run(connection, "ROLLBACK")
        raise
    sql.run(connection, "COMMIT")


def _keep_copy(connection: apsw.Connection, path: Path) -> None:
    """Beside the database, so that a step that turns out wrong can be taken back by hand; only where there is room."""
    before = path.with_name(f"{path.name}.before-{connection.pragma('user_version') + 1}")
    try:
        with apsw.Connection(str(before)) as copy, copy.backup("main", connection, "main") as backup:
            backup.step()
        before.chmod(0o600)
    except apsw.FullError:
        before.unlink(missing_ok=True)

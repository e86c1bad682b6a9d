"""A small database of one process, beside the store: made, recognised, or begun anew.

What stands in one is about the past or can be found again, so a file that cannot be gone on with is moved aside, and
nobody is unable to start for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import apsw
import structlog

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import BUSY_TIMEOUT_MS, speaking_sqlite

Judge: TypeAlias = Callable[[apsw.Connection], str]
"""Why a file cannot be gone on with; empty where it can."""

log = structlog.get_logger(component="store")


@dataclass(frozen=True, slots=True)
class OwnFile:
    """`number` grows with `schema`; a file of another number is begun anew."""

    application_id: int
    number: int
    schema: str
    is_flushed: bool = True
    """Whether each commit is on disk when it returns. Otherwise the last ones may go with the machine."""

    def opened(self, path: Path, judge: Judge = lambda _: "") -> apsw.Connection:
        """`judge` is asked about a file that is ours by all else."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if trouble := self._trouble_with(path, judge):
            move_aside(path, trouble)
        path.touch(mode=0o600)
        with speaking_sqlite(path):
            connection = _connected(path)
            connection.pragma("journal_mode", "WAL")
            connection.pragma("synchronous", "FULL" if self.is_flushed else "NORMAL")
            connection.pragma("journal_size_limit", 16 << 20)
            if connection.pragma("application_id") != self.application_id:
                self._create(connection)
            return connection

    def _create(self, connection: apsw.Connection) -> None:
        with connection:
            sql.run(connection, self.schema)
            connection.pragma("application_id", self.application_id)
            connection.pragma("user_version", self.number)

    def _trouble_with(self, path: Path, judge: Judge) -> str:
        if not path.exists() or path.stat().st_size == 0:
            return ""
        connection = None
        try:
            connection = _connected(path)
            tables = sql.one_value(connection, "SELECT count(*) FROM sqlite_schema")
            if connection.pragma("application_id") != self.application_id:
                return "another program made it" if tables else ""  # a kill came before the first commit
            if connection.pragma("user_version") != self.number:
                return f"it has schema {connection.pragma('user_version')}, this program knows {self.number}"
            return judge(connection)
        except apsw.Error as damage:
            return f"it is damaged ({damage})"
        finally:
            if connection is not None:
                connection.close()


def move_aside(path: Path, trouble: str) -> None:
    """With its log: left behind, that would be taken for the new file's."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.aside{suffix}"))
    log.warning("database begun anew", place=str(path), cause=trouble, kept=f"{path.name}.aside")


def _connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection

"""A small database of the control plane's own, beside the store: what is no document and need not reach anybody.

One connection, one thread at a time. A file that cannot be gone on with is moved aside and a new one begun: what stands
in it is about the past, and nobody should be unable to start for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import anyio
import anyio.to_thread
import apsw
import structlog

from mosaicfs.errors import StoreBusyError, StoreCorruptError, StoreFullError

T = TypeVar("T")
Value: TypeAlias = "str | int | bytes | None"

BUSY_MS = 10_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file of ours holds. `number` grows with `schema`; a file of another number is begun anew."""

    application_id: int
    number: int
    schema: str


class OwnDatabase:
    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self._path = path
        self._connection = connection
        self._thread = anyio.CapacityLimiter(1)
        self._flushes = True

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        return await anyio.to_thread.run_sync(self._work, work, limiter=self._thread)

    async def write(self, work: Callable[[apsw.Connection], T], *, flushed: bool = True) -> T:
        """In one transaction, all or nothing; on disk when this returns, also where the caller was cancelled.

        What is not `flushed` outlives this process, but not the machine, until something else is.
        """

        def run(connection: apsw.Connection) -> T:
            if flushed != self._flushes:
                connection.pragma("synchronous", "FULL" if flushed else "NORMAL")
                self._flushes = flushed
            with connection:
                result = work(connection)
            return result  # noqa: RET504 - the type checker thinks that `with` may swallow an error

        return await anyio.to_thread.run_sync(self._work, run, limiter=self._thread)

    def _work(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            return work(self._connection)
        except apsw.FullError:
            raise StoreFullError(self._path) from None
        except apsw.BusyError:
            raise StoreBusyError(BUSY_MS / 1000) from None
        except apsw.Error as cause:
            raise StoreCorruptError(self._path, str(cause)) from cause

    def close(self) -> None:
        with suppress(apsw.Error):
            self._connection.close()


def rows(connection: apsw.Connection, statement: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
    """All that it answers; what is not fetched has not happened."""
    return connection.execute(statement, values).fetchall()


@asynccontextmanager
async def open_own_database(path: Path, plan: Plan) -> AsyncIterator[OwnDatabase]:
    connection = await anyio.to_thread.run_sync(_opened, path, plan)
    database = OwnDatabase(path, connection)
    try:
        yield database
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(database.close)


def _opened(path: Path, plan: Plan) -> apsw.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if trouble := _trouble_with(path, plan):
        _move_aside(path, trouble)
    path.touch(mode=0o600)
    connection = _connected(path)
    if connection.pragma("application_id") != plan.application_id:
        with connection:
            connection.execute(plan.schema).fetchall()
            connection.pragma("application_id", plan.application_id)
            connection.pragma("user_version", plan.number)
    return connection


def _connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(BUSY_MS)
    for name, value in (("journal_mode", "WAL"), ("synchronous", "FULL"), ("journal_size_limit", 16 << 20)):
        connection.pragma(name, value)
    return connection


def _trouble_with(path: Path, plan: Plan) -> str:
    """Why this file cannot be gone on with; empty where it can, or where there is none."""
    if not path.exists() or path.stat().st_size == 0:
        return ""
    connection = None
    try:
        connection = _connected(path)
        if connection.pragma("application_id") not in (0, plan.application_id):
            return "another program made it"
        if connection.pragma("user_version") not in (0, plan.number):
            return f"it has schema {connection.pragma('user_version')}, this program knows {plan.number}"
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.Error as damage:
        return f"it is damaged ({damage})"
    else:
        return ""
    finally:
        if connection is not None:
            connection.close()


def _move_aside(path: Path, trouble: str) -> None:
    """With its log: left behind, that would be taken for the new file's."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.aside{suffix}"))
    log.warning("database_begun_anew", place=str(path), cause=trouble, kept=f"{path.name}.aside")

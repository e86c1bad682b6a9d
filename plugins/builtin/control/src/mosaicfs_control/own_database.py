"""A small database of the control plane's own, beside the store: what is no document and need not reach anybody.

One connection, one thread at a time. A file that cannot be gone on with is begun anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import anyio
import anyio.to_thread
import apsw

from mosaicfs import OwnFile
from mosaicfs.errors import StoreBusyError, StoreCorruptError, StoreFullError

T = TypeVar("T")
Value: TypeAlias = "str | int | bytes | None"

BUSY_MS = 10_000


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
async def open_own_database(path: Path, file: OwnFile) -> AsyncIterator[OwnDatabase]:
    connection = await anyio.to_thread.run_sync(_opened, path, file)
    database = OwnDatabase(path, connection)
    try:
        yield database
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(database.close)


def _opened(path: Path, file: OwnFile) -> apsw.Connection:
    connection = file.opened(path)
    connection.set_busy_timeout(BUSY_MS)
    return connection

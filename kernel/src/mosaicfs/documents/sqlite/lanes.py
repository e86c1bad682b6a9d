"""The threads of a store: one that writes, a few that read.

What is handed in are plain functions of a connection, which may be run again; they have a transaction of their own
(reads) or share one with whatever else was waiting (writes). A result is given back only after the commit is on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import apsw
import trio

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.bell import Bell
from mosaicfs.documents.sqlite.health import Health
from mosaicfs.documents.sqlite.opening import connect, speaking_sqlite
from mosaicfs.errors import MosaicError

T = TypeVar("T")

READERS = 4
MOST_IN_ONE_TRANSACTION = 1_000


@dataclass(eq=False, slots=True)
class _Work:
    """A piece of writing; `weight` is the number of its documents."""

    run: Callable[[apsw.Connection], Any]
    weight: int
    done: trio.Event = field(default_factory=trio.Event)
    result: Any = None
    trouble: BaseException | None = None


class WritingLane:
    """`refusal` is set once the database is known to be damaged: nothing more is written then."""

    def __init__(self, path: Path, bell: Bell, health: Health) -> None:
        self.refusal: MosaicError | None = None
        self._health = health
        self._path = path
        self._bell = bell
        self._connection = connect(path, cache_kib=32 << 10)
        self._waiting: list[_Work] = []
        self._wake = trio.Event()
        self._thread = trio.CapacityLimiter(1)
        self._written = trio.Event()

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    async def until_written(self) -> None:
        """Until somebody in this process has written something."""
        await self._written.wait()

    async def run(self, work: Callable[[apsw.Connection], T], *, weight: int = 1) -> T:
        if self.refusal is not None:
            raise self.refusal
        piece = _Work(work, weight)
        self._waiting.append(piece)
        self._wake.set()
        await piece.done.wait()
        if piece.trouble is not None:
            raise piece.trouble
        return piece.result  # type: ignore[no-any-return]  # what `work` returned

    async def serve(self) -> None:
        while True:
            await self._wake.wait()
            while self._waiting:
                batch = self._next_batch()
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(self._write, batch, limiter=self._thread)
                self._bell.heard()
                self._tell_health(batch)
                for piece in batch:
                    piece.done.set()
                self._written.set()
                self._written = trio.Event()
            self._wake = trio.Event()

    async def outside_transactions(self, work: Callable[[apsw.Connection], T]) -> T:
        """For what SQLite does only between transactions, such as truncating the log."""

        def run() -> T:
            with speaking_sqlite(self._path):
                return work(self._connection)

        return await trio.to_thread.run_sync(run, limiter=self._thread)

    def close(self) -> None:
        self._connection.close()

    def _next_batch(self) -> list[_Work]:
        batch = [self._waiting.pop(0)]
        weight = batch[0].weight
        while self._waiting and weight + self._waiting[0].weight <= MOST_IN_ONE_TRANSACTION:
            weight += self._waiting[0].weight
            batch.append(self._waiting.pop(0))
        return batch

    def _tell_health(self, batch: list[_Work]) -> None:
        for piece in batch:
            self._health.met(piece.trouble)
        if any(piece.trouble is None for piece in batch):
            self._health.wrote()

    def _write(self, batch: list[_Work]) -> None:
        try:
            with speaking_sqlite(self._path):
                while batch and (refused := self._transaction(batch)) is not None:
                    batch = [piece for piece in batch if piece is not refused]
        except BaseException as trouble:  # noqa: BLE001 - it belongs to those who wait for the result
            for piece in batch:
                piece.trouble = trouble
        else:
            self._bell.ring()

    def _transaction(self, batch: list[_Work]) -> _Work | None:
        """None after the commit. A piece that refuses undoes them all and is given back: the others begin again.

        A savepoint a piece would cost every write a copy of each page it changes; refusals are rare.
        """
        sql.run(self._connection, "BEGIN IMMEDIATE")
        try:
            for piece in batch:
                if not self._done(piece):
                    sql.run(self._connection, "ROLLBACK")
                    return piece
            sql.run(self._connection, "COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                sql.run(self._connection, "ROLLBACK")
            raise
        return None

    def _done(self, piece: _Work) -> bool:
        try:
            piece.result = piece.run(self._connection)
        except apsw.Error:
            raise
        except Exception as refusal:  # noqa: BLE001 - raised again where the piece is awaited
            piece.trouble = refusal
            return False
        return True


class ReadingLanes:
    def __init__(self, path: Path, health: Health) -> None:
        self._path = path
        self._health = health
        self._free = [connect(path, cache_kib=8 << 10, readonly=True) for _ in range(READERS)]
        self._limit = trio.CapacityLimiter(READERS)
        self._here = connect(path, cache_kib=4 << 10, readonly=True)

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        async with self._limit:
            connection = self._free.pop()
            try:
                with trio.CancelScope(shield=True):
                    result = await trio.to_thread.run_sync(self._read, connection, work)
            except MosaicError as trouble:
                self._health.met(trouble)
                raise
            finally:
                self._free.append(connection)
        await trio.lowlevel.checkpoint_if_cancelled()
        return result

    def here(self, work: Callable[[apsw.Connection], T]) -> T:
        """In the thread of the event loop: for a few rows by key, which take less time than the way to a thread."""
        try:
            return self._read(self._here, work)
        except MosaicError as trouble:
            self._health.met(trouble)
            raise

    def close(self) -> None:
        for connection in [*self._free, self._here]:
            connection.close()

    def _read(self, connection: apsw.Connection, work: Callable[[apsw.Connection], T]) -> T:
        with speaking_sqlite(self._path):
            sql.run(connection, "BEGIN")
            try:
                return work(connection)
            finally:
                sql.run(connection, "COMMIT")


async def interruptible(path: Path, work: Callable[[apsw.Connection], T]) -> T:
    """A long look on a connection of its own; a cancellation reaches SQLite and ends it."""
    connection = connect(path, cache_kib=8 << 10, readonly=True)
    outcome: list[T] = []
    trouble: list[Exception] = []

    def run() -> None:
        try:
            with speaking_sqlite(path):
                outcome.append(work(connection))
        except Exception as cause:  # noqa: BLE001 - raised below, where no nursery wraps it
            trouble.append(cause)

    async def interrupt_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            connection.interrupt()

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(interrupt_when_cancelled)
            await trio.to_thread.run_sync(run)
            nursery.cancel_scope.cancel()
        await trio.lowlevel.checkpoint_if_cancelled()
    finally:
        connection.close()
    if trouble:
        raise trouble[0]
    return outcome[0]

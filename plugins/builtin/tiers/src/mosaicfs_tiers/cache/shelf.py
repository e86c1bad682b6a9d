"""What everything that is kept in this process shares: the index, the files, the room, and who comes first.

Also the tasks that go on when a reader has gone. They belong to no reader, and reads are served before and after the
work of the tier, so they run beside all others; none of their errors is lost, and none of them ends the program.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVarTuple

import structlog
import trio

from mosaicfs.model.configuration import CacheSettings
from mosaicfs.model.notices import Notices
from mosaicfs.model.times import Clock, now_text
from mosaicfs_tiers.cache.data_files import DataFiles
from mosaicfs_tiers.cache.index import Index, Row, delete_rows, remove_rowless
from mosaicfs_tiers.cache.leases import RENEWED_AFTER_S, Leases
from mosaicfs_tiers.cache.room import Room

Ts = TypeVarTuple("Ts")

_log = structlog.get_logger(component="cache")


@dataclass
class Figures:
    """Since the start of this process."""

    hits: int = 0
    misses: int = 0
    fetched_bytes: int = 0


class Queue:
    """Fetches that somebody waits for go before those that nobody has asked for yet."""

    def __init__(self) -> None:
        self._waited_for = 0
        self._is_calm = trio.Event()
        self._is_calm.set()

    def __enter__(self) -> None:
        if self._waited_for == 0:
            self._is_calm = trio.Event()
        self._waited_for += 1

    def __exit__(self, *_: object) -> None:
        self._waited_for -= 1
        if self._waited_for == 0:
            self._is_calm.set()

    async def calm(self) -> None:
        await self._is_calm.wait()


@dataclass(eq=False)
class Shelf:
    index: Index
    files: DataFiles
    room: Room
    settings: Callable[[], CacheSettings]
    clock: Clock
    leases: Leases = field(default_factory=Leases)
    figures: Figures = field(default_factory=Figures)
    queue: Queue = field(default_factory=Queue)
    hashing: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(1))
    orphans: int = 0
    straight: int = 0
    _held: int = 0
    _renewing: trio.CancelScope | None = None

    @classmethod
    def at(cls, root: Path, settings: Callable[[], CacheSettings], notices: Notices, clock: Clock) -> Shelf:
        index, files = Index(root / "index.db"), DataFiles(root)
        return cls(index, files, Room(index, files, settings, notices), settings, clock)

    def now(self) -> str:
        return now_text(self.clock)

    def spawn(self, task: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        trio.lowlevel.spawn_system_task(_guarded, partial(task, *args))

    # --- entries ---------------------------------------------------------------------------------------------------

    def touch(self, key: str) -> None:
        """Somebody reads it."""
        self.room.touch(key, self.now())

    async def drop(self, rows: list[Row]) -> None:
        """Also while they are open: whoever has one reads on in the file that has no name any more."""
        await self.index.change(lambda connection: delete_rows(connection, rows), flushed=True)
        await self.index.change(
            lambda connection: remove_rowless(connection, self.files, [row.cache_key for row in rows])
        )

    # --- leases ----------------------------------------------------------------------------------------------------

    def holding(self, count: int) -> None:
        """One lease more, or less; they are renewed while there are any."""
        self._held += count
        if self._held > 0 and self._renewing is None:
            self._renewing = trio.CancelScope()
            self.spawn(self._renew, self._renewing)
        elif self._held == 0 and self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None

    async def _renew(self, scope: trio.CancelScope) -> None:
        with scope:
            while True:
                await trio.sleep(RENEWED_AFTER_S)
                await self.index.change(self.leases.renew)


async def _guarded(task: Callable[[], Awaitable[object]]) -> None:
    try:
        await task()
    except OSError as trouble:
        _log.info("the cache could not keep something", cause=str(trouble))
    except Exception:  # noqa: BLE001 - whatever it stumbles over, reads go on
        _log.exception("a task of the cache died")

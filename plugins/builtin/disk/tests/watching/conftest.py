"""A watcher on a real folder, and what it has said so far."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Doubt, Event, Gone, Moved, NewFolder, Touched, Watching
from mosaicfs_disk.watching.outbox import lies_in

QUICK = WatchSettings(debounce_ms=30, rename_window_ms=150, min_interval_s=0)


def nothing_excluded(_path: bytes, _is_folder: bool) -> bool:
    return False


class Heard:
    """Collects events; waits for conditions on all that was heard since `clear`."""

    def __init__(self, watching: Watching) -> None:
        self.watching = watching
        self._events = watching.events()
        self.all: list[Event] = []

    async def until(self, condition: Callable[[], bool]) -> None:
        with trio.fail_after(15):
            while not condition():
                self.all.append(await self._events.receive())

    async def event(self, wanted: Event) -> None:
        await self.until(lambda: self.has(wanted))

    def has(self, wanted: Event) -> bool:
        return any(type(event) is type(wanted) and event == wanted for event in self.all)

    async def everything_before(self, place: Path) -> list[Event]:
        """All that was said of what happened before now: a file is written at `place` and waited for."""
        await trio.Path(place).write_bytes(b"now")
        await self.event(Touched(bytes(place)))
        mark = bytes(place)
        return [event for event in self.all if isinstance(event, Moved) or event.path != mark]

    def covers(self, path: bytes) -> bool:
        """Whether somebody was told to look at the path, or at a folder that it is in."""
        return any(
            (isinstance(event, Touched | Gone) and event.path == path)
            or (isinstance(event, NewFolder | Doubt) and lies_in(path, event.path))
            or (isinstance(event, Moved) and lies_in(path, event.new))
            for event in self.all
        )

    def clear(self) -> None:
        self.all.clear()


Excluded = Callable[[bytes, bool], bool]
Listen = Callable[..., AbstractAsyncContextManager[Heard]]


@pytest.fixture
def listen() -> Listen:
    return _listen


@asynccontextmanager
async def _listen(
    *roots: Path,
    settings: WatchSettings = QUICK,
    is_excluded: Excluded = nothing_excluded,
    limit: int | None = None,
    most: int = 50_000,
) -> AsyncIterator[Heard]:
    watching = Watching(roots, is_excluded, settings, limit=limit, most=most)
    async with trio.open_nursery() as nursery:
        await nursery.start(watching.run)
        yield Heard(watching)
        nursery.cancel_scope.cancel()

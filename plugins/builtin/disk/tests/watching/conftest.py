"""A watcher on a real folder, and what it has said so far."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Budget, Doubt, Event, Gone, Moved, NewFolder, Touched, Watching
from mosaicfs_disk.watching.fanotify import Fanotify
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

    def watches(self, folders: int) -> bool:
        """So many folders; by fanotify it is their one file system, if there is anything to watch."""
        facts = self.watching.facts()
        return facts.watches == (folders if facts.driver == "inotify" else min(folders, 1))

    def clear(self) -> None:
        self.all.clear()


Excluded = Callable[[bytes, bool], bool]
Listen = Callable[..., AbstractAsyncContextManager[Heard]]


@pytest.fixture
def driver() -> str:
    """Of the setting. A module that is about all of them has a fixture of its own."""
    return "auto"


@pytest.fixture
def fanotify(tmp_path: Path) -> str:
    """The driver for whole file systems, where this process may have it."""
    try:
        tried = Fanotify(nothing_excluded, {})
        try:
            tried.try_out(bytes(tmp_path))
        finally:
            tried.close()
    except OSError as error:
        pytest.skip(f"fanotify needs root, Linux 5.17 and a file system with handles ({error.strerror or error})")
    return "fanotify"


@pytest.fixture
def listen(driver: str) -> Listen:
    return partial(_listen, driver)


@asynccontextmanager
async def _listen(
    driver: str,
    *roots: Path,
    settings: WatchSettings = QUICK,
    is_excluded: Excluded = nothing_excluded,
    limit: int | None = None,
    most: int = 50_000,
) -> AsyncIterator[Heard]:
    budget = None if limit is None else Budget(limit)
    if settings.driver == "auto":
        settings = replace(settings, driver=cast(Any, driver))
    watching = Watching(roots, is_excluded, settings, budget=budget, most=most)
    async with trio.open_nursery() as nursery:
        await nursery.start(watching.run)
        yield Heard(watching)
        nursery.cancel_scope.cancel()

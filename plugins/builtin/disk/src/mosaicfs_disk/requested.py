"""Crawls that were asked for and wait: one of a folder is joined to one that waits for it, or for all of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from mosaicfs.model.crawling import Trigger
from mosaicfs.model.indexing import CrawlCounts
from mosaicfs.model.names import covers


@dataclass(slots=True)
class Request:
    """`below` is the folder to crawl, empty for the whole watched folder. `is_full` asks for full speed."""

    below: str
    trigger: Trigger
    is_full: bool = False
    counts: CrawlCounts = field(default_factory=CrawlCounts)
    trouble: Exception | None = None
    done: trio.Event = field(default_factory=trio.Event)

    async def result(self) -> CrawlCounts:
        await self.done.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.counts

    def take_along(self, trigger: Trigger, *, is_full: bool) -> None:
        """What a watcher asked for becomes the matter of whoever else wants it: he waits for the end of it."""
        self.is_full |= is_full
        if self.trigger == "poll":
            self.trigger = trigger

    def covers(self, other: str) -> bool:
        return not self.below or (other != "" and covers(self.below, other))


class Requested:
    """Of one watched folder."""

    def __init__(self) -> None:
        self._waiting: list[Request] = []
        self._added = trio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, below: str, trigger: Trigger, *, is_full: bool = False) -> Request:
        """The request that will do it, which may be one that waits already."""
        for waiting in self._waiting:
            if waiting.covers(below):
                waiting.take_along(trigger, is_full=is_full)
                return waiting
        new = Request(below, trigger, is_full)
        self._waiting.append(new)
        self._added.set()
        return new

    async def next(self) -> list[Request]:
        """The first one, and those that are done by it too."""
        while not self._waiting:
            self._added = trio.Event()
            await self._added.wait()
        await trio.lowlevel.checkpoint()
        first = next((each for each in self._waiting if not each.below), self._waiting[0])
        together = [each for each in self._waiting if first.covers(each.below)]
        together.sort(key=lambda each: each is not first)
        for each in together:
            first.take_along(each.trigger, is_full=False)
        self._waiting = [each for each in self._waiting if each not in together]
        return together

    def fail(self, trouble: Exception) -> None:
        """All that wait end with this."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.trouble = trouble
            each.done.set()

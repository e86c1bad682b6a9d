"""A node that has just joined may be known already: its files have documents, with labels on them, at the others.

So whatever would make documents of files waits until everything has come once. That it has is remembered in the store,
where it is lost together with what had come.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import trio

from mosaicfs.errors import ConflictError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.indexing import CrawlCounts, Hold, Index
from mosaicfs.model.store import Store

_CALLER = "first_pull"
_MARK = "over"


class FirstPull:
    """`over` is set for good. Without a control plane there is nothing to wait for."""

    def __init__(self) -> None:
        self.over = trio.Event()

    async def look(self, store: Store) -> None:
        if await store.local_get(_CALLER, _MARK) is not None:
            self.over.set()

    async def end(self, store: Store) -> None:
        """Only now is it known which files of this machine are known."""
        if not self.over.is_set():
            with suppress(ConflictError):
                await store.local_put(_CALLER, _MARK, b"{}")
            self.over.set()


class WaitingIndex:
    """`model.indexing.Index` that does nothing before the first pull is over. What only looks need not wait."""

    def __init__(self, index: Index, over: trio.Event) -> None:
        self._index = index
        self._over = over

    async def crawl(self, source: Source) -> CrawlCounts:
        await self._over.wait()
        return await self._index.crawl(source)

    async def take(self, source: Source, changes: Sequence[Change]) -> None:
        await self._over.wait()
        await self._index.take(source, changes)

    async def move_folder(self, source: Source, moved_from: str, moved_to: str) -> int:
        await self._over.wait()
        return await self._index.move_folder(source, moved_from, moved_to)

    async def leave(self, source: Source, kept: Sequence[str] = ()) -> None:
        await self._over.wait()
        await self._index.leave(source, kept)

    async def relearn(self) -> None:
        await self._over.wait()
        await self._index.relearn()

    async def count(self, source: Source) -> int:
        """Waits as well: what is read from the documents is read once, and must be all of them."""
        await self._over.wait()
        return await self._index.count(source)

    async def sample(self, source: Source, most: int) -> list[Change]:
        await self._over.wait()
        return await self._index.sample(source, most)

    @property
    def counts(self) -> CrawlCounts:
        return self._index.counts

    def holds(self) -> list[Hold]:
        return self._index.holds()

    async def confirm(self, hold_id: str) -> int:
        await self._over.wait()
        return await self._index.confirm(hold_id)

"""The files of a fake store by where they lie and by their names, followed as a driver does that is fed by changes.

What is written while somebody looks is seen by the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import trio

import mosaicfs
from mosaicfs.model.document import Document
from mosaicfs.model.filing import Filing
from mosaicfs.model.search import Search, SearchPage

if TYPE_CHECKING:
    from mosaicfs import FollowedFiling, FollowedNames

T = TypeVar("T")


class MemoryFiling:
    """`written_after` gives the winners after a sequence, in order, and the last sequence."""

    def __init__(self, written_after: Callable[[int], tuple[Sequence[Document], int]]) -> None:
        self._written_after = written_after
        self._through = 0
        self._followed: tuple[FollowedFiling, FollowedNames] | None = None
        self._dropped: list[str] = []
        self._alone = trio.Lock()

    def drop(self, doc_id: str) -> None:
        self._dropped.append(doc_id)

    async def filed(self, work: Callable[[Filing], T]) -> T:
        async with self._alone:
            filing, _ = self._caught_up()
            return await trio.to_thread.run_sync(work, filing)

    async def search(self, search: Search) -> SearchPage:
        async with self._alone:
            _, names = self._caught_up()
            return names.page(search)

    def _caught_up(self) -> tuple[FollowedFiling, FollowedNames]:
        filing, names = self._followed = self._followed or self._begun()
        dropped, self._dropped = self._dropped, []
        for doc_id in dropped:
            filing.drop(doc_id)
        winners, self._through = self._written_after(self._through)
        filing.follow(winners)
        names.follow([*map(filing.winner, dropped), *winners])
        return filing, names

    def _begun(self) -> tuple[FollowedFiling, FollowedNames]:
        filing = mosaicfs.FollowedFiling(lambda search: names.ids(names.found(search)))
        names = mosaicfs.FollowedNames(filing.winner)
        return filing, names

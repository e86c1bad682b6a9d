"""Who opens one directory after the other is walking: the next ones are listed together, before they are asked for.

A way to the tree costs more than most directories do. So the first step down lists a few names ahead; when half of them
have been used up the next ones are listed beside the walk, twice as many. What is ahead is dropped with the first
change of anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import Final

import trio

from mosaicfs.errors import MosaicError, NotShownError
from mosaicfs.model.tree import Brief, Listing, Shown, Tree

FIRST: Final = 256
MOST: Final = 2_048
"""Names ahead: about as many as are listed in the time in which somebody would notice."""

_MOST_WAITING: Final = 10_000


class Walking:
    """Of files of `node_id` no more is asked than `stat` shows.

    `_turn` counts what was dropped, so that an answer that was asked for before is not kept.
    """

    def __init__(self, tree: Tree, node_id: str) -> None:
        self._tree = tree
        self._node_id = node_id
        self._ahead: dict[str, Listing | Brief] = {}
        self._names = 0
        self._next: Sequence[str] = ()
        self._last: Listing | Brief | None = None
        self._room = 0
        self._turn = 0
        self._one = trio.Lock()
        self._wake = trio.Event()

    def ahead(self, path: str) -> Listing | Brief | None:
        """If it is at hand. It is given once."""
        found = self._ahead.pop(path, None)
        if found is not None:
            self._last = found
            self._names -= _names_in(found)
            if self._runs_low():
                self._wake.set()
        return found

    def coming(self, most: int) -> Iterator[Brief]:
        """Of the next ones, those of which there is no more to say than is said here."""
        return (each for each in islice(self._ahead.values(), most) if isinstance(each, Brief))

    def _runs_low(self) -> bool:
        return bool(self._next) and 2 * self._names < self._room

    async def listing(self, path: str) -> Listing | Brief:
        """`NotShownError` where nothing is."""
        async with self._one:
            found = self.ahead(path)
            if found is None:
                found = self._last = await self._first(path)
        return found

    async def run(self) -> None:
        """List on where somebody walks. Whoever comes to what cannot be listed is told why."""
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            async with self._one:
                if self._runs_low():
                    await self._list_on()

    def drop(self) -> None:
        self._ahead, self._names, self._next, self._last = {}, 0, (), None
        self._turn += 1

    async def _list_on(self) -> None:
        try:
            await self._fetched(self._next, min(MOST, 2 * self._room))
        except MosaicError:
            self._next = ()

    # --- one at a time ---------------------------------------------------------------------------------------------

    async def _first(self, path: str) -> Listing | Brief:
        paths, most = self._plan(path)
        self._ahead, self._names = {}, 0
        listings = await self._fetched(paths, most)
        if not listings or listings[0].path != path:
            raise NotShownError(path)
        self.ahead(path)
        return listings[0]

    async def _fetched(self, paths: Sequence[str], most: int) -> Sequence[Listing | Brief]:
        turn = self._turn
        walked = await self._tree.walk(paths, most, self._node_id)
        if turn == self._turn:
            self._ahead.update((each.path, each) for each in walked.listings)
            self._names = sum(map(_names_in, self._ahead.values()))
            self._next, self._room = walked.left[:_MOST_WAITING], most
        return walked.listings

    def _plan(self, path: str) -> tuple[Sequence[str], int]:
        """Which directories come next, this one first, and how many names are worth it."""
        if path in self._next:
            at = self._next.index(path)
            return self._next[at:], min(MOST, max(FIRST, 2 * self._room))
        siblings = _directories_in(self._last) if self._last is not None else []
        if path in siblings:
            return siblings[siblings.index(path) :], FIRST
        return (path,), 0


def _names_in(listing: Listing | Brief) -> int:
    return len(_shown_in(listing)) + (len(listing.files.names) if isinstance(listing, Brief) else 0)


def _directories_in(listing: Listing | Brief) -> list[str]:
    above = listing.path.rstrip("/")
    return [f"{above}/{each.name}" for each in takewhile(lambda each: each.kind == "directory", _shown_in(listing))]


def _shown_in(listing: Listing | Brief) -> Sequence[Shown]:
    return listing.directories if isinstance(listing, Brief) else listing.entries

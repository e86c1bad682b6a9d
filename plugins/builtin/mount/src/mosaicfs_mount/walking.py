"""Who opens one directory after the other is walking: the next ones are listed together, before they are asked for.

A way to the tree costs more than most directories do. So the first step down lists a few names ahead, and every time
those have been used up, twice as many. What is ahead is dropped with the first change of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from mosaicfs.errors import NotShownError
from mosaicfs.model.tree import Listing, Tree

FIRST: Final = 256
MOST: Final = 4_096
"""Names ahead: about as many as are listed in the time in which somebody would notice."""

_MOST_WAITING: Final = 10_000


class Walking:
    """`turn` counts what was dropped, so that an answer that was asked for before is not kept."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._ahead: dict[str, Listing] = {}
        self._next: Sequence[str] = ()
        self._last: Listing | None = None
        self._room = 0
        self._turn = 0

    def ahead(self, path: str) -> Listing | None:
        """If it is at hand. It is given once."""
        found = self._ahead.pop(path, None)
        self._last = found or self._last
        return found

    async def listing(self, path: str) -> Listing:
        """`NotShownError` where nothing is."""
        found = self.ahead(path)
        if found is None:
            found = self._last = await self._fetched(path)
        return found

    def drop(self) -> None:
        self._ahead, self._next, self._last = {}, (), None
        self._turn += 1

    async def _fetched(self, path: str) -> Listing:
        paths, most = self._plan(path)
        turn = self._turn
        walked = await self._tree.walk(paths, most)
        if not walked.listings or walked.listings[0].path != path:
            raise NotShownError(path)
        first, *rest = walked.listings
        if turn == self._turn:
            self._ahead = {each.path: each for each in rest}
            self._next, self._room = walked.left[:_MOST_WAITING], most
        return first

    def _plan(self, path: str) -> tuple[Sequence[str], int]:
        """Which directories come next, this one first, and how many names are worth it."""
        if path in self._next:
            at = self._next.index(path)
            return self._next[at:], min(MOST, max(FIRST, 2 * self._room))
        siblings = _directories_in(self._last) if self._last is not None else []
        if path in siblings:
            return siblings[siblings.index(path) :], FIRST
        return (path,), 0


def _directories_in(listing: Listing) -> list[str]:
    above = listing.path.rstrip("/")
    return [f"{above}/{each.name}" for each in takewhile(lambda each: each.kind == "directory", listing.entries)]

"""Searches over names and the places of files: the kernel's index and filing, fed from CouchDB's feed, kept in memory.

The first search reads the whole feed, and so does the first work on the filing, for both; later ones what is new. A hit
is shown as it is when its document is fetched: one that has gone in between makes the search begin again, so that no
page holds what is not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import trio

from mosaicfs import FollowedFiling, FollowedNames
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.document import Document
from mosaicfs.model.filing import Filing
from mosaicfs.model.search import Search, SearchPage
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.sequences import BEGINNING

T = TypeVar("T")

_ROWS: Final = 1_000
_ATTEMPTS: Final = 5


class Names:
    """`purged` tells the sequence of the last document that any process dropped: such a one leaves no row behind."""

    def __init__(self, reading: Reading, purged: Callable[[], Awaitable[str]]) -> None:
        self._reading = reading
        self._purged = purged
        self._alone = trio.Lock()
        self._known_purge = ""
        self._since = BEGINNING
        self._index: FollowedNames | None = None
        self._filing: FollowedFiling | None = None
        self._dropped: list[str] = []

    async def warm(self) -> None:
        async with self._alone:
            await self._caught_up()

    async def search(self, search: Search) -> SearchPage:
        async with self._alone:
            for _ in range(_ATTEMPTS):
                index = await self._caught_up()
                match = await trio.to_thread.run_sync(index.found, search)
                documents = await self._reading.winners(index.ids(match))
                if all((doc := documents.get(doc_id)) and not doc.deleted for doc_id in index.ids(match)):
                    return index.shown(search, match, documents)
        raise SourceUnavailableError("the index of names", "files are deleted faster than they can be found")

    async def filed(self, work: Callable[[Filing], T]) -> T:
        async with self._alone:
            if self._filing is None:
                self._filing, self._index = FollowedFiling(self._named), None
            await self._caught_up()
            return await trio.to_thread.run_sync(work, self._filing)

    def _named(self, search: Search) -> list[str]:
        assert self._index is not None
        return self._index.ids(self._index.found(search))

    def forget(self, doc_id: str) -> None:
        self._dropped.append(doc_id)
        if self._index is not None:
            self._index.follow([_gone(doc_id)])

    async def _caught_up(self) -> FollowedNames:
        purged = await self._purged()
        index = self._index
        if index is None or purged != self._known_purge:
            index = self._index = await trio.to_thread.run_sync(FollowedNames, self._read)
            self._since, self._known_purge = BEGINNING, purged
            if self._filing is not None:
                self._filing.begin_again()
        self._drop()
        while True:
            page = await self._reading.changes(self._since, _ROWS, descending=False, bodies=True)
            winners = [row.document or _gone(row.id) for row in page.rows]
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._follow, index, winners)
            self._since = page.last_seq
            if len(page.rows) < _ROWS:
                return index

    def _follow(self, index: FollowedNames, winners: list[Document]) -> None:
        index.follow(winners)
        if self._filing is not None:
            self._filing.follow(winners)

    def _drop(self) -> None:
        """Not while somebody asks the filing."""
        dropped, self._dropped = self._dropped, []
        if self._filing is not None:
            for doc_id in dropped:
                self._filing.drop(doc_id)

    def _read(self, doc_id: str) -> Document:
        """In the thread of the index."""
        found = trio.from_thread.run(self._reading.winners, [doc_id])
        return found.get(doc_id, _gone(doc_id))


def _gone(doc_id: str) -> Document:
    return Document(doc_id, "", b"{}", deleted=True)

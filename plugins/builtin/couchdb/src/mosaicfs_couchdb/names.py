"""Searches over names: the kernel's index of names, fed from CouchDB's feed and kept in memory.

The first search reads the whole feed; later ones what is new. A hit is shown as it is when its document is fetched: one
that has gone in between makes the search begin again, so that no page holds what is not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import trio

from mosaicfs import FollowedNames
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.document import Document
from mosaicfs.model.search import Search, SearchPage
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.sequences import BEGINNING

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

    async def search(self, search: Search) -> SearchPage:
        async with self._alone:
            for _ in range(_ATTEMPTS):
                index = await self._caught_up()
                match = await trio.to_thread.run_sync(index.found, search)
                documents = await self._reading.winners(index.ids(match))
                if all((doc := documents.get(doc_id)) and not doc.deleted for doc_id in index.ids(match)):
                    return index.shown(search, match, documents)
        raise SourceUnavailableError("the index of names", "files are deleted faster than they can be found")

    def forget(self, doc_id: str) -> None:
        if self._index is not None:
            self._index.follow([_gone(doc_id)])

    async def _caught_up(self) -> FollowedNames:
        purged = await self._purged()
        index = self._index
        if index is None or purged != self._known_purge:
            index = self._index = await trio.to_thread.run_sync(FollowedNames, self._read)
            self._since, self._known_purge = BEGINNING, purged
        while True:
            page = await self._reading.changes(self._since, _ROWS, descending=False, bodies=True)
            winners = [row.document or _gone(row.id) for row in page.rows]
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(index.follow, winners)
            self._since = page.last_seq
            if len(page.rows) < _ROWS:
                return index

    def _read(self, doc_id: str) -> Document:
        """In the thread of the index."""
        found = trio.from_thread.run(self._reading.winners, [doc_id])
        return found.get(doc_id, _gone(doc_id))


def _gone(doc_id: str) -> Document:
    return Document(doc_id, "", b"{}", deleted=True)

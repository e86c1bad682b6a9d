"""The changes feed as its readers want it: filtered, in pages that fill up, waiting where there is nothing yet.

A store gives raw pages in the order of commits; this file looks through them for one reader. How rows are written down,
heartbeats and time limits belong to whoever serves the feed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from mosaicfs.documents.finding import decoded
from mosaicfs.documents.selector import parse
from mosaicfs.model.document import ChangePage, ChangeRow, Document
from mosaicfs.model.json import JsonObject

Style = Literal["main_only", "all_docs"]

RAW_ROWS = 1000
RAW_ROWS_WITH_BODIES = 500
"""A raw page is held in memory as a whole, and a body may be 8 MB."""


class FeedSource(Protocol):
    """The part of a store that a feed reads."""

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None: ...

    async def changes(
        self, since: str, limit: int, *, descending: bool = False, bodies: bool = False
    ) -> ChangePage: ...

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool: ...


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """`limit` None is without end. The selector is tried on the winner's body, a tombstone's too."""

    since: str = "0"
    limit: int | None = None
    style: Style = "main_only"
    include_docs: bool = False
    conflicts: bool = False
    descending: bool = False
    doc_ids: frozenset[str] | None = None
    selector: JsonObject | None = None


class Feed:
    """Where one reader of the feed stands.

    `last_seq` is as far as this reader has looked, or the last row given once the limit is reached; `pending` is at
    most what lies behind it. Nothing of the store is held between two calls.
    """

    def __init__(self, source: FeedSource, query: FeedQuery) -> None:
        """`BadQueryError` for a selector that is none."""
        self.query = query
        self.last_seq = query.since
        self.pending = 0
        self.at_end = False
        self._source = source
        self._left = query.limit
        self._matches = None if query.selector is None else parse(query.selector)
        self._bodies = query.include_docs or self._matches is not None
        self._takes_all = self._matches is None and query.doc_ids is None
        self._shows_all = query.style == "all_docs" and query.include_docs == self._bodies and not query.conflicts
        self._most = RAW_ROWS_WITH_BODIES if self._bodies else RAW_ROWS
        self._ask = self._most if query.limit is None else min(query.limit, self._most)

    @property
    def full(self) -> bool:
        return self._left == 0

    async def look(self) -> list[ChangeRow]:
        """One raw page further: the rows of it that this reader asked for, perhaps none although more will come."""
        if self.query.descending:
            return await self._look_from_the_top()
        page = await self._source.changes(self.last_seq, self._ask, bodies=self._bodies)
        self._ask = min(2 * self._ask, self._most)
        self._stand(page)
        return await self._taken(page.rows)

    async def wait(self, timeout_s: float) -> bool:
        """True as soon as there may be something to look at."""
        return await self._source.wait_until_changed(self.last_seq, timeout_s)

    def _stand(self, page: ChangePage) -> None:
        self.last_seq, self.pending = page.last_seq, page.pending
        self.at_end = page.pending == 0

    async def _taken(self, rows: list[ChangeRow]) -> list[ChangeRow]:
        """What the reader wants of `rows`, up to the limit; what is cut off there is pending again."""
        taken = rows if self._takes_all else [row for row in rows if self._wanted(row)]
        if self._left is not None:
            if len(taken) >= self._left:
                taken = taken[: self._left]
                self.last_seq = taken[-1].seq
                self.pending += len(rows) - rows.index(taken[-1]) - 1
            self._left -= len(taken)
        return taken if self._shows_all else [await self._shown(row) for row in taken]

    async def _look_from_the_top(self) -> list[ChangeRow]:
        """A store cannot go on backwards from a sequence, so the page grows until enough of it is wanted."""
        asked = self._ask
        while True:
            page = await self._source.changes("0", asked, descending=True, bodies=self._bodies)
            wanted = sum(map(self._wanted, page.rows))
            if len(page.rows) < asked or (self._left is not None and wanted >= self._left):
                self._stand(page)
                self.at_end = True
                return await self._taken(page.rows)
            asked *= 4

    def _wanted(self, row: ChangeRow) -> bool:
        if self.query.doc_ids is not None and row.id not in self.query.doc_ids:
            return False
        return self._matches is None or row.document is None or self._matches(decoded(row.document))

    async def _shown(self, row: ChangeRow) -> ChangeRow:
        query = self.query
        document = row.document if query.include_docs else None
        if document is not None and query.conflicts and len(row.revs) > 1:
            document = await self._source.get(row.id) or document
        revs = row.revs if query.style == "all_docs" else row.revs[:1]
        return row._replace(revs=revs, document=document)

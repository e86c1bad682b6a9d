"""Named questions and selectors: CouchDB is asked for more than answers them, then every document is looked at here.

What a question means and in which order its answers come is said by the question. Where few documents are of its
kinds, all of them are read by their ids; where there are many, a Mango index narrows them down. CouchDB compares
strings by its own collation, so only equality, numbers and generous ranges are left to it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from mosaicfs import FindPage, may_read, wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model import questions as q
from mosaicfs.model.document import Document
from mosaicfs.model.ids import PREFIXES, prefix_of
from mosaicfs.model.json import Json
from mosaicfs.model.role import Role
from mosaicfs.model.store import Answer, Find, Found, IdRange, Tally
from mosaicfs.model.times import ordered
from mosaicfs_couchdb.answers import FindAnswer, Grouped, document
from mosaicfs_couchdb.design import view_path
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.server import Server

_LAST: Final = chr(0x10FFFF)
_LAST_HERE: Final = "\uffff"
"""Sorts behind every text in CouchDB's collation."""
_PAGE: Final = 1_000


class Asking:
    def __init__(self, server: Server, reading: Reading, page: int = _PAGE) -> None:
        self._server = server
        self._reading = reading
        self._page = page

    async def ask(self, question: q.Question, after: q.Key | None, limit: int) -> Answer:
        rows: list[tuple[q.Key, Document]] = []
        async with aclosing(self._answers(question)) as answers:
            async for key, doc, _ in answers:
                if after is None or key > after:
                    rows.append((key, doc))
                if len(rows) > 2 * limit + 100:
                    rows = sorted(rows)[: limit + 1]
        page = sorted(rows)[:limit]
        return Answer([doc for _, doc in page], page[-1][0] if len(rows) > limit else None)

    async def tally(self, question: q.Question) -> Tally:
        count = size = 0
        async with aclosing(self._answers(question)) as answers:
            async for _, _, noun in answers:
                count += 1
                size += int(getattr(noun, "size", 0))
        return Tally(count, size)

    async def find(self, query: Find, role: Role) -> Found:
        page = FindPage(query)
        low, high = page.plan.matcher.id_bounds()
        descending = page.plan.descending
        if (behind := page.plan.after_id) is not None:
            low, high = (low, behind) if descending else (behind, high)
        for prefix in self._prefixes(page):
            within = _within(prefix, low, high, descending=descending)
            async with aclosing(self._reading.rows(within, include_docs=True)) as rows:
                async for row in rows:
                    if row.document is not None and may_read(role, row.id):
                        page.offer(row.document)
                    if page.full:
                        return page.found()
        return page.found()

    async def labels(self) -> list[str]:
        found = await self._server.read(Grouped[str], "GET", view_path("labels"), group="true")
        return sorted(row.key for row in found.rows)

    async def counts(self) -> dict[tuple[str, str], int]:
        found = await self._server.read(Grouped[tuple[str, str]], "GET", view_path("counts"), group="true")
        return {row.key: row.value or 0 for row in found.rows}

    async def conflicts(self, after: str, limit: int) -> list[str]:
        found = await self._server.read(Grouped[str], "GET", view_path("conflicts"))
        return sorted(row.key for row in found.rows if row.key > after)[:limit]

    @staticmethod
    def _prefixes(page: FindPage) -> list[str]:
        """Beginnings of the ids that a selector can accept, in the order of the page."""
        kinds = page.plan.matcher.values("type")
        if kinds is None or not kinds <= PREFIXES.keys() | set(PREFIXES.values()):
            return [""]
        return sorted((prefix_of(kind) for kind in kinds & set(PREFIXES.values())), reverse=page.plan.descending)

    async def _answers(self, question: q.Question) -> AsyncGenerator[tuple[q.Key, Document, object], None]:
        async with aclosing(self._candidates(question)) as candidates:
            async for doc in candidates:
                try:
                    noun = wire.decode(doc.id, doc.body)
                except MalformedDocumentError:
                    continue
                if question.matches(noun):
                    yield question.key(doc.id, noun), doc, noun

    async def _candidates(self, question: q.Question) -> AsyncGenerator[Document, None]:
        selector = narrowed(question)
        if selector is not None:
            async with aclosing(self._selected(selector)) as found:
                async for doc in found:
                    yield doc
            return
        for prefix in _id_prefixes(question):
            async with aclosing(self._reading.rows(_within(prefix), include_docs=True)) as rows:
                async for row in rows:
                    if row.document is not None:
                        yield row.document

    async def _selected(self, selector: dict[str, Json]) -> AsyncGenerator[Document, None]:
        """Servers without bookmarks are paged by counting."""
        asked: dict[str, Json] = {"selector": selector, "limit": self._page}
        seen = 0
        while True:
            answer = await self._server.read(FindAnswer, "POST", "/_find", asked)
            for raw in answer.docs:
                if (doc := document(raw)) is not None:
                    yield doc
            seen += len(answer.docs)
            if len(answer.docs) < self._page:
                return
            asked |= {"bookmark": answer.bookmark} if answer.bookmark else {"skip": seen}


# --- what to ask for ---------------------------------------------------------------------------------------------


def narrowed(question: q.Question) -> dict[str, Json] | None:
    """A selector that accepts every answer, for an index of `design`; None where ids narrow down better."""
    match question:
        case q.ByInode():
            return {"inode": question.inode}
        case q.AnnotationsOf():
            return {"type": "annotation", "plugin_name": question.plugin_name}
        case q.AccessBetween():
            return {"type": "access", "last_access": _days(question.since, question.until)}
        case q.ReplicasOn():
            return {"type": "replica", "target_name": question.target_name}
        case _:
            files = _placed(question) or _measured(question)
            return {"type": "file", **files} if files else None


def _measured(question: q.Question) -> dict[str, Json]:
    match question:
        case q.FilesOfType():
            group = question.mime_type.removesuffix("*")
            return {"mime_type": group if group == question.mime_type else _from(group, group + _LAST_HERE)}
        case q.FilesBySize():
            return {"size": _from(question.at_least, question.at_most)}
        case q.FilesByMtime():
            return {"mtime": _days(question.since, question.until)}
        case q.FilesByDigest():
            return {"digest": question.digest}
        case q.FilesDeletedBefore():
            return {"deleted_at": _days(None, question.before)}
        case _:
            return {}


def _placed(question: q.Question) -> dict[str, Json]:
    match question:
        case q.FileAt():
            return {"source.node_id": question.node_id, "source.export_path": question.export_path}
        case q.FilesUnder():
            prefix = question.path_prefix.rstrip("/")
            paths = _from(prefix, f"{prefix}/{_LAST_HERE}")
            return {"source.node_id": question.node_id, "source.export_path": paths}
        case q.FilesIn():
            return {"source.node_id": question.node_id, "source.export_parent": question.export_parent}
        case q.FilesOf():
            return {"source.node_id": question.node_id}
        case q.FilesMigratedFrom():
            return {"migrated_from.node_id": question.node_id, "migrated_from.export_path": question.export_path}
        case _:
            return {}


def _id_prefixes(question: q.Question) -> list[str]:
    match question:
        case q.DocumentsOfFile():
            return [prefix_of(kind) + question.file_uuid for kind in question.kinds]
        case q.SnapshotsOf():
            return [f"{prefix_of('utilization_snapshot')}{question.node_id}::"]
        case _:
            return [prefix_of(kind) for kind in question.kinds]


def _from(low: Json, high: Json) -> dict[str, Json]:
    return {"$gte": low} if high is None else {"$gte": low, "$lte": high}


def _days(since: str | None, until: str | None) -> dict[str, Json]:
    """Times may be written with any offset from UTC, so a whole day is added on both sides."""
    low = _day(since, -1) if since is not None else ""
    return _from(low, _day(until, 2) if until is not None else _LAST_HERE)


def _day(time: str, days: int) -> str:
    day = datetime.fromisoformat(ordered(time)[:10])
    try:
        return (day + timedelta(days=days)).strftime("%Y-%m-%d")
    except OverflowError:
        return "" if days < 0 else _LAST_HERE


def _within(prefix: str, low: str | None = None, high: str | None = None, *, descending: bool = False) -> IdRange:
    bottom = max(prefix, low or "") or None
    top = min(prefix + _LAST, high if high is not None else _LAST) if prefix or high is not None else None
    return IdRange(top, bottom, descending=True) if descending else IdRange(bottom, top)

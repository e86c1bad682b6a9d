"""Writes: judged by the guard, then sent to CouchDB, which names the revisions of edits itself.

Between judging and writing another process may have written; that ends in CouchDB's own conflict, or for replicated
revisions in a branch that the rules for conflicts repair. Within this process writes wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import trio

from mosaicfs import REVS_LIMIT, BadRevisionError, Refusal, Rev, judged, wire
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import Role
from mosaicfs_couchdb.answers import WrittenAnswer
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.server import Server

_MOST: Final = 500
_MOST_BYTES: Final = 4 << 20
_CONFLICT: Final = "Document update conflict."


class Writing:
    def __init__(self, server: Server, reading: Reading) -> None:
        self._server = server
        self._reading = reading
        self._alone = trio.Lock()

    async def write(self, docs: Sequence[Document], writer: Role, *, new_edits: bool) -> list[Written]:
        written: list[Written] = []
        async with self._alone:
            for wave in _waves(docs):
                batch = _Batch(self._server, self._reading, writer, new_edits)
                written += await batch.write(wave)
        return written


def _waves(docs: Sequence[Document]) -> Iterator[list[Document]]:
    """Parts in which no id comes twice, so that the second is judged after the first is written."""
    wave: dict[str, Document] = {}
    size = 0
    for doc in docs:
        if doc.id in wave or len(wave) == _MOST or size > _MOST_BYTES:
            yield list(wave.values())
            wave, size = {}, 0
        wave[doc.id] = doc
        size += len(doc.body)
    if wave:
        yield list(wave.values())


class _UnseenError(Exception):
    """The guard wants to look at a document that was not fetched yet."""


@dataclass(eq=False, slots=True)
class _Batch:
    server: Server
    reading: Reading
    writer: Role
    new_edits: bool
    known: dict[str, Document | None] = field(default_factory=dict)

    async def write(self, docs: Sequence[Document]) -> list[Written]:
        await self._fetch([doc.id for doc in docs])
        settled: dict[str, Written] = {}
        sent: list[Document] = []
        for doc in docs:
            prepared = await self._prepared(doc)
            if isinstance(prepared, Written):
                settled[doc.id] = prepared
            else:
                sent.append(prepared)
        settled |= await self._send(sent)
        return [settled[doc.id] for doc in docs]

    async def _prepared(self, doc: Document) -> Document | Written:
        """The document as it is to be sent, or what has become of it already."""
        if isinstance(refusal := await self._judged(doc), Refusal):
            return Written(doc.id, doc.rev, refusal.error, refusal.reason)
        try:
            return await self._edit(doc) if self.new_edits else _replicated(doc)
        except BadRevisionError as trouble:
            return Written(doc.id, doc.rev, "bad_request", str(trouble))

    async def _judged(self, doc: Document) -> object:
        while True:
            try:
                return judged(self.writer, doc, self.known[doc.id], self._look)
            except _UnseenError as unseen:
                await self._fetch([str(unseen)])

    def _look(self, doc_id: str) -> Document | None:
        if doc_id not in self.known:
            raise _UnseenError(doc_id)
        return self.known[doc_id]

    async def _fetch(self, ids: Sequence[str]) -> None:
        found = await self.reading.winners(ids)
        self.known |= {doc_id: found.get(doc_id) for doc_id in ids}

    async def _edit(self, doc: Document) -> Document | Written:
        parent = await self._parent(doc)
        if parent is None:
            known = self.known[doc.id] is not None or doc.rev
            return Written(doc.id, doc.rev, "conflict", _CONFLICT) if known else doc
        if (parent.deleted, parent.body) == (doc.deleted, doc.body):
            return Written(doc.id, parent.rev)
        return doc._replace(rev=parent.rev)

    async def _parent(self, doc: Document) -> Document | None:
        """The leaf that an edit builds on; None where there is none."""
        current = self.known[doc.id]
        if not doc.rev:
            return current if current is not None and current.deleted else None
        Rev.parse(doc.rev)
        if current is None or current.rev == doc.rev:
            return current
        return next((leaf for leaf in await self.reading.leaves(doc.id) if leaf.rev == doc.rev), None)

    async def _send(self, docs: Sequence[Document]) -> Mapping[str, Written]:
        if not docs:
            return {}
        raw = [msgspec.Raw(wire.document_to_json(doc)) for doc in docs]
        asked = {"docs": raw, "new_edits": self.new_edits}
        rows = await self.server.read(list[WrittenAnswer], "POST", "/_bulk_docs", asked)
        told = {row.id: row for row in rows}
        return {doc.id: _written(doc, told.get(doc.id)) for doc in docs}


def _replicated(doc: Document) -> Document:
    rev = Rev.parse(doc.rev)
    return doc._replace(path=(doc.path or (rev.hash,))[:REVS_LIMIT])


def _written(doc: Document, row: WrittenAnswer | None) -> Written:
    """No row is success: replicated revisions are only spoken of when they fail."""
    if row is None:
        return Written(doc.id, doc.rev)
    if row.error == "conflict":
        return Written(doc.id, doc.rev, row.error, _CONFLICT)
    return Written(doc.id, row.rev or doc.rev, row.error, row.reason or "")

"""Documents by id, leaves, listings and the feed, in the words of the store.

CouchDB keeps bodies of older revisions until it compacts; here only leaves have one. `open_revs=all` gives just these,
so everything about one document is made of that answer; the common case of many documents, each asked for at its
winner, takes two requests for all of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import msgspec
import trio

from mosaicfs import BadRevisionError, Rev
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing, MissingRevision, Wanted
from mosaicfs.model.store import IdRange, IdRow
from mosaicfs_couchdb.answers import (
    BulkGetAnswers,
    ChangeAnswer,
    ChangesAnswer,
    DatabaseInfo,
    IdAnswer,
    IdAnswers,
    LackingAnswer,
    OpenAnswer,
    document,
)
from mosaicfs_couchdb.design import DESIGN
from mosaicfs_couchdb.sequences import BEGINNING, Sequences, number
from mosaicfs_couchdb.server import BAD_REQUEST, NOT_FOUND, Query, Server, doc_path

AT_ONCE: Final = 500
"""Documents of one request."""
_TOGETHER: Final = 8
"""Requests for single documents at the same time."""


class Reading:
    def __init__(self, server: Server, sequences: Sequences) -> None:
        self._server = server
        self._sequences = sequences
        self._together = trio.CapacityLimiter(_TOGETHER)

    # --- by id -------------------------------------------------------------------------------------------------

    async def leaves(self, doc_id: str) -> list[Document]:
        """With their paths, the winner first."""
        query: Query = {"open_revs": "all", "revs": True}
        async with self._together:
            reply = await self._server.ask("GET", doc_path(doc_id), query=query, also=(NOT_FOUND,))
        if not reply.good:
            return []
        opened = self._server.decoded(list[OpenAnswer], reply.body)
        found = [leaf for one in opened if (leaf := document(one.ok)) is not None]
        return sorted(found, key=_rank, reverse=True)

    async def whole(self, doc_id: str, rev: str | None) -> Document | None:
        leaves = await self.leaves(doc_id)
        asked = next((leaf for leaf in leaves if rev in (None, leaf.rev)), None)
        if asked is None:
            return None
        others = [leaf for leaf in leaves if leaf is not asked]
        return asked._replace(
            conflicts=tuple(leaf.rev for leaf in others if not leaf.deleted),
            deleted_conflicts=tuple(leaf.rev for leaf in others if leaf.deleted),
        )

    async def winners(self, ids: Sequence[str]) -> dict[str, Document]:
        """Those that exist, tombstones included."""
        found: dict[str, Document] = {}
        for part in _parts(list(dict.fromkeys(ids))):
            rows = await self._id_rows(part, include_docs=True)
            found |= {doc.id: doc for row in rows if (doc := document(row.doc)) is not None}
            dead = {row.key: row.value.rev for row in rows if row.value is not None and row.value.deleted}
            found |= {doc_id: doc._replace(path=()) for doc_id, doc in (await self._bodies(dead)).items()}
        return found

    async def winner_revs(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in _parts(list(dict.fromkeys(ids))):
            rows = await self._id_rows(part, include_docs=False)
            found |= {row.key: row.value.rev for row in rows if row.value is not None}
        return found

    async def _id_rows(self, ids: Sequence[str], *, include_docs: bool) -> list[IdAnswer]:
        query = {"include_docs": include_docs}
        reply = await self._server.ask("POST", "/_all_docs", {"keys": ids}, query=query)
        return self._server.decoded(IdAnswers, reply.body).rows

    async def _bodies(self, revs: Mapping[str, str]) -> dict[str, Document]:
        """Of revisions that are known to be leaves, with their paths."""
        found: dict[str, Document] = {}
        for part in _parts(list(revs)):
            asked = {"docs": [{"id": doc_id, "rev": revs[doc_id]} for doc_id in part]}
            reply = await self._server.ask("POST", "/_bulk_get", asked, query={"revs": True})
            opened = [one for row in self._server.decoded(BulkGetAnswers, reply.body).results for one in row.docs]
            docs = [doc for one in opened if (doc := document(one.ok)) is not None]
            found |= {doc.id: doc for doc in docs}
        return found

    async def opened(self, wanted: Sequence[Wanted], *, latest: bool) -> list[list[Document | MissingRevision]]:
        plain = [one.id for one in wanted if one.revs is not None and len(one.revs) == 1]
        winners = await self.winner_revs(plain) if plain else {}
        direct = {one.id: winners[one.id] for one in wanted if one.revs == (winners.get(one.id),)}
        bodies = await self._bodies(direct)
        rest = [one.id for one in wanted if one.id not in bodies]
        leaves = await self._all_leaves(list(dict.fromkeys(rest)))
        return [
            [bodies[one.id]] if one.id in bodies and one.revs == (bodies[one.id].rev,)
            else _opened(one, leaves.get(one.id, []), latest=latest)
            for one in wanted
        ]  # fmt: skip

    async def _all_leaves(self, ids: Sequence[str]) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {}

        async def fetch(doc_id: str) -> None:
            found[doc_id] = await self.leaves(doc_id)

        async with trio.open_nursery() as nursery:
            for doc_id in ids:
                nursery.start_soon(fetch, doc_id)
        return found

    # --- listings ----------------------------------------------------------------------------------------------

    async def rows(self, within: IdRange, *, include_docs: bool, first: int = AT_ONCE) -> AsyncGenerator[IdRow, None]:
        """Live winners in the order of ids, which in `_all_docs` is that of code points; `first` is a guess at need."""
        if _is_empty(within):
            return
        query: dict[str, str | int | bool] = {"include_docs": include_docs, "descending": within.descending}
        query |= {} if within.inclusive_end else {"inclusive_end": False}
        query |= {} if within.end is None else {"endkey": _json(within.end)}
        start, skip, size = within.start, 0, max(2, min(first, AT_ONCE))
        while True:
            begin = {} if start is None else {"startkey": _json(start)}
            reply = await self._server.ask("GET", "/_all_docs", query={**query, **begin, "limit": size, "skip": skip})
            page = self._server.decoded(IdAnswers, reply.body).rows
            for row in page:
                if not row.key.startswith(DESIGN) and (found := _id_row(row, include_docs=include_docs)) is not None:
                    yield found
            if len(page) < size:
                return
            start, skip, size = page[-1].key, 1, AT_ONCE

    async def slice(self, within: IdRange, limit: int, *, skip: int, include_docs: bool) -> list[IdRow]:
        found: list[IdRow] = []
        if limit > 0:
            async with aclosing(self.rows(within, include_docs=include_docs, first=skip + limit + 1)) as rows:
                async for row in rows:
                    found.append(row)
                    if len(found) == skip + limit:
                        break
        return found[skip:]

    async def unreadable(self) -> AsyncGenerator[str, None]:
        """Ids of winners that no document of ours can be made of."""
        since = BEGINNING
        while True:
            page = await self.changes(since, AT_ONCE, descending=False, bodies=True)
            for row in page.rows:
                if row.document is None:
                    yield row.id
            if len(page.rows) < AT_ONCE:
                return
            since = page.last_seq

    # --- the feed ----------------------------------------------------------------------------------------------

    async def changes(self, since: str, limit: int, *, descending: bool, bodies: bool) -> ChangePage:
        if descending:
            return await self._newest(limit, bodies=bodies)
        rows: list[ChangeAnswer] = []
        at = self._sequences.couch(since)
        while True:
            asked = limit - len(rows)
            answer = await self._page(at, asked, bodies=bodies)
            rows += _shown(answer)
            at = str(answer.last_seq)
            if len(rows) == limit or len(answer.results) < asked:
                break
        if not rows and await self._is_beyond(at):
            return await self.changes(BEGINNING, limit, descending=False, bodies=bodies)
        last = rows[-1].seq if len(rows) == limit else at
        pending = answer.pending if answer.pending is not None else await self._pending(last)
        return ChangePage(await self._change_rows(rows, bodies=bodies), self._sequences.token(last), pending)

    async def _page(self, since: str, limit: int, *, bodies: bool) -> ChangesAnswer:
        query: Query = {"style": "all_docs", "since": since, "limit": limit, "include_docs": bodies}
        reply = await self._server.ask("GET", "/_changes", query=query, also=(BAD_REQUEST,))
        if not reply.good:
            raise BadQueryError("bad_request", f"since={since[:100]!r} is no sequence of this database")
        return self._server.decoded(ChangesAnswer, reply.body)

    async def _newest(self, limit: int, *, bodies: bool) -> ChangePage:
        """Backwards there is no going on from a page, so a larger one is asked until enough of it is to be shown."""
        size = limit + 16
        while True:
            query: Query = {"style": "all_docs", "descending": True, "limit": size, "include_docs": bodies}
            reply = await self._server.ask("GET", "/_changes", query=query)
            answer = self._server.decoded(ChangesAnswer, reply.body)
            rows = _shown(answer)[:limit]
            if len(rows) == limit or len(answer.results) < size:
                last = rows[-1].seq if rows else answer.last_seq
                shown = await self._change_rows(rows, bodies=bodies)
                return ChangePage(shown, self._sequences.token(last), 0)
            size *= 4

    async def _change_rows(self, rows: Sequence[ChangeAnswer], *, bodies: bool) -> list[ChangeRow]:
        """Not every server names the winner first, so it is asked for where there is a choice."""
        branched = [row.id for row in rows if len(row.changes) > 1]
        winners = await self.winner_revs(branched) if branched else {}
        return [self._change_row(row, winners.get(row.id, ""), bodies=bodies) for row in rows]

    def _change_row(self, row: ChangeAnswer, winner: str, *, bodies: bool) -> ChangeRow:
        revs = sorted((change.rev for change in row.changes), key=lambda rev: rev != winner)
        doc = document(row.doc) if bodies else None
        return ChangeRow(self._sequences.token(row.seq), row.id, tuple(revs), row.deleted, doc)

    async def _is_beyond(self, at: str) -> bool:
        return number(at) > number((await self.database()).update_seq)

    async def _pending(self, last: str | int) -> int:
        return max(0, number((await self.database()).update_seq) - number(last))

    async def database(self) -> DatabaseInfo:
        return await self._server.read(DatabaseInfo, "GET")

    async def sequence_of(self, doc_id: str) -> str:
        """The sequence of a document's last change."""
        query = {"filter": "_doc_ids"}
        reply = await self._server.ask("POST", "/_changes", {"doc_ids": [doc_id]}, query=query)
        rows = self._server.decoded(ChangesAnswer, reply.body).results
        return str(rows[0].seq) if rows else BEGINNING

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        if not asked:
            return {}
        answer = await self._server.read(dict[str, LackingAnswer], "POST", "/_revs_diff", asked)
        return {doc_id: Missing(tuple(one.missing), tuple(one.possible_ancestors)) for doc_id, one in answer.items()}


def _rank(leaf: Document) -> tuple[bool, int, bytes]:
    rev = Rev.parse(leaf.rev)
    return not leaf.deleted, rev.generation, rev.hash.encode()


def _opened(wanted: Wanted, leaves: Sequence[Document], *, latest: bool) -> list[Document | MissingRevision]:
    if wanted.revs is None:
        return [*leaves] if leaves else [MissingRevision(wanted.id, "")]
    found: dict[str, Document | MissingRevision] = {}
    for text in wanted.revs:
        above = [leaf for leaf in leaves if leaf.rev == text or (latest and _is_above(leaf, text))]
        found |= {leaf.rev: leaf for leaf in above}
        if not above:
            found[text] = MissingRevision(wanted.id, text)
    return list(found.values())


def _is_above(leaf: Document, text: str) -> bool:
    try:
        rev = Rev.parse(text)
    except BadRevisionError:
        return False
    depth = Rev.parse(leaf.rev).generation - rev.generation
    return 0 <= depth < len(leaf.path) and leaf.path[depth] == rev.hash


def _shown(answer: ChangesAnswer) -> list[ChangeAnswer]:
    return [row for row in answer.results if not row.id.startswith(DESIGN)]


def _id_row(row: IdAnswer, *, include_docs: bool) -> IdRow | None:
    if row.value is None:
        return None
    if not include_docs:
        return IdRow(row.key, row.value.rev)
    doc = document(row.doc)
    return IdRow(row.key, row.value.rev, doc) if doc is not None else None


def _is_empty(within: IdRange) -> bool:
    """CouchDB takes a range that runs against its direction for a mistake."""
    if within.start is None or within.end is None:
        return False
    low, high = (within.end, within.start) if within.descending else (within.start, within.end)
    return low > high


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]

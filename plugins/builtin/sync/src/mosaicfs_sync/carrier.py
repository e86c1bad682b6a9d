"""A CouchDB-protocol server as a peer, over HTTP: MosaicFS, CouchDB, PouchDB's server.

What is asked, and how the answers of different servers are read. One question and its answer, whatever the server does,
is in `exchange`; when to try again is decided in the kernel, in `documents.replication`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote

import httpx
import msgspec
import trio
from msgspec import UNSET

from mosaicfs import wire
from mosaicfs.errors import AccessRefusedError, MalformedDocumentError, MosaicError
from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing, Wanted, Written
from mosaicfs.model.replication import Fetched, PeerInfo
from mosaicfs_sync.exchange import ANSWER_S, Asking, OnReply, nothing
from mosaicfs_sync.messages import (
    BulkGetAnswer,
    ChangesAnswer,
    DatabaseAnswer,
    FoundRevision,
    LocalAnswer,
    MissingAnswer,
    RowAnswer,
    WelcomeAnswer,
    WrittenAnswer,
    sequence,
)
from mosaicfs_sync.reading_ahead import ReadingAhead

CONNECT_S: Final = 10.0
SILENCE_S: Final = 30.0
FEED_S: Final = 3_900.0
"""A feed is ended by the server after an hour."""
HEARTBEAT_MS: Final = 10_000
DOCUMENTS_AT_ONCE: Final = 4
NO_SUCH_CALL: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)


@asynccontextmanager
async def http_peer(url: str, *, silence_s: float = SILENCE_S) -> AsyncIterator[HttpPeer]:
    """The database at `url`; a user and password in it are sent as HTTP Basic.

    A server that sends no byte for `silence_s` is taken for dead. Feeds have a heartbeat well below that.
    """
    address = httpx.URL(url.rstrip("/"))
    near = _is_this_machine(address.host)
    timeout = httpx.Timeout(silence_s, connect=CONNECT_S, pool=None)
    headers = {"Accept": "application/json", "Accept-Encoding": "identity" if near else "gzip"}
    async with httpx.AsyncClient(timeout=timeout, headers=headers, auth=_login(address), trust_env=not near) as client:
        peer = HttpPeer(client, str(address.copy_with(username=None, password=None)), compress=not near)
        async with closing_after(peer):
            yield peer


@asynccontextmanager
async def closing_after(peer: HttpPeer) -> AsyncIterator[None]:
    """What a peer holds open ends before its client does."""
    try:
        yield
    finally:
        await peer.close()


class HttpPeer:
    """Keeps its connections. To a peer on this machine nothing is compressed: it would cost more than it saves."""

    def __init__(self, client: httpx.AsyncClient, address: str, *, compress: bool, on_reply: OnReply = nothing) -> None:
        self._asking = Asking(client, address, on_reply)
        self._ahead = ReadingAhead(self._asking)
        self.address = address
        self._compress = compress
        self._has_bulk_get = True
        self._is_ours = False

    async def close(self) -> None:
        await self._ahead.close()

    async def info(self) -> PeerInfo:
        self._ahead.doubt()
        facts = self._asking.decoded(await self._asking.ask("GET", ""), DatabaseAnswer)
        self._has_bulk_get = True
        self._is_ours = facts.mosaicfs is not None
        if facts.mosaicfs is not None:
            self._asking.takes_gzip = self._compress
            uuid = facts.mosaicfs.uuid
            return PeerInfo(uuid, uuid, facts.mosaicfs.epoch, sequence(facts.purge_seq))
        welcome = self._asking.decoded(
            await self._asking.ask("GET", "/", base=self.address.rpartition("/")[0]), WelcomeAnswer
        )
        return PeerInfo(f"{welcome.uuid}/{facts.db_name}" if welcome.uuid else self.address)

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        if bodies and not wait and self._is_ours and (answer := await self._ahead.page(since, limit)) is not None:
            return _page(answer, _change_of_ours)
        query: dict[str, str | int] = {"style": "all_docs", "since": since, "limit": limit}
        if bodies:
            query |= {"include_docs": "true"}
        if wait:
            query |= {"feed": "longpoll", "heartbeat": HEARTBEAT_MS}
        reply = await self._asking.exchange("GET", "/_changes", query=query, within_s=FEED_S if wait else ANSWER_S)
        answer = self._asking.decoded(self._asking.judged(reply), ChangesAnswer)
        self._ahead.told(answer)
        return _page(answer, _change_of_ours if self._is_ours else _change)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]:
        body = await self._asking.ask("POST", "/_revs_diff", msgspec.json.encode(asked))
        answer = self._asking.decoded(body, dict[str, MissingAnswer])
        return {
            doc_id: Missing(tuple(found.missing), tuple(found.possible_ancestors)) for doc_id, found in answer.items()
        }

    async def fetch(self, wanted: Sequence[Wanted]) -> Fetched:
        if self._has_bulk_get:
            docs = [{"id": one.id, "rev": rev} for one in wanted for rev in one.revs or ()]
            query = {"revs": "true", "latest": "true"}
            reply = await self._asking.exchange("POST", "/_bulk_get", msgspec.json.encode({"docs": docs}), query=query)
            if reply.status not in NO_SUCH_CALL:
                answer = self._asking.decoded(self._asking.judged(reply), BulkGetAnswer)
                return _fetched((found.id, found.docs) for found in answer.results)
            self._has_bulk_get = False
        return await self._fetch_one_by_one(wanted)

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        joined = b",".join(map(wire.document_to_json, documents))
        body = await self._asking.ask("POST", "/_bulk_docs", b'{"new_edits":false,"docs":[' + joined + b"]}")
        return [_written(row) for row in self._asking.decoded(body, list[WrittenAnswer]) if row.error]

    async def local_get(self, local_id: str) -> bytes | None:
        reply = await self._asking.exchange("GET", f"/_local/{local_id}")
        return None if reply.status == HTTPStatus.NOT_FOUND else self._asking.judged(reply)

    async def local_put(self, local_id: str, body: bytes) -> None:
        present = await self.local_get(local_id)
        rev = self._asking.decoded(present, LocalAnswer).rev if present else ""
        head = {"_id": f"_local/{local_id}"} | ({"_rev": rev} if rev else {})
        reply = await self._asking.exchange(
            "PUT", f"/_local/{local_id}", msgspec.json.encode(head)[:-1] + b"," + body[1:]
        )
        if reply.status == HTTPStatus.NOT_FOUND:
            raise AccessRefusedError(f"the checkpoint at {self.address}", "it keeps none for us")
        self._asking.judged(reply)

    async def _fetch_one_by_one(self, wanted: Sequence[Wanted]) -> Fetched:
        """For servers without `_bulk_get`."""
        found: dict[str, list[FoundRevision]] = {}
        troubles: list[MosaicError] = []
        slots = trio.Semaphore(DOCUMENTS_AT_ONCE)

        async def fetch(one: Wanted) -> None:
            async with slots:
                try:
                    found[one.id] = await self._open_revs(one)
                except MosaicError as trouble:
                    troubles.append(trouble)
                    nursery.cancel_scope.cancel()

        async with trio.open_nursery() as nursery:
            for one in wanted:
                nursery.start_soon(fetch, one)
        if troubles:
            raise troubles[0]
        return _fetched(found.items())

    async def _open_revs(self, one: Wanted) -> list[FoundRevision]:
        query = {"revs": "true", "latest": "true", "open_revs": msgspec.json.encode(one.revs).decode()}
        reply = await self._asking.exchange("GET", f"/{quote(one.id, safe='')}", query=query)
        return (
            []
            if reply.status == HTTPStatus.NOT_FOUND
            else self._asking.decoded(self._asking.judged(reply), list[FoundRevision])
        )


def _page(answer: ChangesAnswer, read: Callable[[RowAnswer], ChangeRow]) -> ChangePage:
    return ChangePage(list(map(read, answer.results)), sequence(answer.last_seq), answer.pending or 0)


def _change(row: RowAnswer) -> ChangeRow:
    revs = tuple([change.rev for change in row.changes])
    return ChangeRow("", row.id, revs, row.deleted, None if row.doc is UNSET else _readable(row.doc))


def _change_of_ours(row: RowAnswer) -> ChangeRow:
    if row.doc is not UNSET and len(row.changes) == 1 and not row.deleted:
        rev = row.changes[0].rev
        if (document := wire.document_from_ours(row.doc, row.id, rev)) is not None:
            return ChangeRow("", row.id, (rev,), False, document)
    return _change(row)


def _readable(raw: msgspec.Raw) -> Document | None:
    """What cannot be read is fetched once more by itself, and refused there with its reason."""
    try:
        return wire.document_from_json(raw)
    except MalformedDocumentError:
        return None


def _fetched(found: Iterable[tuple[str, Sequence[FoundRevision]]]) -> Fetched:
    documents: list[Document] = []
    refused: list[Written] = []
    for doc_id, revisions in found:
        for revision in revisions:
            if revision.ok is UNSET:
                continue
            try:
                documents.append(wire.document_from_json(revision.ok))
            except MalformedDocumentError as trouble:
                refused.append(Written(doc_id, "", "forbidden", str(trouble)))
    return Fetched(tuple(documents), tuple(refused))


def _written(row: WrittenAnswer) -> Written:
    error = row.error if isinstance(row.error, str) else row.name
    return Written(row.id, row.rev, error or "unknown", row.reason or row.message)


def _login(address: httpx.URL) -> httpx.BasicAuth | None:
    return httpx.BasicAuth(address.username, address.password) if address.username else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""A CouchDB-protocol server as a peer, over HTTP: MosaicFS, CouchDB, PouchDB's server.

Whatever a server does (refuse, hang, break off, send garbage or send without end) becomes one of our errors here, with
the server named and never its password. When to try again is decided in the kernel, in `documents.replication`.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote

import httpx
import msgspec
import trio
from msgspec import UNSET

from mosaicfs import wire
from mosaicfs.errors import (
    AccessRefusedError,
    MalformedDocumentError,
    MosaicError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    TooMuchAskedError,
)
from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing, Wanted, Written
from mosaicfs.model.replication import Fetched, PeerInfo
from mosaicfs_sync.messages import (
    BulkGetAnswer,
    ChangesAnswer,
    DatabaseAnswer,
    ErrorAnswer,
    FoundRevision,
    LocalAnswer,
    MissingAnswer,
    RowAnswer,
    WelcomeAnswer,
    WrittenAnswer,
    sequence,
)

CONNECT_S: Final = 10.0
SILENCE_S: Final = 30.0
ANSWER_S: Final = 600.0
FEED_S: Final = 3_900.0
"""A feed is ended by the server after an hour."""
HEARTBEAT_MS: Final = 10_000
ANSWER_BYTES: Final = 16 << 20
"""Twice the largest document. More than this is asked for in smaller parts."""
DOCUMENTS_AT_ONCE: Final = 4
COMPRESS_FROM_BYTES: Final = 1_024

LATER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
TOO_MUCH: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG)
NO_SUCH_CALL: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)

T = TypeVar("T")


class Reply(NamedTuple):
    status: int
    body: bytes
    retry_after_s: float | None = None


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
        yield HttpPeer(client, str(address.copy_with(username=None, password=None)), compress=not near)


class HttpPeer:
    """Keeps its connections. To a peer on this machine nothing is compressed: it would cost more than it saves."""

    def __init__(self, client: httpx.AsyncClient, address: str, *, compress: bool) -> None:
        self._client = client
        self.address = address
        self._compress = compress
        self._takes_gzip = False
        self._has_bulk_get = True
        self._is_ours = False

    async def info(self) -> PeerInfo:
        facts = self._decoded(await self._ask("GET", ""), DatabaseAnswer)
        self._has_bulk_get = True
        self._is_ours = facts.mosaicfs is not None
        if facts.mosaicfs is not None:
            self._takes_gzip = self._compress
            uuid = facts.mosaicfs.uuid
            return PeerInfo(uuid, uuid, facts.mosaicfs.epoch, sequence(facts.purge_seq))
        welcome = self._decoded(await self._ask("GET", "/", base=self.address.rpartition("/")[0]), WelcomeAnswer)
        return PeerInfo(f"{welcome.uuid}/{facts.db_name}" if welcome.uuid else self.address)

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        query: dict[str, str | int] = {"style": "all_docs", "since": since, "limit": limit}
        if bodies:
            query |= {"include_docs": "true"}
        if wait:
            query |= {"feed": "longpoll", "heartbeat": HEARTBEAT_MS}
        reply = await self._exchange("GET", "/_changes", query=query, within_s=FEED_S if wait else ANSWER_S)
        answer = self._decoded(self._judged(reply), ChangesAnswer)
        read = _change_of_ours if self._is_ours else _change
        return ChangePage(list(map(read, answer.results)), sequence(answer.last_seq), answer.pending or 0)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]:
        body = await self._ask("POST", "/_revs_diff", msgspec.json.encode(asked))
        answer = self._decoded(body, dict[str, MissingAnswer])
        return {doc_id: Missing(tuple(found.missing)) for doc_id, found in answer.items()}

    async def fetch(self, wanted: Sequence[Wanted]) -> Fetched:
        if self._has_bulk_get:
            docs = [{"id": one.id, "rev": rev} for one in wanted for rev in one.revs or ()]
            query = {"revs": "true", "latest": "true"}
            reply = await self._exchange("POST", "/_bulk_get", msgspec.json.encode({"docs": docs}), query=query)
            if reply.status not in NO_SUCH_CALL:
                answer = self._decoded(self._judged(reply), BulkGetAnswer)
                return _fetched((found.id, found.docs) for found in answer.results)
            self._has_bulk_get = False
        return await self._fetch_one_by_one(wanted)

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        joined = b",".join(map(wire.document_to_json, documents))
        body = await self._ask("POST", "/_bulk_docs", b'{"new_edits":false,"docs":[' + joined + b"]}")
        return [_written(row) for row in self._decoded(body, list[WrittenAnswer]) if row.error]

    async def local_get(self, local_id: str) -> bytes | None:
        reply = await self._exchange("GET", f"/_local/{local_id}")
        return None if reply.status == HTTPStatus.NOT_FOUND else self._judged(reply)

    async def local_put(self, local_id: str, body: bytes) -> None:
        present = await self.local_get(local_id)
        rev = self._decoded(present, LocalAnswer).rev if present else ""
        head = {"_id": f"_local/{local_id}"} | ({"_rev": rev} if rev else {})
        reply = await self._exchange("PUT", f"/_local/{local_id}", msgspec.json.encode(head)[:-1] + b"," + body[1:])
        if reply.status == HTTPStatus.NOT_FOUND:
            raise AccessRefusedError(f"the checkpoint at {self.address}", "it keeps none for us")
        self._judged(reply)

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
        reply = await self._exchange("GET", f"/{quote(one.id, safe='')}", query=query)
        return [] if reply.status == HTTPStatus.NOT_FOUND else self._decoded(self._judged(reply), list[FoundRevision])

    # --- one exchange --------------------------------------------------------------------------------------------

    async def _ask(self, method: str, path: str, content: bytes | None = None, *, base: str = "") -> bytes:
        return self._judged(await self._exchange(method, path, content, base=base))

    async def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        *,
        base: str = "",
        query: Mapping[str, str | int] | None = None,
        within_s: float = ANSWER_S,
    ) -> Reply:
        """The whole answer, whatever its status; an error where there is none."""
        headers, content = await self._packed(content)
        try:
            with trio.fail_after(within_s):
                async with self._client.stream(
                    method, (base or self.address) + path, content=content, headers=headers, params=query
                ) as response:
                    return Reply(response.status_code, await self._read(response), _retry_after(response))
        except (httpx.TimeoutException, trio.TooSlowError) as slow:
            raise TimedOutError(self.address, _limit(slow, self._client, within_s)) from slow
        except httpx.HTTPError as broken:
            raise SourceUnavailableError(self.address, str(broken) or type(broken).__name__) from broken

    async def _read(self, response: httpx.Response) -> bytes:
        """Never more than we can hold, also of a peer that sends without end."""
        parts: list[bytes] = []
        size = 0
        with trio.CancelScope() as scope:
            async for part in response.aiter_raw():
                parts.append(part)
                size += len(part)
                if size > ANSWER_BYTES:
                    scope.cancel()  # leaving the loop instead would leave httpx's generators half open
        if size > ANSWER_BYTES:
            raise self._too_large()
        return self._unpacked(b"".join(parts), response.headers.get("Content-Encoding", "identity"))

    def _unpacked(self, body: bytes, coding: str) -> bytes:
        """Not by httpx, which would unpack a small answer without end."""
        if coding == "identity":
            return body
        if coding != "gzip":
            raise PeerGarbledError(self.address, f"it is packed as {coding[:40]!r}")
        unpacker = zlib.decompressobj(wbits=31)
        try:
            whole = unpacker.decompress(body, ANSWER_BYTES + 1)
        except zlib.error as broken:
            raise PeerGarbledError(self.address, str(broken)) from broken
        if len(whole) > ANSWER_BYTES:
            raise self._too_large()
        if not unpacker.eof:
            raise PeerGarbledError(self.address, "the end is missing")
        return whole

    def _too_large(self) -> TooMuchAskedError:
        return TooMuchAskedError(self.address, f"its answer is larger than {ANSWER_BYTES >> 20} MiB")

    async def _packed(self, content: bytes | None) -> tuple[dict[str, str], bytes | None]:
        if content is None:
            return {}, None
        headers = {"Content-Type": "application/json"}
        if self._takes_gzip and len(content) >= COMPRESS_FROM_BYTES:
            return headers | {"Content-Encoding": "gzip"}, await trio.to_thread.run_sync(gzip.compress, content, 6)
        return headers, content

    def _judged(self, reply: Reply) -> bytes:
        """The body of a good answer; what a bad one means otherwise."""
        if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return reply.body
        cause = f"{reply.status} {_reason(reply.body)}".strip()
        if reply.status in LATER:
            raise ThrottledError(self.address, reply.retry_after_s)
        if reply.status in REFUSED:
            raise AccessRefusedError(self.address, cause)
        if reply.status in TOO_MUCH:
            raise TooMuchAskedError(self.address, cause)
        raise SourceUnavailableError(self.address, f"it answered {cause}")

    def _decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
            raise PeerGarbledError(self.address, str(broken)) from broken


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


def _reason(body: bytes) -> str:
    """What the server says, in one line, if it says it in CouchDB's way."""
    try:
        answer = msgspec.json.decode(body, type=ErrorAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return f"{answer.error}: {answer.reason}"[:300] if answer.reason else str(answer.error)[:300]


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; a date is not understood and counts as none."""
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None


def _limit(slow: Exception, client: httpx.AsyncClient, within_s: float) -> float:
    if isinstance(slow, httpx.ConnectTimeout):
        return client.timeout.connect or within_s
    return within_s if isinstance(slow, trio.TooSlowError) else client.timeout.read or within_s


def _login(address: httpx.URL) -> httpx.BasicAuth | None:
    return httpx.BasicAuth(address.username, address.password) if address.username else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

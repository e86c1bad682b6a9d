"""The calls about a file: its bytes, or the part that was asked for, and its digest.

What fits into one span is read and hashed before the first byte goes out, so its digest is in the head. Bytes come
from this machine alone: what it would have to fetch itself is not held here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import sha256

import msgspec
import trio

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.model.content import Content, Opened
from mosaicfs.model.entry import Entry, entry_of, version_tag
from mosaicfs.model.file import File
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import instant
from mosaicfs.wire import noun_in
from mosaicfs.wire.byte_requests import Asked, asked_for, content_range, digest_field
from mosaicfs.wire.span_digests import KNOWN_TO_ALL, WISH, wished
from mosaicfs_transfer.answering import Answering
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.digests import Digest, Digests
from mosaicfs_transfer.file_bytes import FileBytes
from mosaicfs_transfer.refusals import RefusalError, not_found, refusal_of
from mosaicfs_transfer.rooms import SPAN, Rooms

RETRY_S = 5

_FOR_BYTES = {
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
    "content-disposition": "attachment",
    "content-security-policy": "sandbox; default-src 'none'",
}


def tag_of(opened: Opened) -> str:
    """By the size that was found where the document knows none: the next document will have it."""
    entry = opened.entry
    return version_tag(entry.file_id, opened.size, entry.mtime, entry.version)


@dataclass(frozen=True, slots=True)
class HandingOut:
    store: Store
    content: Content
    node_id: str
    digests: Digests
    rooms: Rooms

    async def bytes_of(self, file_id: str, request: Request, answering: Answering) -> None:
        async with self._opened(file_id, request) as opened:
            tag = tag_of(opened)
            asked = asked_for(request.headers, tag, opened.size, method=request.method)
            headers = self._headers(opened, tag)
            if asked.decision == "not_modified":
                await answering.empty(304, {"etag": tag})
                return
            _refuse_unfit(asked, opened.size, tag)
            if request.method == "HEAD":
                await answering.empty(200, {**headers, **_length_of(opened)})
            elif asked.length <= SPAN:
                wish = request.headers.get(WISH.lower())
                await self._span(opened, asked, headers, answering, wish)
            else:
                await self._stream(opened, asked, headers, answering)

    async def digest_of(self, file_id: str, request: Request, answering: Answering) -> None:
        entry = await self._entry(file_id)
        tag = version_tag(file_id, entry.size, entry.mtime, entry.version)
        _refuse_unfit(asked_for({**request.headers, "range": "", "if-none-match": ""}, tag, entry.size), 0, tag)
        try:
            found = await self.digests.found(entry, tag)
        except MosaicError as error:
            raise self._told(error, entry) from error
        if found is None:
            body = msgspec.json.encode({"file_id": file_id, "state": "running"})
            await answering.json(202, body, {"retry-after": str(RETRY_S)})
            return
        await answering.json(200, msgspec.json.encode(_shown(entry, tag, found)))

    # --- the file ------------------------------------------------------------------------------------------------

    async def _entry(self, file_id: str) -> Entry:
        file = noun_in(await self.store.get(file_id), File)
        if file is None or file.status != "active":
            raise not_found(file_id)
        return entry_of(file_id, file)

    @asynccontextmanager
    async def _opened(self, file_id: str, request: Request) -> AsyncIterator[Opened]:
        """Another version than the one asked for is refused before anything is opened."""
        entry = await self._entry(file_id)
        if entry.size_known:
            tag = version_tag(file_id, entry.size, entry.mtime, entry.version)
            _refuse_unfit(asked_for({"if-match": request.headers.get("if-match", "*")}, tag, entry.size), 0, tag)
        try:
            opened = await self.content.open(file_id, records=False, near=True)
        except MosaicError as error:
            raise self._told(error, entry) from error
        try:
            yield opened
        except MosaicError as error:
            raise self._told(error, entry) from error
        finally:
            with trio.CancelScope(shield=True):
                await opened.close()

    def _told(self, error: MosaicError, entry: Entry) -> RefusalError:
        """Somebody else's file that cannot be opened here is simply not here."""
        return refusal_of(error) if entry.node_id == self.node_id else not_found(entry.file_id)

    # --- the answer ----------------------------------------------------------------------------------------------

    def _headers(self, opened: Opened, tag: str) -> dict[str, str]:
        known = self.digests.known(opened.entry, tag)
        seconds = instant(opened.entry.mtime) / 1_000_000
        return {
            **_FOR_BYTES,
            "content-type": opened.entry.mime_type or "application/octet-stream",
            "etag": tag,
            "last-modified": formatdate(max(0.0, seconds), usegmt=True),
            **({} if known is None else {"repr-digest": digest_field(known.sha256)}),
        }

    async def _span(
        self, opened: Opened, asked: Asked, headers: dict[str, str], answering: Answering, wish: str | None
    ) -> None:
        """A part by the digest that the caller likes best; a whole file by the one that is kept of it."""
        is_part = asked.decision == "part"
        async with self.rooms.one(asked.length) as room:
            algorithm = wished(wish) if is_part else KNOWN_TO_ALL
            content, digest = await FileBytes(opened).whole(asked.start, room, algorithm)
            told = {**headers, **_framing(asked, opened.size)}
            told["content-digest" if is_part else "repr-digest"] = digest.field
            if not is_part:
                self.digests.learn(opened.entry.file_id, headers["etag"], digest.value, "stream")
            await answering.whole(206 if is_part else 200, told, content)

    async def _stream(self, opened: Opened, asked: Asked, headers: dict[str, str], answering: Answering) -> None:
        source = FileBytes(opened)
        if asked.decision == "part":
            await answering.head(206, {**headers, **_framing(asked, opened.size)})
            await answering.bytes_of(source.pieces(asked.start, asked.end))
            return
        digest = sha256()
        await answering.head(200, {**headers, **_framing(asked, opened.size)})
        await answering.bytes_of(source.pieces(asked.start, asked.end, digest.update))
        self.digests.learn(opened.entry.file_id, headers["etag"], digest.digest(), "stream")


def _framing(asked: Asked, size: int) -> dict[str, str]:
    length = {"content-length": str(asked.length)}
    return {**length, "content-range": content_range(asked, size)} if asked.decision == "part" else length


def _length_of(opened: Opened) -> dict[str, str]:
    return {"content-length": str(opened.size)} if opened.entry.size_known else {}


def _refuse_unfit(asked: Asked, size: int, tag: str) -> None:
    if asked.decision == "other_version":
        raise RefusalError("precondition_failed", "This node has another version of the file.", headers={"etag": tag})
    if asked.decision == "beyond":
        told = {"content-range": content_range(asked, size), "etag": tag}
        raise RefusalError("range_not_satisfiable", "One range within the file can be asked for.", headers=told)


def _shown(entry: Entry, tag: str, digest: Digest) -> JsonObject:
    return {
        "file_id": entry.file_id,
        "algorithm": "sha-256",
        "hex": digest.sha256.hex(),
        "repr_digest": digest_field(digest.sha256),
        "size": entry.size,
        "mtime": entry.mtime,
        "etag": tag,
        "computed_at": digest.computed_at,
        "origin": digest.origin,
    }

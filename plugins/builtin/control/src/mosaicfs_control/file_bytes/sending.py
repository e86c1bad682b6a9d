"""Sending a file, or a part of it: what is decided before the first byte, and what must hold until the last.

An answer names one version. It is whole, or it breaks off before the length that it promised: the last piece waits
until the source has been looked at once more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog
import trio

from mosaicfs.errors import EntryChangedError, EntryGoneError, MosaicError
from mosaicfs.model.content import Opened
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, entry_of, version_tag
from mosaicfs.model.file import File
from mosaicfs.wire.byte_requests import Asked, asked_for, content_range, digest_field
from mosaicfs_control.answers import Answer, Ready, Stream, Write
from mosaicfs_control.auth.endings import Ending
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.file_bytes.refusing import refused
from mosaicfs_control.file_bytes.saying import Disposition, media_type, said_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call

PIECE = 1 << 20

_log = structlog.get_logger(component="downloads")


def entry_in(document: Document | None, file_id: str) -> Entry:
    """`ApiError`: 404 for what was never known, 410 for what is gone at its source."""
    file = noun_of(document, File)
    if document is None or file is None:
        raise not_found(f"The file {file_id[:200]}")
    if file.status != "active":
        raise ApiError("source_gone", str(EntryGoneError(file_id)), {"reason": EntryGoneError.reason})
    return entry_of(document.id, file)


def tag_of(entry: Entry, size: int | None = None) -> str:
    return version_tag(entry.file_id, entry.size if size is None else size, entry.mtime, entry.version)


async def answered(call: Call, file_id: str, disposition: Disposition | None, whose: Principal) -> Answer:
    """Nothing is opened for a `HEAD`, nor where the document alone says that no byte is to be sent."""
    entry = entry_in(await call.store.get(file_id), file_id)
    if entry.size_known:
        early = await _without_bytes(call, entry, entry.size, disposition)
        if early is not None:
            return early
    elif call.method == "HEAD":
        return _of_unknown_length(entry, disposition)
    ending = call.held.enter_context(call.here.downloading(whose))
    opened = await call.held.enter_async_context(_opened(call, file_id))
    early = await _without_bytes(call, opened.entry, opened.size, disposition)
    return early if early is not None else await _stream(call, opened, disposition, ending)


@asynccontextmanager
async def _opened(call: Call, file_id: str) -> AsyncIterator[Opened]:
    try:
        opened = await call.kernel.content.open(file_id, records=False)
    except MosaicError as cause:
        raise await refused(call, file_id, cause) from cause
    try:
        yield opened
    finally:
        await opened.close()


async def _without_bytes(call: Call, entry: Entry, size: int, disposition: Disposition | None) -> Ready | None:
    """The answer, where none of the bytes are part of it. `ApiError` 412 and 416."""
    tag = tag_of(entry, size)
    asked = asked_for(call.headers, tag, size, method=call.method)
    match asked.decision:
        case "other_version":
            message = "This is not the version that was asked for any more. Ask for it without If-Match."
            raise ApiError("precondition_failed", message, {"reason": "changed", "etag": tag}, {"etag": tag})
        case "beyond":
            message = f"The file has {size} bytes, and one range of them can be asked for at a time."
            raise ApiError(
                "range_not_satisfiable", message, {"size": size}, {"content-range": content_range(asked, size)}
            )
        case "not_modified":
            return Ready(b"", 304, said_of(entry, tag, disposition), media_type(entry, disposition))
    if call.method == "HEAD" or not size:
        headers = {**await _said(call, entry, tag, disposition), "content-length": str(size)}
        return Ready(b"", 200, headers, media_type(entry, disposition))
    return None


def _of_unknown_length(entry: Entry, disposition: Disposition | None) -> Stream:
    headers = said_of(entry, "", disposition)
    del headers["etag"]  # which is made with the length

    async def write_to(write: Write) -> None:
        await write(b"")

    return Stream(write_to, media_type(entry, disposition), headers)


async def _said(call: Call, entry: Entry, tag: str, disposition: Disposition | None) -> dict[str, str]:
    known = await call.here.digests.known(entry, tag)
    digest = {} if known is None else {"repr-digest": digest_field(known.sha256)}
    return {**said_of(entry, tag, disposition), **digest}


async def _stream(call: Call, opened: Opened, disposition: Disposition | None, ending: Ending) -> Stream:
    entry, size = opened.entry, opened.size
    tag = tag_of(entry, size)
    asked = asked_for(call.headers, tag, size, method=call.method)
    headers = await _said(call, entry, tag, disposition)
    is_new = asked.length == size and "repr-digest" not in headers
    sending = _Sending(call, opened, asked, ending, tag, sha256() if is_new else None)
    if asked.decision == "part":
        headers["content-range"] = content_range(asked, size)
    kind, status = media_type(entry, disposition), 206 if asked.decision == "part" else 200
    return Stream(sending.write_to, kind, headers, status, asked.length)


@dataclass(slots=True)
class _Sending:
    """`hashed` is there where all is sent and nobody knows its digest."""

    call: Call
    opened: Opened
    asked: Asked
    ending: Ending
    tag: str
    hashed: Any

    async def write_to(self, write: Write) -> None:
        file_id, at, end = self.opened.entry.file_id, self.asked.start, self.asked.end
        while at < end:
            piece = await self._piece(at, min(PIECE, end - at))
            if self.hashed is not None:
                await self._hash(piece, is_last=at + len(piece) == end)
            with self.ending.ends_the_wait():
                await write(piece)
            if at == self.asked.start:
                self.call.kernel.content.record(file_id)
            at += len(piece)
            if self.ending.over and at < end:
                raise ApiError("unauthorized", "The login that this download was begun with has ended.")

    async def _piece(self, at: int, length: int) -> bytes:
        """Of the version that was opened, seen so after it was read."""
        file_id, opened = self.opened.entry.file_id, self.opened
        try:
            with self.ending.ends_the_wait():
                piece = await opened.read(at, length)
                if opened.changed():
                    raise EntryChangedError(file_id)
                return piece
        except MosaicError as cause:
            if at != self.asked.start:
                _log.info("a download broke off", file_id=file_id, at=at, tier=opened.tier, cause=str(cause))
            raise await refused(self.call, file_id, cause) from cause
        raise ApiError("unauthorized", "The login that this download was begun with has ended.")

    async def _hash(self, piece: bytes, *, is_last: bool) -> None:
        """Kept before the last piece goes out: who has it all may ask at once."""
        await trio.to_thread.run_sync(self.hashed.update, piece)
        if is_last:
            await self.call.here.digests.keep(self.opened.entry.file_id, self.tag, self.hashed.digest(), "stream")

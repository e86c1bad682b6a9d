"""From an entry to its bytes: the version that was listed, exactly the span, or an error.

A line that breaks is taken up at the same byte, under the same condition. Whoever asks has half a minute of patience
without a byte, so it is told before that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import md5
from typing import TYPE_CHECKING, Any

import trio

from mosaicfs.errors import (
    ArchivedError,
    DigestMismatchError,
    EntryChangedError,
    EntryUnreadableError,
    SourceUnavailableError,
    TimedOutError,
    TryLaterError,
)
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.retry import wait_after
from mosaicfs_bridge_s3.body import Body
from mosaicfs_bridge_s3.pacing import LONGEST_WAIT_S

if TYPE_CHECKING:
    from mosaicfs_bridge_s3.client import Client

PIECE = 1 << 20
RESUMED = 3
PATIENCE_S = 25.0


async def open_span(client: Client, entry: Entry, span: Span) -> Reading:
    """The trouble that can be known before the first byte is raised here."""
    end = entry.size if span.length is None else min(span.offset + span.length, entry.size)
    reading = Reading(client, entry, min(span.offset, end), end)
    if span.offset < end or entry.size == 0:
        await reading.begin()
    return reading


class Reading:
    """A `ByteStream`. Breaks count in a row: every piece that comes is a new start."""

    def __init__(self, client: Client, entry: Entry, at: int, end: int) -> None:
        self._client = client
        self._entry = entry
        self._at = at
        self._begun_at = at
        self._end = end
        self._whole = (at, end) == (0, entry.size)
        self._digest = self._new_digest()
        self._read_twice = False
        self._body: Body | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._at >= self._end:
            raise StopAsyncIteration
        piece = await self._in_time(resumable=True)
        if self._at < self._end or self._is_right():
            return piece
        return await self._once_more(piece)

    async def aclose(self) -> None:
        if self._body is not None:
            self._body.close()

    async def begin(self) -> None:
        await self._in_time(resumable=False)

    async def _in_time(self, *, resumable: bool) -> bytes:
        with trio.move_on_after(PATIENCE_S):
            return await self._patiently(reading=resumable)
        await self.aclose()
        raise TimedOutError(self._client.bucket.name, PATIENCE_S)

    async def _patiently(self, *, reading: bool) -> bytes:
        """Open where nothing is open, and read a piece if that is wanted."""
        for breaks in range(1, RESUMED + 2):
            try:
                body = self._body or await self._opened()
                return await self._piece(body) if reading else b""
            except TryLaterError as error:
                await self.aclose()
                self._body = None
                wait = wait_after(breaks, error.retry_after_s)
                if breaks > RESUMED or wait > LONGEST_WAIT_S:
                    raise
                await self._client.pause(wait)
        raise AssertionError("the last break was raised")

    async def _opened(self) -> Body:
        try:
            body = await self._client.open(self._entry, self._at, None if self._whole and not self._at else self._end)
        except ArchivedError:
            raise await self._archived() from None
        try:
            self._check(body)
        except BaseException:
            body.close()
            raise
        self._body = body
        return body

    def _check(self, body: Body) -> None:
        """Some services do not know the condition, or ranges."""
        if body.etag != self._entry.version or body.total != self._entry.size:
            raise EntryChangedError(self._entry.file_id)
        if body.first != self._at:
            raise EntryUnreadableError(self._entry.file_id, "its service sends other bytes than were asked for")
        if not body.etag_is_md5:
            self._digest = None

    async def _piece(self, body: Body) -> bytes:
        piece = await self._client.read(body, min(PIECE, self._end - self._at), self._entry.file_id)
        if not piece:
            raise SourceUnavailableError(self._client.bucket.name, "the connection ended too early")
        self._at += len(piece)
        if self._digest is not None:
            self._digest.update(piece)
        if self._at >= self._end:
            body.close()
        return piece

    def _is_right(self) -> bool:
        return self._digest is None or self._entry.digest == f"md5:{self._digest.hexdigest()}"

    async def _once_more(self, piece: bytes) -> bytes:
        """Only where nobody has seen a byte of what was wrong."""
        if self._read_twice or len(piece) < self._end:
            raise DigestMismatchError(self._entry.file_id, self._client.bucket.name)
        self._read_twice, self._body, self._at, self._digest = True, None, 0, self._new_digest()
        return await anext(self)

    def _new_digest(self) -> Any:
        counts = self._whole and (self._entry.digest or "").startswith("md5:")
        return md5(usedforsecurity=False) if counts else None

    async def _archived(self) -> ArchivedError:
        name, days = self._entry.name, self._client.bucket.restore_days
        if not days:
            return ArchivedError(name)
        await self._client.restore(self._entry)
        return ArchivedError(f"{name}, which was asked back for {days} days and is there in 3 to 48 hours,")

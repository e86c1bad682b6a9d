"""A long feed of a server of ours, taken page by page while the server goes on sending.

One question serves many pages, and the next of them is on its way while the last is written: a new node would wait for
the server otherwise, and the server for the node. What is not taken yet waits in the buffers of the connection, so the
server is never far ahead. Our feeds hold one row a line, which is what makes it possible to read the beginning of one.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Final

import httpx
import msgspec
import trio

from mosaicfs.errors import PeerGarbledError
from mosaicfs_sync.exchange import ANSWER_BYTES, ANSWER_S, Asking
from mosaicfs_sync.messages import ChangesAnswer, RowAnswer, sequence

PAGES_A_FEED: Final = 20
PAGES_WORTH_IT: Final = 2
"""Behind the last page; for less, another question is as good."""

_HEAD: Final = b'{"results":['
_END: Final = b"\n],"
_LONGEST_END: Final = 512


class _Sequenced(msgspec.Struct):
    seq: object


class _End(msgspec.Struct):
    last_seq: object
    pending: int = 0


class ReadingAhead:
    """Of one server, for one reader at a time."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._feed: _OpenFeed | None = None
        self._told: ChangesAnswer | None = None
        self._is_stale = False

    def told(self, answer: ChangesAnswer) -> None:
        """A page that was asked for by itself: there may be more behind it than another page."""
        self._told = answer

    def doubt(self) -> None:
        """The server may be another than before: what it began to send counts no more."""
        self._is_stale = True

    async def page(self, since: str, limit: int) -> ChangesAnswer | None:
        """None where the server is to be asked for a page by itself."""
        if self._is_stale or (self._feed is not None and self._feed.since != since):
            await self.close()
        if self._feed is None and not await self._begin(since, limit):
            return None
        assert self._feed is not None
        is_first = not self._feed.has_begun
        try:
            answer = await self._feed.page(limit)
        except BaseException:
            await self.close()
            raise
        if self._feed.is_over:
            self.told(answer)
            await self.close()
        if answer.results or is_first:
            return answer if answer.results else None
        return await self.page(since, limit)

    async def close(self) -> None:
        feed, self._feed, self._is_stale = self._feed, None, False
        if feed is not None:
            await feed.close()

    async def _begin(self, since: str, limit: int) -> bool:
        told, self._told = self._told, None
        pending = (told.pending or 0) if told is not None and sequence(told.last_seq) == since else 0
        if pending < PAGES_WORTH_IT * limit:
            return False
        query: dict[str, str | int] = {"style": "all_docs", "since": since, "limit": PAGES_A_FEED * limit}
        response = await self._asking.opened("/_changes", query | {"include_docs": "true"})
        self._feed = _OpenFeed(self._asking, response, since, pending)
        return True


class _OpenFeed:
    """`since` is where the next page begins, `is_over` tells that there is none."""

    def __init__(self, asking: Asking, response: httpx.Response, since: str, pending: int) -> None:
        self.since = since
        self.is_over = False
        self._asking = asking
        self._response = response
        self._pending = pending
        self._pieces = response.aiter_raw()
        self._unpacker = zlib.decompressobj(wbits=31) if response.headers.get("Content-Encoding") == "gzip" else None
        self._text = b""
        self.has_begun = False

    async def page(self, limit: int) -> ChangesAnswer:
        """As many rows as there are, once there are `limit` of them or the feed ends."""
        rows = b""
        with self._asking.speaking(ANSWER_S):
            while not (rows or self.is_over):
                await self._fill(limit)
                rows = self._taken()
        answer = self._answer(rows)
        self.since, self._pending = sequence(answer.last_seq), answer.pending or 0
        return answer

    async def close(self) -> None:
        """A cancellation is the one thing that ends all the generators of httpx, down to the socket."""
        with trio.CancelScope() as scope:
            scope.cancel()
            with suppress(httpx.HTTPError):
                async for _ in self._pieces:
                    pass
        with trio.CancelScope(shield=True):
            await self._response.aclose()

    async def _fill(self, limit: int) -> None:
        parts, size, lines = [self._text], len(self._text), 0
        while lines < limit:
            try:
                piece = self._unpacked(await anext(self._pieces))
            except StopAsyncIteration:
                self.is_over = True
                break
            parts.append(piece)
            lines += piece.count(b"\n")
            size += len(piece)
            if size > ANSWER_BYTES:
                raise self._asking.too_large()
        self._text = b"".join(parts)

    def _unpacked(self, piece: bytes) -> bytes:
        if self._unpacker is None:
            return piece
        try:
            whole = self._unpacker.decompress(piece, ANSWER_BYTES)
        except zlib.error as broken:
            raise PeerGarbledError(self._asking.address, str(broken)) from broken
        if self._unpacker.unconsumed_tail:
            raise self._asking.too_large()
        return whole

    def _taken(self) -> bytes:
        """Whole rows without what is around them; the end of the feed stays for the last page."""
        if not self.has_begun and self._text:
            if not self._text.startswith(_HEAD):
                raise PeerGarbledError(self._asking.address, "it is no feed")
            self._text, self.has_begun = self._text[len(_HEAD) :], True
        cut = self._text.find(_END, max(0, len(self._text) - _LONGEST_END))
        cut = cut if cut >= 0 else self._text.rfind(b"\n")
        rows, self._text = self._text[: max(cut, 0)], self._text[max(cut, 0) :]
        return rows.strip(b"\n,")

    def _answer(self, rows: bytes) -> ChangesAnswer:
        asking = self._asking
        results = asking.decoded(b"[%s]" % rows, list[RowAnswer])
        if self.is_over:
            end = self._text.strip()
            if not end.startswith(_END[1:]):
                raise PeerGarbledError(asking.address, "the end is missing")
            told = asking.decoded(b"{" + end[2:], _End)
            return ChangesAnswer(results, told.last_seq, told.pending)
        last = asking.decoded(rows[rows.rfind(b"\n") + 1 :], _Sequenced)
        return ChangesAnswer(results, last.seq, max(0, self._pending - len(results)))

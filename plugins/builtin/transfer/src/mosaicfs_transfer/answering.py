"""An answer on its way out: its head with what every answer carries, its body in pieces at the pace that is set."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import trio

import mosaicfs
from mosaicfs_transfer.connection import Connection, Pairs
from mosaicfs_transfer.figures import Figures
from mosaicfs_transfer.refusals import RefusalError

SLICE = 256 * 1024
"""So much has half a minute to go out, and is what a limit of bandwidth is counted in."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "mosaicfs-version": mosaicfs.__version__,
}


_ALWAYS: Pairs = [(name.encode("ascii"), value.encode("ascii")) for name, value in ALWAYS.items()]


class CutError(Exception):
    """The rest of an answer must not go out: the caller sees that it is broken off."""


class Answering:
    """`has_body` is False of an answer to a request that wants none."""

    def __init__(self, connection: Connection, figures: Figures, request_id: str, *, has_body: bool = True) -> None:
        self._connection = connection
        self._figures = figures
        self._request_id = request_id
        self._has_body = has_body
        self.status = 0
        """Of the answer that has begun; 0 before."""

    async def json(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        told = {"content-type": "application/json", "cache-control": "no-store", **(headers or {})}
        await self.head(status, {**told, "content-length": str(len(body))}, body if self._has_body else b"")
        await self._connection.end()

    async def refuse(self, refused: RefusalError) -> None:
        self._figures.refused += 1
        await self.json(refused.status, refused.body(), refused.headers)

    async def empty(self, status: int, headers: Mapping[str, str]) -> None:
        await self.head(status, headers)
        await self._connection.end()

    async def head(self, status: int, headers: Mapping[str, str], body: bytes | memoryview = b"") -> None:
        """With the beginning of the body, where that is here already."""
        self.status = status
        told = {"x-request-id": self._request_id, **headers}
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
        await self._connection.head(status, [*_ALWAYS, *pairs], body)

    async def whole(self, status: int, headers: Mapping[str, str], content: memoryview) -> None:
        """Head and body together; what is small goes out in one piece."""
        first = content[:SLICE]
        await self._wait(len(first))
        await self.head(status, headers, first)
        self._figures.bytes_out += len(first)
        for begin in range(SLICE, len(content), SLICE):
            await self._slice(content[begin : begin + SLICE])
        await self._connection.end()

    async def parcel(self, headers: Mapping[str, str], line: bytes, content: memoryview) -> None:
        """A line and what it speaks of, as one body."""
        await self._wait(len(line))
        await self.head(200, {**headers, "content-length": str(len(line) + len(content))}, line)
        for begin in range(0, len(content), SLICE):
            await self._slice(content[begin : begin + SLICE])
        await self._connection.end()

    async def bytes_of(self, pieces: AsyncGenerator[memoryview, None]) -> None:
        """All of them. `CutError` when the other end is gone, or has lost its rights."""
        async with aclosing(pieces):
            async for piece in pieces:
                for begin in range(0, len(piece), SLICE):
                    await self._slice(piece[begin : begin + SLICE])
        await self._connection.end()

    async def _slice(self, piece: memoryview) -> None:
        await self._wait(len(piece))
        await self._connection.body(piece)
        self._figures.bytes_out += len(piece)

    async def _wait(self, amount: int) -> None:
        if (wait_s := self._figures.wait_s(amount)) > 0:
            await trio.sleep(wait_s)
        if self._connection.line.is_gone:
            raise CutError

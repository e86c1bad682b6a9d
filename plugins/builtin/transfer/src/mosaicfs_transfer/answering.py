"""An answer on its way out: its head with what every answer carries, its body in pieces at the pace that is set."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import trio

import mosaicfs
from mosaicfs_transfer.asking import Request, Send
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


class CutError(Exception):
    """The rest of an answer must not go out: the caller sees that it is broken off."""


class Answering:
    def __init__(self, request: Request, send: Send, figures: Figures) -> None:
        self._request = request
        self._send = send
        self._figures = figures
        self.status = 0
        """Of the answer that has begun; 0 before."""

    async def json(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        told = {"content-type": "application/json", "cache-control": "no-store", **(headers or {})}
        await self.head(status, {**told, "content-length": str(len(body))})
        await self._end(b"" if self._request.method == "HEAD" else body)

    async def refuse(self, refused: RefusalError) -> None:
        self._figures.refused += 1
        await self.json(refused.status, refused.body(), refused.headers)

    async def empty(self, status: int, headers: Mapping[str, str]) -> None:
        await self.head(status, headers)
        await self._end(b"")

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        told = {**ALWAYS, "x-request-id": self._request.request_id, **headers}
        self.status = status
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def bytes_of(self, pieces: AsyncGenerator[memoryview, None]) -> None:
        """All of them. `CutError` when the other end is gone, or has lost its rights."""
        async with aclosing(pieces):
            async for piece in pieces:
                for begin in range(0, len(piece), SLICE):
                    await self._slice(piece[begin : begin + SLICE])
        await self._end(b"")

    async def _slice(self, piece: memoryview) -> None:
        if (wait_s := self._figures.wait_s(len(piece))) > 0:
            await trio.sleep(wait_s)
        if self._request.line.is_gone:
            raise CutError
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        self._figures.bytes_out += len(piece)

    async def _end(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

"""What goes back to the caller: bytes that are ready, or a stream written while it is found.

A route returns one of the two; how it reaches the socket (gzip, a client that goes away, a failure half-way) is settled
here once.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import anyio
import anyio.to_thread
import msgspec
from starlette.types import Send

from mosaicfs_control.incoming import Incoming

Write: TypeAlias = Callable[[bytes], Awaitable[None]]

JSON = "application/json"

_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_PACKED = ("application/json", "application/x-ndjson", "text/")
"""What is worth packing."""
_GZIP = 31  # zlib's wbits for a gzip header and trailer
_GZIP_FROM = 1024
_GZIP_IN_THREAD_FROM = 256 * 1024


@dataclass(frozen=True, slots=True)
class Ready:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Stream:
    """`write_to` is given a function that takes bytes. What it raises before the first of them is still a status.

    With a `length` they are sent as they are, never packed; who raises before so many are out cuts the answer off, so
    that nobody takes it for whole.
    """

    write_to: Callable[[Write], Awaitable[None]]
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    length: int | None = None


Answer: TypeAlias = Ready | Stream


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether the caller's `Accept-Encoding` names gzip, and not with `q=0`."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = offer.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def may_be_packed(answer: Answer) -> bool:
    """The bytes of files never are: a client asks for parts of them, and compares what it got with a digest."""
    is_exact = isinstance(answer, Stream) and answer.length is not None
    return not is_exact and answer.media_type.startswith(_PACKED)


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Ready:
    return Ready(msgspec.json.encode(value), status, headers or {})


class Outgoing:
    """The way back of one request. `started` tells that the status is out and cannot be taken back."""

    def __init__(self, send: Send, incoming: Incoming, *, gzip: bool) -> None:
        self.started = False
        self._send = send
        self._incoming = incoming
        self._gzip = gzip
        self._packing = zlib.compressobj(1, zlib.DEFLATED, _GZIP) if gzip else None

    async def deliver(self, answer: Answer) -> None:
        """Return when it is out or the client is gone. The failure of a stream is raised as it was."""
        await self._incoming.drain()
        if isinstance(answer, Ready):
            await self._deliver_ready(answer)
        elif await self._deliver_stream(answer):
            await self._end(self._packing.flush() if self._packing is not None else b"")

    async def _deliver_ready(self, answer: Ready) -> None:
        body, headers = answer.body, dict(answer.headers)
        if self._gzip and len(body) >= _GZIP_FROM:
            body = await _packed(body)
            headers["content-encoding"] = "gzip"
        # Of a HEAD the route says how long the answer to a GET would be.
        headers.setdefault("content-length", str(len(body)))
        await self._start(answer.status, answer.media_type, headers)
        await self._end(body)

    async def _deliver_stream(self, answer: Stream) -> bool:
        """True when it was written to its end. The end itself is sent outside the scope that a lost client cancels."""
        failure: Exception | None = None
        written = False
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._cancel_when_gone, tasks.cancel_scope)
            try:
                await answer.write_to(lambda piece: self._write(piece, answer))
                written = True
            except Exception as cause:  # noqa: BLE001 - carried out of the task group unchanged, for the caller to judge
                failure = cause
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return written

    async def _cancel_when_gone(self, scope: anyio.CancelScope) -> None:
        await self._incoming.gone()
        scope.cancel()

    async def _write(self, piece: bytes, answer: Stream) -> None:
        if not self.started:
            packed = {"content-encoding": "gzip"} if self._gzip else {}
            length = {} if answer.length is None else {"content-length": str(answer.length)}
            await self._start(answer.status, answer.media_type, {**answer.headers, **packed, **length})
        if self._packing is not None:
            piece = self._packing.compress(piece) + self._packing.flush(zlib.Z_SYNC_FLUSH)
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _end(self, rest: bytes) -> None:
        """What a client sends beyond all bounds is taken even now: the server would wait for room to hand it over."""
        if self._incoming.ended:
            await self._send({"type": "http.response.body", "body": rest})
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._incoming.gone)
            await self._send({"type": "http.response.body", "body": rest})
            tasks.cancel_scope.cancel()

    async def _start(self, status: int, media_type: str, headers: Mapping[str, str]) -> None:
        self.started = True
        fields = {"content-type": media_type, "vary": "accept-encoding", **_ALWAYS, **headers}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})


async def _packed(body: bytes) -> bytes:
    if len(body) < _GZIP_IN_THREAD_FROM:
        return zlib.compress(body, 1, _GZIP)
    return await anyio.to_thread.run_sync(zlib.compress, body, 1, _GZIP)

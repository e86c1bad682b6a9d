"""One question to a server and its answer over HTTP, whatever the server does.

Refusing, hanging, breaking off, sending garbage or sending without end: each becomes one of our errors here, with the
server named and never a secret. When to try again is decided in the kernel.
"""

from __future__ import annotations

import gzip
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar

import httpx
import msgspec
import trio

from mosaicfs.errors import (
    AccessRefusedError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    TooMuchAskedError,
)
from mosaicfs_sync.messages import ErrorAnswer

ANSWER_S: Final = 600.0
ANSWER_BYTES: Final = 16 << 20
"""Twice the largest document. More than this is asked for in smaller parts."""
COMPRESS_FROM_BYTES: Final = 1_024

LATER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
TOO_MUCH: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG)

T = TypeVar("T")


class Reply(NamedTuple):
    status: int
    body: bytes
    retry_after_s: float | None = None
    date: str = ""

    @property
    def is_good(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_unproven(self) -> bool:
        """The server does not believe who asks."""
        return self.status == HTTPStatus.UNAUTHORIZED


OnReply = Callable[[Reply], None]
"""Sees each answer before it is judged, and may raise a better error than the judge."""


def nothing(_: Reply) -> None:
    """For who has no use for what an answer says beside its body."""


class Asking:
    """Of one server, over a client that keeps its connections. `takes_gzip`: bodies are packed."""

    def __init__(self, client: httpx.AsyncClient, address: str, on_reply: OnReply = nothing) -> None:
        self._client = client
        self._on_reply = on_reply
        self.address = address
        self.takes_gzip = False

    async def ask(self, method: str, path: str, content: bytes | None = None, *, base: str = "") -> bytes:
        return self.judged(await self.exchange(method, path, content, base=base))

    async def exchange(
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
        with self.speaking(within_s):
            async with self._client.stream(
                method, (base or self.address) + path, content=content, headers=headers, params=query
            ) as response:
                reply = _reply(response, await self._read(response))
        self._on_reply(reply)
        return reply

    async def opened(self, path: str, query: Mapping[str, str | int]) -> httpx.Response:
        """A good answer of which only the head is read; whoever gets it closes it."""
        request = self._client.build_request("GET", self.address + path, params=query)
        with self.speaking(ANSWER_S):
            response = await self._client.send(request, stream=True)
        try:
            with self.speaking(ANSWER_S):
                reply = _reply(response, b"" if response.is_success else await self._read(response))
            self._on_reply(reply)
            self.judged(reply)
        except BaseException:
            with trio.CancelScope(shield=True):
                await response.aclose()
            raise
        return response

    @contextmanager
    def speaking(self, within_s: float) -> Iterator[None]:
        """What goes wrong on the way, in our words."""
        try:
            with trio.fail_after(within_s):
                yield
        except (httpx.TimeoutException, trio.TooSlowError) as slow:
            raise TimedOutError(self.address, _limit(slow, self._client, within_s)) from slow
        except httpx.HTTPError as broken:
            raise SourceUnavailableError(self.address, _cause(broken)) from broken

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
            raise self.too_large()
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
            raise self.too_large()
        if not unpacker.eof:
            raise PeerGarbledError(self.address, "the end is missing")
        return whole

    def too_large(self) -> TooMuchAskedError:
        return TooMuchAskedError(self.address, f"its answer is larger than {ANSWER_BYTES >> 20} MiB")

    async def _packed(self, content: bytes | None) -> tuple[dict[str, str], bytes | None]:
        if content is None:
            return {}, None
        headers = {"Content-Type": "application/json"}
        if self.takes_gzip and len(content) >= COMPRESS_FROM_BYTES:
            return headers | {"Content-Encoding": "gzip"}, await trio.to_thread.run_sync(gzip.compress, content, 6)
        return headers, content

    def judged(self, reply: Reply) -> bytes:
        """The body of a good answer; what a bad one means otherwise."""
        if reply.is_good:
            return reply.body
        cause = f"{reply.status} {_reason(reply.body)}".strip(" .")
        if reply.status in LATER:
            raise ThrottledError(self.address, reply.retry_after_s)
        if reply.status in REFUSED:
            raise AccessRefusedError(self.address, cause)
        if reply.status in TOO_MUCH:
            raise TooMuchAskedError(self.address, cause)
        raise SourceUnavailableError(self.address, f"it answered {cause}")

    def decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
            raise PeerGarbledError(self.address, str(broken)) from broken


def _reply(response: httpx.Response, body: bytes) -> Reply:
    return Reply(response.status_code, body, _retry_after(response), response.headers.get("Date", ""))


def _cause(broken: BaseException) -> str:
    """A certificate that is not believed is told as that; trio says only that something broke."""
    inner: BaseException | None = broken
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"it does not prove who it is ({inner.verify_message.rstrip('.')}), so nothing was sent to it"
        if isinstance(inner, ssl.SSLError):
            return f"no secure connection came about ({inner.reason or inner})"
        inner = inner.__cause__ or inner.__context__
    return str(broken) or type(broken).__name__


def _reason(body: bytes) -> str:
    """What the server says, if it says it in a way that is known."""
    return answer.said if (answer := error_in(body)) is not None else ""


def error_in(body: bytes) -> ErrorAnswer | None:
    try:
        return msgspec.json.decode(body, type=ErrorAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; a date is not understood and counts as none."""
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None


def _limit(slow: Exception, client: httpx.AsyncClient, within_s: float) -> float:
    if isinstance(slow, httpx.ConnectTimeout):
        return client.timeout.connect or within_s
    return within_s if isinstance(slow, trio.TooSlowError) else client.timeout.read or within_s

"""A connection to a node: its addresses are tried shortly after each other, and the first that proves its name is used.

Whoever answers at an address must show a certificate of the instance for the fixed name of that node. So a machine that
moved is found, and another one at its old address, or one that a document names falsely, is told nothing.
"""

# ruff: noqa: ASYNC109 - the signatures are httpcore's

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpcore
import trio

from mosaicfs.errors import SourceUnavailableError

NEXT_S = 0.25
CLOSE_S = 1.0
AGAIN_S = 0.3
TRIES = 3


class Address(NamedTuple):
    host: str
    port: int


def address_in(text: str) -> Address | None:
    """`host:port` as node documents have it."""
    host, _, digits = text.rpartition(":")
    if not host or not digits.isascii() or not digits.isdigit() or not 0 < int(digits) <= 65_535:
        return None
    return Address(host.removeprefix("[").removesuffix("]"), int(digits))


@dataclass(slots=True)
class Way:
    """To one node. `name` is what it must prove, `who` what it is called in messages, `limit_s` for all of it."""

    who: str
    name: str
    addresses: Sequence[Address]
    limit_s: float
    trust: Callable[[], ssl.SSLContext]

    async def connect(self) -> trio.SSLStream[trio.SocketStream]:
        """`SourceUnavailableError`. A refusal is tried again within the limit: the node may just be starting."""
        troubles: list[str] = []
        with trio.move_on_after(self.limit_s):
            for attempt in range(TRIES):
                if attempt:
                    await trio.sleep(AGAIN_S * attempt)
                found = await self._race(troubles)
                if found is not None:
                    return found
                if _LIAR in troubles:
                    break
        answer = troubles[-1] if troubles else f"it did not answer within {self.limit_s:g} s"
        cause = _LIAR if _LIAR in troubles else answer
        raise SourceUnavailableError(self.who, cause)

    async def _race(self, troubles: list[str]) -> trio.SSLStream[trio.SocketStream] | None:
        winners: list[trio.SSLStream[trio.SocketStream]] = []
        trust = self.trust()

        async def run(address: Address, after: Sequence[trio.Event], over: trio.Event) -> None:
            """After those before it have failed, or a moment after the last one began."""
            with trio.move_on_after(NEXT_S * len(after)):
                for event in after:
                    await event.wait()
            try:
                stream = await _proven(address, self.name, trust)
            except (OSError, trio.BrokenResourceError) as error:
                troubles.append(_trouble(error))
                over.set()
                return
            winners.append(stream)
            nursery.cancel_scope.cancel()

        events = [trio.Event() for _ in self.addresses]
        try:
            async with trio.open_nursery() as nursery:
                for number, address in enumerate(self.addresses):
                    nursery.start_soon(run, address, events[:number], events[number])
        except BaseException:
            for stream in winners:
                await _close(stream)
            raise
        for stream in winners[1:]:
            await _close(stream)
        return winners[0] if winners else None


_LIAR = "who answers there does not prove to be it, so nothing was sent"


async def _proven(address: Address, name: str, trust: ssl.SSLContext) -> trio.SSLStream[trio.SocketStream]:
    tcp = await trio.open_tcp_stream(address.host, address.port)
    stream = trio.SSLStream(tcp, trust, server_hostname=name, https_compatible=True)
    try:
        await stream.do_handshake()
    except BaseException:
        await _close(stream)
        raise
    return stream


async def _close(stream: trio.SSLStream[trio.SocketStream]) -> None:
    """At once: a handshake that was given up has nothing to say any more."""
    await trio.aclose_forcefully(stream.transport_stream)


def _trouble(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _LIAR
        cause = cause.__cause__
    if isinstance(error, trio.BrokenResourceError):
        return "it broke off the handshake"
    return getattr(error, "strerror", None) or str(error) or "it cannot be reached"


class Reaching(httpcore.AsyncNetworkBackend):
    """Hands out connections that are proven already, whatever address the pool believes to connect to."""

    def __init__(self, way: Callable[[], Way]) -> None:
        self._way = way

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Proven(await self._way().connect())

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("a node is reached over the network")

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


class _Proven(httpcore.AsyncNetworkStream):
    """A stream whose handshake is over: asked to begin TLS, it answers itself."""

    def __init__(self, stream: trio.SSLStream[trio.SocketStream]) -> None:
        self._stream = stream

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            with trio.fail_after(float("inf") if timeout is None else timeout):
                return bytes(await self._stream.receive_some(max_bytes))
        except trio.TooSlowError:
            raise httpcore.ReadTimeout from None
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise httpcore.ReadError(str(error)) from None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            with trio.fail_after(float("inf") if timeout is None else timeout):
                await self._stream.send_all(buffer)
        except trio.TooSlowError:
            raise httpcore.WriteTimeout from None
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise httpcore.WriteError(str(error)) from None

    async def aclose(self) -> None:
        with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSE_S):
            await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._stream.transport_stream.socket.is_readable()
        return None

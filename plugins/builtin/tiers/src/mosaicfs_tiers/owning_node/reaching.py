"""A connection to a node: its addresses are tried shortly after each other, and the first that proves its name is used.

Whoever answers at an address must show a certificate of the instance for the fixed name of that node. So a machine that
moved is found, and another one at its old address, or one that a document names falsely, is told nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.identity.tls_stream import TlsStream

NEXT_S = 0.25
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

    async def connect(self) -> TlsStream:
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

    async def _race(self, troubles: list[str]) -> TlsStream | None:
        winners: list[TlsStream] = []
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
                stream.close()
            raise
        for stream in winners[1:]:
            stream.close()
        return winners[0] if winners else None


_LIAR = "who answers there does not prove to be it, so nothing was sent"


async def _proven(address: Address, name: str, trust: ssl.SSLContext) -> TlsStream:
    tcp = await trio.open_tcp_stream(address.host, address.port)
    stream = TlsStream(tcp, trust, server_hostname=name)
    try:
        await stream.do_handshake()
    except BaseException:
        stream.close()
        raise
    return stream


def _trouble(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _LIAR
        cause = cause.__cause__
    if isinstance(error, trio.BrokenResourceError):
        return "it broke off the handshake"
    return getattr(error, "strerror", None) or str(error) or "it cannot be reached"

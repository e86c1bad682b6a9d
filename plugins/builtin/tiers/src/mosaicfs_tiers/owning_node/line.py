"""The line to one node: connections that are kept, and requests that are signed for that node and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpcore
import trio

from mosaicfs.errors import SourceUnavailableError, TimedOutError
from mosaicfs.identity.authority import node_name
from mosaicfs.identity.signatures import audience
from mosaicfs_tiers.owning_node.own_name import OwnName
from mosaicfs_tiers.owning_node.reaching import Address, Reaching, Way

CONNECT_S, CONNECT_OFFLINE_S = 2.0, 1.0
FIRST_BYTE_S = 10.0
SILENCE_S = 30.0
AT_ONCE = 8
"""Half of what a node serves one caller at once: another process of this machine reads, too."""
KEPT_S = 20.0
"""Less than a node keeps a connection that nobody uses."""


@dataclass(slots=True)
class Patience:
    """How long is waited for what."""

    connect_s: float = CONNECT_S
    connect_offline_s: float = CONNECT_OFFLINE_S
    first_byte_s: float = FIRST_BYTE_S
    silence_s: float = SILENCE_S


class BrokenOffError(Exception):
    """The connection broke before the answer was whole."""


class SilentError(BrokenOffError):
    """Nothing came for too long."""


@dataclass(slots=True)
class Answer:
    """The head of an answer; `pieces` is its body, which may break off: `BrokenOffError`."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@dataclass(slots=True)
class Line:
    """`who` is what the node is called in messages. What its document says of it is set anew by `learn`."""

    node_id: str
    own: OwnName
    patience: Patience = field(default_factory=Patience)
    who: str = ""
    addresses: tuple[Address, ...] = ()
    is_offline: bool = False
    handles: int = 0
    _pool: httpcore.AsyncConnectionPool | None = None
    _turns: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(AT_ONCE))

    def learn(self, who: str, addresses: tuple[Address, ...], *, is_offline: bool) -> None:
        self.who, self.addresses, self.is_offline = who, addresses, is_offline

    @asynccontextmanager
    async def asking(self, target: str, headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """A `GET`, signed for this one attempt. `BrokenOffError`, `SourceUnavailableError`, `TimedOutError`."""
        name = node_name(self.node_id)
        signed = self.own.signer().authorization("GET", target, audience(self.own.instance_id, self.node_id))
        told = [("Host", name), ("Accept-Encoding", "identity"), ("Authorization", signed), *headers.items()]
        limits = {"read": self.patience.first_byte_s, "write": self.patience.first_byte_s}
        request = httpcore.Request("GET", f"https://{name}{target}", headers=told, extensions={"timeout": limits})
        async with self._turns:
            response = await self._sent(request)
            pieces = _pieces(response)
            try:
                limits["read"] = self.patience.silence_s  # looked at for each piece that is waited for
                found = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in response.headers}
                yield Answer(response.status, found, pieces)
            finally:
                with trio.CancelScope(shield=True):
                    await response.aclose()
                    await _run_out(pieces)

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            with trio.CancelScope(shield=True):
                await pool.aclose()

    async def _sent(self, request: httpcore.Request) -> httpcore.Response:
        if self._pool is None:
            # The context is never used: what the pool is handed is proven already.
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self.own.trust(),
                max_connections=AT_ONCE,
                keepalive_expiry=KEPT_S,
                network_backend=Reaching(self._way),
            )
        try:
            return await self._pool.handle_async_request(request)
        except httpcore.TimeoutException:
            raise TimedOutError(self.who, self.patience.first_byte_s) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise BrokenOffError(str(error)) from error

    def _way(self) -> Way:
        limit_s = self.patience.connect_offline_s if self.is_offline else self.patience.connect_s
        if not self.addresses:
            raise SourceUnavailableError(self.who, "it does not say where it can be reached")
        return Way(self.who, node_name(self.node_id), self.addresses, limit_s, self.own.trust)


async def _run_out(pieces: AsyncIterator[bytes]) -> None:
    """Of a stream that is closed: generators below it that were left in the middle would be left to the collector."""
    with suppress(BrokenOffError, RuntimeError):
        async for _ in pieces:
            pass


async def _pieces(response: httpcore.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_stream():
            yield piece
    except httpcore.TimeoutException as error:
        raise SilentError from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise BrokenOffError(str(error)) from error

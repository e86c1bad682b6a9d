"""The line to one node: connections that are kept, and requests that are signed for that node and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import trio

from mosaicfs.errors import PeerGarbledError, SourceUnavailableError, TimedOutError
from mosaicfs.identity.authority import node_name
from mosaicfs.identity.signatures import audience
from mosaicfs_tiers.owning_node.connection import BrokenOffError, Connection, NothingSaidError, SilentError
from mosaicfs_tiers.owning_node.own_name import OwnName
from mosaicfs_tiers.owning_node.reaching import Address, Way
from mosaicfs_tiers.owning_node.rooms import Rooms

__all__ = ["Answer", "BrokenOffError", "Line", "Patience", "SilentError"]

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


@dataclass(slots=True)
class Answer:
    """The head of an answer, and its body piece by piece, which may break off: `BrokenOffError`."""

    status: int
    headers: Mapping[str, str]
    connection: Connection
    silence_s: float

    async def take(self, room: memoryview) -> int:
        """How much came next; 0 behind the last."""
        return await self.connection.take(room, self.silence_s)


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
    no_parcels_until: float = float("-inf")
    """It did not know what many files in one answer are."""
    rooms: Rooms = field(default_factory=Rooms)
    _kept: list[tuple[float, Connection]] = field(default_factory=list)
    """The one used last stands last; each with when it was left."""
    _turns: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(AT_ONCE))

    def learn(self, who: str, addresses: tuple[Address, ...], *, is_offline: bool) -> None:
        self.who, self.addresses, self.is_offline = who, addresses, is_offline

    @asynccontextmanager
    async def asking(self, target: str, headers: Mapping[str, str], body: bytes = b"") -> AsyncIterator[Answer]:
        """A `GET`, or a `POST` where there is a body, signed for this one attempt.

        `BrokenOffError`, `SourceUnavailableError`, `TimedOutError`.
        """
        async with self._turns:
            connection = await self._connection()
            try:
                yield await self._answer(connection, self._request(target, headers, body))
            finally:
                if connection.is_fresh:
                    self._kept.append((trio.current_time(), connection))
                else:
                    connection.close()

    async def close(self) -> None:
        kept, self._kept = self._kept, []
        for _, connection in kept:
            connection.close()

    async def _connection(self) -> Connection:
        """One that is kept, unless the node has closed it meanwhile."""
        while self._kept:
            left_at, connection = self._kept.pop()
            if trio.current_time() - left_at < KEPT_S and connection.is_fresh:
                return connection
            connection.close()
        return Connection(await self._way().connect())

    def _request(self, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        method, digest = "POST" if body else "GET", sha256(body).hexdigest()
        signed = self.own.signer().authorization(method, target, audience(self.own.instance_id, self.node_id), digest)
        told = {
            "Host": node_name(self.node_id),
            "Accept-Encoding": "identity",
            "Authorization": signed,
            **({"Content-Length": str(len(body))} if body else {}),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + body

    async def _answer(self, connection: Connection, request: bytes) -> Answer:
        try:
            status, headers = await connection.ask(request, self.patience.first_byte_s)
        except NothingSaidError:
            raise TimedOutError(self.who, self.patience.first_byte_s) from None
        if connection.unread is None:
            raise PeerGarbledError(self.who, "its answer does not say how long it is")
        return Answer(status, headers, connection, self.patience.silence_s)

    def _way(self) -> Way:
        limit_s = self.patience.connect_offline_s if self.is_offline else self.patience.connect_s
        if not self.addresses:
            raise SourceUnavailableError(self.who, "it does not say where it can be reached")
        return Way(self.who, node_name(self.node_id), self.addresses, limit_s, self.own.trust)

"""The control plane as the agent asks it: heartbeats, the certificate of this node, and the last push.

Each call opens a line of its own. A heartbeat comes twice a minute, when a kept connection would be gone, and the last
one comes when the face of this plugin is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from typing import Final

import msgspec
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import AccessRefusedError
from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs_sync.certificates import Certificates
from mosaicfs_sync.clocks import Clocks
from mosaicfs_sync.exchange import Asking
from mosaicfs_sync.line import open_asking
from mosaicfs_sync.membership import Membership

REFUSED_S: Final = 60.0
"""Who was removed, or whose clock is wrong, asks no more often than this."""


class HeartbeatAnswer(msgspec.Struct):
    server_time: str = ""
    ca_certificates: tuple[str, ...] | None = None
    certificate_renew: bool = False


class HttpControlPlane:
    """`model.uplink.ControlPlane`. `on_trust` is called when other authorities are to be trusted from now on."""

    def __init__(
        self,
        member: Membership,
        clocks: Clocks,
        certificates: Certificates,
        push: Callable[[], Awaitable[None]],
        on_trust: Callable[[], None],
    ) -> None:
        self._member = member
        self._clocks = clocks
        self._certificates = certificates
        self._push = push
        self._on_trust = on_trust
        self._one_at_a_time = trio.Lock()
        self._refusal: AccessRefusedError | None = None
        self._again_at = -inf

    async def receive(self, heartbeat: Heartbeat) -> None:
        """After a refusal it waits until a minute is over; the last one is given up instead."""
        async with self._one_at_a_time:
            if self._refusal is not None and heartbeat.status == "offline":
                raise self._refusal
            await trio.sleep_until(self._again_at)
            try:
                await self._send(heartbeat)
            except AccessRefusedError as refusal:
                self._refusal, self._again_at = refusal, trio.current_time() + REFUSED_S
                raise
            self._refusal = None

    async def _send(self, heartbeat: Heartbeat) -> None:
        async with open_asking(self._member, self._clocks) as server:
            told = structs.replace(heartbeat, ca_fingerprints=self._certificates.trusted)
            body = await server.ask("POST", "/api/agent/heartbeat", wire.encode(told))
            answer = server.decoded(body, HeartbeatAnswer)
            if answer.server_time:
                self._clocks.compared(answer.server_time)
            await self._follow(answer, server)

    async def push(self) -> None:
        await self._push()

    async def _follow(self, answer: HeartbeatAnswer, server: Asking) -> None:
        """A new authority before a certificate that it has signed."""
        has_changed = bool(answer.ca_certificates) and self._certificates.trust(answer.ca_certificates or ())
        if answer.certificate_renew:
            has_changed |= await self._certificates.renew(server)
        if has_changed:
            self._on_trust()

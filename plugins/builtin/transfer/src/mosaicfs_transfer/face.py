"""What runs on a node from its start to its stop: it listens, tells others where, hands out files and answers.

The control plane's own node waits until there is another node to hand files to: a machine that is alone opens no port.
A port that another program has is tried again, for nothing else on this machine depends on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import Listener
from mosaicfs.errors import MosaicError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.signatures import audience
from mosaicfs.instance_id import instance_id
from mosaicfs.model.heartbeat import Advertises
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.node import Transfer
from mosaicfs.model.standing import Told
from mosaicfs.model.times import Clock
from mosaicfs_transfer.digests import Digests
from mosaicfs_transfer.figures import Figures
from mosaicfs_transfer.front import Front
from mosaicfs_transfer.gate import Gate
from mosaicfs_transfer.handing_out import HandingOut, tag_of
from mosaicfs_transfer.known_nodes import KnownNodes
from mosaicfs_transfer.limits import Limits
from mosaicfs_transfer.listening import advertised, hosts_of, listener_of, open_listeners
from mosaicfs_transfer.nonces import Nonces
from mosaicfs_transfer.own_keys import OwnKeys
from mosaicfs_transfer.parcels import Parcels
from mosaicfs_transfer.questions import Questions
from mosaicfs_transfer.rooms import Rooms
from mosaicfs_transfer.serving import Server

AGAIN_S = 30.0
LOOK_S = 60.0
"""How often it is looked whether there are keys, whether addresses have changed, and how much was handed out."""
RENEW_S = 3_600.0

_log = structlog.get_logger(component="transfer")


async def hand_out(kernel: Kernel, started: Started) -> None:
    """Until cancelled. Nothing waits for it: the agent is ready before anybody can ask this server."""
    advertised(kernel.settings, listener_of(kernel.settings))  # what a person got wrong is told at the start
    started()
    await HandOut(kernel).run()


class HandOut:
    def __init__(self, kernel: Kernel, clock: Clock = time) -> None:
        self._kernel = kernel
        self._clock = clock
        self._keys = OwnKeys(KeyFiles(kernel.places.state_dir / "keys"), kernel.node_id, clock)
        self._figures = Figures(lambda: kernel.settings.transfer.bandwidth_limit_mbps)
        self._limits = Limits(clock)
        self.bound: Listener | None = None
        """Where it listens now."""

    async def run(self) -> NoReturn:
        while await trio.to_thread.run_sync(self._keys.role) == "none":
            self._kernel.standing.tell("transfer", "disabled", "This machine is alone and hands out nothing.")
            await trio.sleep(LOOK_S)
        await trio.to_thread.run_sync(self._keys.renew)
        nonces = Nonces(self._kernel.places.state_dir / "transfer_nonces", self._clock)
        try:
            await self._serve(nonces)
        finally:
            nonces.close()

    async def _serve(self, nonces: Nonces) -> NoReturn:
        kernel = self._kernel
        control_plane = await trio.to_thread.run_sync(self._keys.control_plane)
        nodes = KnownNodes(kernel.store, kernel.node_id, control_plane)
        who = audience(instance_id(kernel.places.state_dir), kernel.node_id)
        async with trio.open_nursery() as nursery:
            await nursery.start(nodes.follow)
            nursery.start_soon(self._keep_renewed)
            rooms, digests = Rooms(), Digests(kernel.content, nursery, tag_of, self._clock)
            front = Front(
                kernel.node_id,
                Gate(who, nodes, nonces, self._limits, self._clock),
                HandingOut(kernel.store, kernel.content, kernel.node_id, digests, rooms),
                Parcels(kernel.store, kernel.content, kernel.node_id, rooms),
                Questions(kernel),
                self._figures,
                self._health,
                hosts_of(kernel.settings),
            )
            nodes.ended = front.end
            await self._until_needed(nodes)
            await self._listen(front)

    async def _until_needed(self, nodes: KnownNodes) -> None:
        if self._keys.role() == "joined":
            return
        while not nodes.has_others():
            self._kernel.standing.tell("transfer", "disabled", "No other node has joined.")
            await nodes.changed.wait()

    async def _listen(self, front: Front) -> NoReturn:
        while True:
            asked = listener_of(self._kernel.settings)
            try:
                listeners = await open_listeners(asked)
            except OSError as cause:
                trouble = (
                    f"{asked.url} cannot be opened ({cause.strerror}); other nodes cannot fetch files of this one."
                )
                self._kernel.standing.tell("transfer", "degraded", trouble)
                _log.info("cannot listen", url=asked.url, cause=cause.strerror)
                await trio.sleep(AGAIN_S)
                continue
            self.bound = Listener(asked.host, int(listeners[0].socket.getsockname()[1]), asked.scheme)
            async with _closing(listeners), trio.open_nursery() as nursery:
                nursery.start_soon(self._tell_on, self.bound)
                certificates = self._keys.context if asked.scheme == "https" else None
                try:
                    await Server(front, certificates).run(listeners)
                finally:
                    self._advertise(None)

    async def _tell_on(self, bound: Listener) -> NoReturn:
        """Addresses come and go with the networks that this machine is in."""
        told: Transfer | None = None
        while True:
            now = await trio.to_thread.run_sync(advertised, self._kernel.settings, bound)
            if now != told:
                _log.info("handing out files", endpoints=[] if now is None else list(now.endpoints or ()))
                self._advertise(now)
                told = now
            self._kernel.standing.tell("transfer", "healthy", counters=self._counters(now))
            await trio.sleep(LOOK_S)

    def _advertise(self, transfer: Transfer | None) -> None:
        if isinstance(self._kernel, Advertises):
            self._kernel.advertise(transfer)

    def _counters(self, told: Transfer | None) -> JsonObject:
        fetched = self._kernel.content.report().get("peer")
        return {
            "active": self._limits.active,
            "bytes_in": fetched.get("bytes_in", 0) if isinstance(fetched, dict) else 0,
            "bytes_out": self._figures.bytes_out,
            "refused": self._figures.refused,
            "endpoint": None if told is None else told.endpoint,
        }

    def _health(self) -> JsonObject:
        """As short as other nodes need it: how each part fares, without its figures."""
        standing = self._kernel.standing
        if not isinstance(standing, Told):
            return {"status": "healthy", "subsystems": {}}
        status = standing.status()
        parts: JsonObject = {name: {"status": each.status} for name, each in status.subsystems.items()}
        return {"status": status.overall, "subsystems": parts}

    async def _keep_renewed(self) -> NoReturn:
        while True:
            await trio.sleep(RENEW_S)
            try:
                await trio.to_thread.run_sync(self._keys.renew)
            except (MosaicError, OSError) as cause:
                _log.warning("certificate not renewed", cause=str(cause))


@asynccontextmanager
async def _closing(listeners: list[trio.SocketListener]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        with trio.CancelScope(shield=True), suppress(OSError):
            for listener in listeners:
                await listener.aclose()

"""What runs in the agent of a node that has joined, from its start to its stop."""

from __future__ import annotations

import trio

from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.notices import Notices
from mosaicfs.model.uplink import Joins
from mosaicfs_sync.certificates import Certificates
from mosaicfs_sync.clocks import Clocks
from mosaicfs_sync.control_plane import HttpControlPlane
from mosaicfs_sync.faring import Faring
from mosaicfs_sync.line import open_peer
from mosaicfs_sync.membership import Membership, membership
from mosaicfs_sync.node import Node


async def keep_joined(kernel: Kernel, started: Started, notices: Notices) -> None:
    """Until cancelled. Nothing waits for the network: the agent is ready before the control plane was reached."""
    await Joined(kernel, membership(kernel), notices).keep(started)


class Joined:
    def __init__(self, kernel: Kernel, member: Membership, notices: Notices) -> None:
        self._kernel = kernel
        self._member = member
        self._clocks = Clocks(member.url, member.node_id, notices)
        self._node = Node(kernel.store, member.node_id, member.instance_id)
        self._faring = Faring(member.url, kernel.standing, notices)
        self._trust_changed = trio.Event()
        certificates = Certificates(member.files, member.node_id, notices)
        self._control_plane = HttpControlPlane(member, self._clocks, certificates, self._push, self._on_trust)

    async def keep(self, started: Started) -> None:
        if isinstance(self._kernel, Joins):
            self._kernel.connect(self._control_plane)
            self._faring.awaits_pull = self._kernel.awaits_pull()
        started(control_plane=self._member.url)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._faring.tell_on)
            while True:
                self._trust_changed = trio.Event()
                await self._follow_until_trust_changes()

    async def _follow_until_trust_changes(self) -> None:
        """Connections that are open were proven by what was trusted before."""
        async with open_peer(self._member, self._clocks) as server, trio.open_nursery() as nursery:
            nursery.start_soon(self._node.follow, server, self._faring, self._pulled)
            await self._trust_changed.wait()
            nursery.cancel_scope.cancel()

    async def _pulled(self) -> None:
        if isinstance(self._kernel, Joins):
            await self._kernel.pulled()
        self._faring.awaits_pull = False

    async def _push(self) -> None:
        async with open_peer(self._member, self._clocks) as server:
            await self._node.push(server)

    def _on_trust(self) -> None:
        self._trust_changed.set()

"""What a node tells the control plane of itself, every half minute, and who takes it."""

from __future__ import annotations

from typing import Final, Literal, Protocol, runtime_checkable

from mosaicfs.model.agent_status import Subsystem
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Storage, Transfer
from mosaicfs.model.noun import Count, Noun, written_object
from mosaicfs.model.times import Time

Platform = Literal["linux", "darwin", "windows"]
Overall = Literal["healthy", "degraded", "unhealthy"]

PROTOCOL: Final = 1
"""Of what nodes and control planes say to each other. The next number is for a change that this one cannot follow."""

OLDEST_PROTOCOL: Final = 1
"""Nodes that speak an older one are heard, and their owner is told to upgrade them."""


class JobReport(Noun, frozen=True, kw_only=True):
    """How far a request of the control plane is; `state` is an open list."""

    job_id: str
    state: str
    progress: JsonObject = written_object()
    result: JsonObject = written_object()
    errors: tuple[str, ...] = ()


class Heartbeat(Noun, frozen=True, kw_only=True):
    """`name` is what the node is called when it is met for the first time; later only people rename it.

    `watch_paths` are those of the node's own configuration, `adopted_paths` those that the control plane has added and
    that are watched. `subsystems` come without counters, but for those of the crawler, which are in `crawl`.
    `ca_fingerprints` are of the authorities that the node trusts: when all have said a new one's, it signs.
    Whoever says no `protocol` speaks the first.
    """

    node_id: str
    name: str
    platform: Platform
    version: str
    vfs_capable: bool
    vfs_backend: Literal["fuse", "file_provider", "cfapi"] | None = None
    capabilities: tuple[str, ...] = ()
    watch_paths: tuple[str, ...] = ()
    adopted_paths: tuple[str, ...] = ()
    transfer: Transfer | None = None
    storage: tuple[Storage, ...] = ()
    status: Literal["online", "offline"]
    overall: Overall
    subsystems: dict[str, Subsystem]
    crawl: JsonObject = written_object()
    jobs: tuple[JobReport, ...] = ()
    ca_fingerprints: tuple[str, ...] = ()
    protocol: Count = 1
    time: Time


class HeartbeatReceiver(Protocol):
    async def receive(self, heartbeat: Heartbeat) -> None:
        """Return when it is taken. `AccessRefusedError` when this node was removed from its instance."""


@runtime_checkable
class Advertises(Protocol):
    """A kernel whose heartbeats tell where files of this node are handed out: that of the duty `agent`."""

    def advertise(self, transfer: Transfer | None) -> None:
        """From the next heartbeat on, which is at once where this is news. None: nowhere."""

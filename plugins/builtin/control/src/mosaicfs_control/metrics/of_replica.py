"""What a node that has joined shows at its own socket: itself, as it is now, and of the instance nothing.

Whether it is online is for the control plane to say. Neither names nor the tree are loaded to be counted: an agent that
nobody asks for them has none.
"""

from __future__ import annotations

from collections.abc import Callable
from time import time

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import node_doc_id, status_id
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.standing import Told
from mosaicfs.model.store import Tally
from mosaicfs.model.times import Clock
from mosaicfs_control.metrics.of_nodes import read_disks, read_status
from mosaicfs_control.metrics.of_process import SIZES_KEPT_S, read_notifications, read_process, read_tiers
from mosaicfs_control.metrics.readings import Readings
from mosaicfs_control.rest.reading import noun_of


class OfReplica:
    """`surface.Source` of a node. `age_s` is for how long the control plane was not reached."""

    def __init__(self, kernel: Kernel, age_s: Callable[[], int | None], clock: Clock = time) -> None:
        self._kernel = kernel
        self._age_s = age_s
        self._clock = clock
        self._tally = Tally(0, 0)
        self._tally_until = float("-inf")

    async def read(self, readings: Readings) -> None:
        store, node_id = self._kernel.store, self._kernel.node_id
        if (node := noun_of(await store.get(node_doc_id(node_id)), Node)) is not None:
            read_disks(readings, node)
        if (status := await self._status()) is not None:
            read_status(readings, node_id, status, self._clock(), self._age_s())
        await self._read_index(readings)
        await read_notifications(readings, store, node_id)
        await read_process(readings, store)
        await read_tiers(readings, self._kernel.places.runtime_dir)

    async def _status(self) -> AgentStatus | None:
        if isinstance(standing := self._kernel.standing, Told):
            return standing.status()
        return noun_of(await self._kernel.store.get(status_id(self._kernel.node_id)), AgentStatus)

    async def _read_index(self, readings: Readings) -> None:
        node_id = self._kernel.node_id
        if self._clock() >= self._tally_until:
            self._tally = await self._kernel.store.tally(FilesUnder(node_id, "/"))
            self._tally_until = self._clock() + SIZES_KEPT_S
        readings.put("index_files", self._tally.documents, node=node_id, status="active")
        readings.put("index_bytes", self._tally.bytes, node=node_id)

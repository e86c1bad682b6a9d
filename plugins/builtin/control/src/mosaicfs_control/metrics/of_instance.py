"""What the control plane shows: the instance as a whole, and each node as it told last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import time

import anyio

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import status_id
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesUnder, NodesByStatus
from mosaicfs.model.search import Search
from mosaicfs.model.times import Clock
from mosaicfs_control.metrics.of_nodes import read_node, read_status
from mosaicfs_control.metrics.of_process import SIZES_KEPT_S, read_notifications, read_process, read_tiers
from mosaicfs_control.metrics.readings import Readings
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.routing import Instance

PATIENCE_S = 0.25
"""For the index of names; while it is made, files are not counted."""


class OfInstance:
    """`surface.Source` of a control plane."""

    def __init__(self, instance: Instance, clock: Clock = time) -> None:
        self._instance = instance
        self._clock = clock
        self._sizes: dict[str, int] = {}
        self._sizes_until = float("-inf")

    async def read(self, readings: Readings) -> None:
        store = self._instance.kernel.store
        nodes = [node for _, node in await nouns_of(store, NodesByStatus(), Node)]
        await self._read_nodes(readings, nodes)
        await self._read_index(readings, nodes)
        await read_notifications(readings, store)
        await read_process(readings, store)
        await read_tiers(readings, self._instance.kernel.places.runtime_dir)
        await self._read_tree(readings)
        for kind, count in Counter(job.kind for job in self._instance.jobs.live.values()).items():
            readings.put("jobs", count, kind=kind)

    async def _read_nodes(self, readings: Readings, nodes: Sequence[Node]) -> None:
        """One that was removed is nobody's worry any more."""
        here = [node for node in nodes if node.status != "disabled"]
        now_s, health = self._clock(), self._instance.reception.health
        told = await self._instance.kernel.store.get_many([status_id(node.node_id) for node in here])
        for node, document in zip(here, told, strict=True):
            read_node(readings, node, health.last_heard(node), now_s)
            if (status := noun_of(document, AgentStatus)) is not None:
                read_status(readings, node.node_id, status, now_s)

    async def _read_index(self, readings: Readings, nodes: Sequence[Node]) -> None:
        store = self._instance.kernel.store
        with anyio.move_on_after(PATIENCE_S):
            for status in ("active", "deleted"):
                page = await store.search(Search(status=status, facets=("node",), limit=1))
                for found in page.facets["node"]:
                    readings.put("index_files", found.count, node=found.value, status=status)
        if self._clock() >= self._sizes_until:
            self._sizes = {node.node_id: (await store.tally(FilesUnder(node.node_id, "/"))).bytes for node in nodes}
            self._sizes_until = self._clock() + SIZES_KEPT_S
        for node_id, size in self._sizes.items():
            readings.put("index_bytes", size, node=node_id)

    async def _read_tree(self, readings: Readings) -> None:
        """Nothing while it is asked a long question: its counters are none the worse for it."""
        with anyio.move_on_after(PATIENCE_S):
            state = await self._instance.kernel.tree.state()
            readings.put("tree_directories", state.directories)
            readings.put("tree_listings_kept", state.listings_kept)
            readings.put("tree_kept_bytes", state.kept_bytes)
            readings.put("tree_labelled_files", state.labelled_files)
            readings.put("tree_files_examined_total", state.files_examined)
            readings.put("tree_directories_examined_total", state.directories_examined)

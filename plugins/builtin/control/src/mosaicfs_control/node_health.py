"""Which nodes can be reached: the verdict of the control plane, and what its owner is told of it.

A heartbeat counts at once and is written down by whoever takes it; here it is noticed that none has come for a while.
The node of this machine is judged by its lock (`mosaicfs.services.node_check`), so only its notice is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import NoReturn

import anyio
import structlog
from msgspec import structs

from mosaicfs import Store, revise
from mosaicfs.errors import MosaicError
from mosaicfs.model.ids import SETTINGS_ID, node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.questions import BackendsHostedBy, NodesByStatus
from mosaicfs.model.role import CONTROL
from mosaicfs.model.settings import Settings
from mosaicfs.model.times import Clock, instant, now_text, time_text
from mosaicfs_control.rest.lists import answers_of
from mosaicfs_control.rest.reading import noun_of, nouns_of

BETWEEN_S = 30.0
BAD_CHECKS = 3
"""So many in a row before a node counts as offline; also after a start, when nobody has been heard yet."""
SERVED_S = 900
"""Whoever others depend on is missed after so long, unless the settings say otherwise."""

_log = structlog.get_logger(component="nodes")


class NodeHealth:
    """`here` is the node of this machine, whose heartbeats pass by: `last_sign` tells when it showed itself last."""

    def __init__(
        self,
        store: Store,
        here: str,
        notices: LastingNotices,
        clock: Clock = time,
        last_sign: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._store = store
        self._here = here
        self._notices = notices
        self._clock = clock
        self._last_sign = last_sign
        self._heard_at: dict[str, str] = {}
        self._heard: set[str] = set()
        self._bad: dict[str, int] = {}
        self._missed: set[str] = set()

    def heard(self, node_id: str) -> None:
        """A heartbeat came in. The next check is a good one."""
        self._heard_at[node_id] = now_text(self._clock)
        self._heard.add(node_id)

    def last_heard(self, node: Node) -> str:
        """The live value, or what is written down where that is newer."""
        return max(self._live(node.node_id), node.last_heartbeat)

    def _live(self, node_id: str) -> str:
        """Empty since the start of this process."""
        if node_id != self._here:
            return self._heard_at.get(node_id, "")
        sign = self._last_sign()
        return "" if sign is None else time_text(int(sign * 1_000_000))

    def forget(self, node_id: str) -> None:
        """It has said goodbye, was removed, or joined anew."""
        self._heard.discard(node_id)
        self._bad.pop(node_id, None)

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            await anyio.sleep(BETWEEN_S)
            try:
                await self.check()
            except MosaicError as trouble:
                _log.info("nodes cannot be checked yet", error=str(trouble))

    async def check(self) -> None:
        """One check of all nodes."""
        nodes = [node for _, node in await nouns_of(self._store, NodesByStatus(), Node)]
        settings = noun_of(await self._store.get(SETTINGS_ID), Settings)
        for node in nodes:
            await self._tell(await self._judged(node), settings)

    async def _judged(self, node: Node) -> Node:
        if node.node_id == self._here or node.status == "disabled" or node.role == "peer":
            return node
        good = node.node_id in self._heard
        self._heard.discard(node.node_id)
        self._bad[node.node_id] = 0 if good else self._bad.get(node.node_id, 0) + 1
        if self._bad[node.node_id] < BAD_CHECKS or node.status == "offline":
            return node
        return await self._mark_offline(node)

    async def _mark_offline(self, node: Node) -> Node:
        """A heartbeat that comes meanwhile has the last word."""

        def decide(before: Node | None) -> Node | None:
            if before is None or before.status not in ("online", "degraded") or before.node_id in self._heard:
                return None
            last = self._heard_at.get(before.node_id, before.last_heartbeat)
            return structs.replace(before, status="offline", last_heartbeat=last)

        found = await revise(self._store, node_doc_id(node.node_id), CONTROL, Node, decide)
        return found or node

    async def _tell(self, node: Node, settings: Settings | None) -> None:
        """Once an episode: that it goes on is nothing new."""
        key = f"node_offline:{node.node_id}"
        patience_s = await self._patience_s(node, settings) if node.status == "offline" else 0
        away_s = self._clock() - instant(node.last_heartbeat) / 1_000_000
        if not patience_s or away_s < patience_s:
            self._missed.discard(key)
            if self._notices.holds(key):
                self._notices.clear(key)
        elif key not in self._missed:
            self._missed.add(key)
            message = (
                f"“{node.friendly_name}” ({node.node_id}) was heard last at {node.last_heartbeat}. Its files stay "
                "listed; those that have no other copy cannot be read until it is back. Look whether it is switched "
                "on and reaches this server."
            )
            self._notices.observe(key, "warning", f"{node.friendly_name} is offline", message)

    async def _patience_s(self, node: Node, settings: Settings | None) -> int:
        """0 where nobody is to be told."""
        chosen = (settings.offline_notice_s or {}) if settings is not None else {}
        if node.node_id in chosen:
            return chosen[node.node_id]
        if node.node_id == self._here or await answers_of(self._store, BackendsHostedBy(node.node_id), 1):
            return SERVED_S
        return 0

"""Nodes that answer and yet take nothing: online, with changes waiting for them, and their checkpoint stands still.

A node tells itself when it gets nowhere. This is for one that cannot, or does not notice: what it shows of the tree
grows old, and its heartbeats say that all is well.
"""

from __future__ import annotations

from time import time
from typing import NamedTuple, NoReturn

import anyio
import structlog

from mosaicfs import ScopedStore, Store, pulled_up_to
from mosaicfs.errors import MosaicError
from mosaicfs.model.node import Node
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.role import node_role
from mosaicfs.model.times import Clock, time_text
from mosaicfs_control.rest.reading import nouns_of

CONDITION = "node_replication_stalled"
BETWEEN_S = 60.0
STANDS_S = 600.0
PAGE = 1_000
HERE = ("online", "degraded")

_log = structlog.get_logger(component="nodes")


class _Stand(NamedTuple):
    """Where a node stood with changes waiting, and since when."""

    seq: str
    since: float


class StalledNodes:
    """`here` is the node of this machine, which shares our database and replicates nothing."""

    def __init__(self, store: Store, here: str, notices: LastingNotices, clock: Clock = time) -> None:
        self._store = store
        self._here = here
        self._notices = notices
        self._clock = clock
        self._stands: dict[str, _Stand] = {}

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            try:
                await self.check()
            except MosaicError as trouble:
                _log.info("how far nodes are cannot be looked at yet", cause=str(trouble))
            await anyio.sleep(BETWEEN_S)

    async def check(self) -> None:
        for _, node in await nouns_of(self._store, NodesByStatus(), Node):
            if node.node_id != self._here and node.role != "peer":
                await self._check(node)

    async def _check(self, node: Node) -> None:
        key, now = f"{CONDITION}:{node.node_id}", self._clock()
        before = self._stands.pop(node.node_id, None)
        waits_at = await self._waits_at(node) if node.status in HERE else None
        if waits_at is None:
            self._clear(key)
            return
        goes_on = before is not None and before.seq == waits_at
        stand = before if goes_on and before is not None else _Stand(waits_at, now)
        self._stands[node.node_id] = stand
        if now - stand.since >= STANDS_S:
            self._notices.observe(key, "warning", "A node takes no changes", _message(node, stand))
        elif before is not None and not goes_on:
            self._clear(key)

    async def _waits_at(self, node: Node) -> str | None:
        """Its checkpoint, where there are changes after it that are for this node."""
        scoped = ScopedStore(self._store, node_role(node.node_id))
        kept = [await scoped.local_get(each) for each in await scoped.local_ids()]
        seq = since = pulled_up_to(each.body for each in kept if each is not None)
        while True:
            page = await scoped.changes(since, PAGE)
            if page.rows:
                return seq
            if not page.pending:
                return None
            since = page.last_seq

    def _clear(self, key: str) -> None:
        if self._notices.holds(key):
            self._notices.clear(key)


def _message(node: Node, stand: _Stand) -> str:
    since = time_text(int(stand.since * 1_000_000))
    return (
        f"“{node.friendly_name}” ({node.node_id}) answers, but has taken no change from this server since {since}, "
        "although some wait for it: what it shows grows old. Look into the log of its agent, and start that again."
    )

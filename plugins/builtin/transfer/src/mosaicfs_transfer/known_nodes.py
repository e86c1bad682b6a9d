"""Which key a caller signs with, as long as it may: from the node documents of this machine's replica.

So two nodes need no third one for a transfer, and a node that was disabled is refused as soon as that is known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import structlog
import trio

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.identity.signatures import CONTROL_PLANE
from mosaicfs.model.ids import prefix_of, tail_of
from mosaicfs.model.node import Node
from mosaicfs.model.retry import wait_after
from mosaicfs.model.store import IdRange
from mosaicfs.wire import noun_in

PAGE = 1_000
WAIT_S = 60.0
PAUSE_S = 0.2
"""Nodes are few and looked at as a whole, so the changes of half a million files are not read for them."""

_log = structlog.get_logger(component="transfer")


class KnownNodes:
    """`control_plane` is its key. `ended` is told of each node that may not ask any more, or has another key now."""

    def __init__(self, store: Store, node_id: str, control_plane: str) -> None:
        self._store = store
        self._node_id = node_id
        self._control_plane = control_plane
        self.ended: Callable[[str], None] = lambda node_id: None
        self._keys: dict[str, str] = {}
        self.changed = trio.Event()
        """Set at each change, and then another one."""

    def public_key(self, signer: str) -> str | None:
        """None for who may not ask: unknown, disabled, or never joined."""
        return self._control_plane if signer == CONTROL_PLANE else self._keys.get(signer)

    def has_others(self) -> bool:
        return bool(self._keys.keys() - {self._node_id})

    async def follow(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> NoReturn:
        """Started once everything that is in the store now is known."""
        since = (await self._store.info()).update_seq
        await self._load()
        task_status.started()
        failures = 0
        while True:
            try:
                await self._store.wait_until_changed(since, WAIT_S)
                since = (await self._store.info()).update_seq
                await self._load()
                failures = 0
                await trio.sleep(PAUSE_S)
            except MosaicError as trouble:
                failures += 1
                _log.warning("changes of nodes cannot be read", cause=str(trouble), attempt=failures)
                await trio.sleep(wait_after(failures))

    async def _load(self) -> None:
        first = prefix_of("node")
        rows = await self._store.ids(IdRange(first, first + chr(0x10FFFF)), PAGE, include_docs=True)
        found = {tail_of(row.id): noun_in(row.document, Node) for row in rows}
        for node_id in {*found, *self._keys}:
            self._take(node_id, found.get(node_id))

    def _take(self, node_id: str, node: Node | None) -> None:
        before = self._keys.pop(node_id, None)
        now = node.public_key if node is not None and node.status != "disabled" else None
        if now is not None and node_id != CONTROL_PLANE:
            self._keys[node_id] = now
        if now != before:
            self.changed.set()
            self.changed = trio.Event()
            if before is not None:
                self.ended(node_id)

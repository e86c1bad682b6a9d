"""Starting over: everything that a person made, and everything that was indexed, leaves the documents.

What machines say of themselves stays, so no node has to join again; the tree begins as that of a new instance. The
deletions are tombstones, which every replica follows.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from msgspec import structs

from mosaicfs import Store, plant_tree, revise, tombstone
from mosaicfs.model.ids import kind_of
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import IdRange, IdRow
from mosaicfs_control.rest.reading import nouns_of

KEPT = frozenset({"node", "filesystem", "agent_status", "utilization_snapshot", "notification"})
PAGE = 500
MOST_ROUNDS = 10
"""Agents go on writing; and where a document had two versions, the second one shows when the first is gone."""


async def wipe(kernel: Kernel, keeping: AbstractSet[str]) -> int:
    """How many documents were deleted. `keeping` are ids of documents that stay."""
    store, deleted = kernel.store, 0
    for _ in range(MOST_ROUNDS):
        round_of = await _delete_once(store, keeping)
        deleted += round_of
        if not round_of:
            break
    for document, _ in await nouns_of(store, NodesByStatus(), Node):
        await revise(store, document.id, CONTROL, Node, lambda node: node and _as_it_came(node))
    await plant_tree(store, kernel.settings, kernel.node_id, again=True)
    return deleted


async def _delete_once(store: Store, keeping: AbstractSet[str]) -> int:
    deleted, start = 0, ""
    while True:
        rows = await store.ids(IdRange(start or None), PAGE, include_docs=True)
        doomed = [tombstone(row.document) for row in rows if row.document is not None and _goes(row, keeping)]
        written = await store.write(doomed, writer=CONTROL)
        deleted += sum(not row.error for row in written)
        if len(rows) < PAGE:
            return deleted
        start = f"{rows[-1].id}\0"


def _goes(row: IdRow, keeping: AbstractSet[str]) -> bool:
    """What a newer version has made, too; but not what belongs to the store."""
    return not (kind_of(row.id) in KEPT or row.id in keeping or row.id.startswith("_"))


def _as_it_came(node: Node) -> Node:
    """Without what a person has set in it. Work that it was asked for goes on: its job is still there."""
    own = tuple(path for path in node.watch_paths if path not in (node.added_paths or ()))
    return structs.replace(node, network_mounts=None, draining=None, added_paths=None, watch_paths=own)

"""How full the whole instance is, for `df`: from the documents of its nodes, without asking anybody."""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs.model.ids import prefix_of
from mosaicfs.model.node import Node, Storage
from mosaicfs.model.store import IdRange, Store
from mosaicfs.wire import noun_in

BLOCK = 4_096
MOST_NODES = 10_000


class Filling(NamedTuple):
    total_bytes: int
    used_bytes: int
    files: int


async def filling(store: Store) -> Filling:
    """Each file system once, however many nodes name it."""
    volumes = {each.filesystem_id: each for node in await _nodes(store) for each in node.storage or ()}
    files = (await store.counts()).get(("file", "active"), 0)
    return Filling(_sum(volumes, "capacity_bytes"), _sum(volumes, "used_bytes"), files)


async def _nodes(store: Store) -> list[Node]:
    prefix = prefix_of("node")
    rows = await store.ids(IdRange(prefix, f"{prefix}\uffff"), MOST_NODES, include_docs=True)
    return [node for row in rows if (node := noun_in(row.document, Node)) is not None]


def _sum(volumes: dict[str, Storage], field: str) -> int:
    return sum(getattr(each, field) for each in volumes.values())

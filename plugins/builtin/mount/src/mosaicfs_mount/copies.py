"""Where copies of a file are, as far as the documents of this machine say: with its node, and on other places."""

from __future__ import annotations

from mosaicfs.model.filing import Filed
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.store import Store
from mosaicfs.wire import noun_in

_THERE = ("online", "degraded")


async def copies_of(store: Store, own_node: str, file_id: str, node_id: str) -> list[JsonObject]:
    """The shape of `copies` in the answer of `GET /api/explain`."""
    found = [await _with_its_node(store, own_node, node_id)]
    if isinstance(store, Filed):
        replicas = await store.filed(lambda filing: filing.replicas(file_id))
        found += [{"tier": "replica", "where": target, "status": status} for target, status in replicas]
    return found


async def _with_its_node(store: Store, own_node: str, node_id: str) -> JsonObject:
    copy: JsonObject = {"tier": "local" if node_id == own_node else "peer", "where": node_id}
    node = noun_in(await store.get(node_doc_id(node_id)), Node)
    if node is None:
        return copy
    if node.status in _THERE:
        return {**copy, "reachable": True}
    reason = "source_offline" if node.status == "offline" else "source_disabled"
    return {**copy, "reachable": False, "reason": reason, "since": node.last_heartbeat}

"""Where copies of a file are, as far as the documents say: with its node, and on the targets that hold replicas.

Nothing here says how a reader would get at one; no source is touched and nobody is asked.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mosaicfs.model.file import File
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs_control.rest.filed import filed
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call


class ShownCopy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`reachable` is said of nodes, and is whether the node is there."""

    tier: Literal["local", "peer", "replica"]
    where: str
    reachable: bool | None = None
    reason: str | None = None
    since: str | None = None
    status: str | None = None


async def copies_of(call: Call, file_id: str) -> list[ShownCopy]:
    file = noun_of(await call.store.get(file_id), File)
    if file is None or file.status != "active":
        return []
    replicas = await filed(call.store, lambda filing: filing.replicas(file_id))
    return [
        await _own(call, file.source.node_id),
        *(ShownCopy(tier="replica", where=target, status=status) for target, status in replicas),
    ]


async def _own(call: Call, node_id: str) -> ShownCopy:
    node = noun_of(await call.store.get(node_doc_id(node_id)), Node)
    tier: Literal["local", "peer"] = "local" if node_id == call.kernel.node_id else "peer"
    if node is None:
        return ShownCopy(tier=tier, where=node_id)
    if node.status in ("online", "degraded"):
        return ShownCopy(tier=tier, where=node_id, reachable=True)
    reason = "source_offline" if node.status == "offline" else "source_disabled"
    return ShownCopy(tier=tier, where=node_id, reachable=False, reason=reason, since=node.last_heartbeat)

"""How full the disks and cloud accounts of all nodes are, and how full they were."""

from __future__ import annotations

import time
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import status_id
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus, SnapshotsOf
from mosaicfs.model.times import time_text
from mosaicfs.model.utilization import UtilizationSnapshot
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, answers_of, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag
from mosaicfs_control.routes.api.nodes import known_node

routes = Routes()

_DAY_S = 86_400
_RECENT_DAYS = 2


class FilesystemFill(Struct, frozen=True):
    """`available_bytes` is null before the first snapshot of the node."""

    filesystem_id: str
    mount_point: str
    fs_type: str
    capacity_bytes: int
    used_bytes: int
    available_bytes: int | None


class NodeFill(Struct, frozen=True):
    """Sums over its file systems."""

    node_id: str
    capacity_bytes: int
    used_bytes: int
    available_bytes: int
    filesystems: list[FilesystemFill]


class BackendFill(Struct, frozen=True):
    """A cloud account, as the node that hosts it told last."""

    backend: str
    node_id: str
    used_bytes: int
    quota_bytes: int | None


class CacheFill(Struct, frozen=True):
    node_id: str
    used_bytes: int
    limit_bytes: int | None


class StorageOfAll(Struct, frozen=True):
    nodes: list[NodeFill]
    backends: list[BackendFill]
    cache: list[CacheFill]


class HistoryQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=90, description="How far back.")] = 30


@routes.on("GET", "/api/storage", answer=StorageOfAll, from_replica=True)
async def storage_of_all(call: Call, query: NoQuery) -> Ready:
    """Show how full the disks, cloud accounts and caches of all nodes are."""
    tag = await list_tag(call)
    nodes = [node for _, node in await nouns_of(call.store, NodesByStatus(), Node)]
    latest = {node.node_id: await _latest(call, node.node_id) for node in nodes}
    told = await call.store.get_many([status_id(node.node_id) for node in nodes])
    caches = [_cache(node.node_id, noun_of(document, AgentStatus)) for node, document in zip(nodes, told, strict=True)]
    shown = StorageOfAll(
        nodes=[_fill(node, latest[node.node_id]) for node in nodes],
        backends=[each for node in nodes for each in _backends(node.node_id, latest[node.node_id])],
        cache=[cache for cache in caches if cache is not None],
    )
    return Ready(msgspec.json.encode(shown), headers={"etag": tag})


@routes.on(
    "GET",
    "/api/storage/{node_id}/history",
    HistoryQuery,
    answer=UtilizationSnapshot,
    errors=("not_found",),
    from_replica=True,
)
async def storage_history(call: Call, query: HistoryQuery) -> Ready:
    """List how full the node's file systems were, oldest first."""
    await known_node(call)
    tag, asked = await list_tag(call), SnapshotsOf(call.path["node_id"], since=_days_ago(query.days))
    return slice_of([object_of(document, {}) for document in await answers_of(call.store, asked)], query, tag)


async def _latest(call: Call, node_id: str) -> UtilizationSnapshot | None:
    asked = SnapshotsOf(node_id, since=_days_ago(_RECENT_DAYS))
    snapshots = [noun for _, noun in await nouns_of(call.store, asked, UtilizationSnapshot)]
    return snapshots[-1] if snapshots else None


def _fill(node: Node, latest: UtilizationSnapshot | None) -> NodeFill:
    uses = {use.filesystem_id: use for use in (latest.filesystems or () if latest is not None else ())}
    rows = []
    for each in node.storage or ():
        use = uses.get(each.filesystem_id)
        rows.append(
            FilesystemFill(
                each.filesystem_id,
                each.mount_point,
                each.fs_type,
                each.capacity_bytes,
                each.used_bytes if use is None else use.used_bytes,
                None if use is None else use.available_bytes,
            )
        )
    free = [
        max(0, row.capacity_bytes - row.used_bytes) if row.available_bytes is None else row.available_bytes
        for row in rows
    ]
    return NodeFill(
        node.node_id, sum(row.capacity_bytes for row in rows), sum(row.used_bytes for row in rows), sum(free), rows
    )


def _backends(node_id: str, latest: UtilizationSnapshot | None) -> list[BackendFill]:
    uses = latest.cloud or () if latest is not None else ()
    return [BackendFill(use.backend, node_id, use.used_bytes, use.quota_bytes) for use in uses]


def _cache(node_id: str, told: AgentStatus | None) -> CacheFill | None:
    """None where the node has no cache, or tells nothing of it."""
    counters: Any = {} if told is None or "cache" not in told.subsystems else told.subsystems["cache"].unknown
    used, limit = counters.get("bytes"), counters.get("max_bytes")
    return CacheFill(node_id, used, limit if isinstance(limit, int) else None) if isinstance(used, int) else None


def _days_ago(days: int) -> str:
    return time_text(int((time.time() - days * _DAY_S) * 1_000_000))

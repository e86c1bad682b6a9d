"""The machines of the owner: what they are, how they fare, what lies on them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Annotated, Any

import anyio
import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id, status_id, tail_of
from mosaicfs.model.node import Node, NodeStatus, Storage
from mosaicfs.model.questions import FilesUnder, NodesByStatus, SnapshotsOf
from mosaicfs.model.search import Search
from mosaicfs.model.times import BadTimeError, instant, time_text
from mosaicfs.model.utilization import UtilizationSnapshot
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, answers_of, slice_of
from mosaicfs_control.rest.objects import members_of, object_of
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.refusals import not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

PATIENCE_S = 0.25
"""For the index of names. To count half a million documents takes about as long."""

_DAY_S = 86_400


class NodesQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Annotated[NodeStatus | None, Meta(description="Only those that are so.")] = None


class UtilizationQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=90, description="How far back.")] = 30


class ShownNode(Node, frozen=True, kw_only=True, tag_field="type", tag="node"):
    """The document, how many active files lie there, and how far the node's replica is behind, where it has told."""

    file_count: int
    replica_lag_s: int | None


class StorageOfNode(Struct, frozen=True):
    """`latest` is null before the first snapshot."""

    storage: list[Storage]
    latest: UtilizationSnapshot | None


class Holds(Struct, frozen=True):
    """Deletions that wait for a person."""

    items: list[dict[str, Any]]


@routes.on("GET", "/api/nodes", NodesQuery, answer=ShownNode, from_replica=True)
async def nodes(call: Call, query: NodesQuery) -> Ready:
    """List the nodes, each with how many active files it has and how far its replica is behind."""
    found = await nouns_of(call.store, NodesByStatus(query.status), Node)
    tag = await list_tag(call, *(call.here.last_heard(node) for _, node in found))
    counts = await _file_counts(call, [node for _, node in found])
    items = [await _shown(call, document, node, counts) for document, node in found]
    return slice_of(items, query, tag)


@routes.on("GET", "/api/nodes/{node_id}", answer=ShownNode, errors=("not_found",), from_replica=True)
async def one_node(call: Call, query: NoQuery) -> Ready:
    """Show one node."""
    return await shown_node(call, (await known_node(call))[0])


@routes.on("GET", "/api/nodes/{node_id}/status", answer=AgentStatus, errors=("not_found",), from_replica=True)
async def status(call: Call, query: NoQuery) -> Ready:
    """Show what the node's agent told last of its parts."""
    found = await _told(call)
    if found is None:
        raise not_found(f"A status of the node {call.path['node_id']}")
    return Ready(object_of(found, {}), headers={"etag": object_tag(found.rev)})


@routes.on("GET", "/api/nodes/{node_id}/holds", answer=Holds, errors=("not_found",), from_replica=True)
async def holds(call: Call, query: NoQuery) -> Ready:
    """List deletions that wait for a person because too many files of a folder are missing."""
    tag = await list_tag(call)
    await known_node(call)
    return json_answer({"items": await held(call)}, headers={"etag": tag})


@routes.on("GET", "/api/nodes/{node_id}/storage", answer=StorageOfNode, errors=("not_found",), from_replica=True)
async def storage(call: Call, query: NoQuery) -> Ready:
    """Show the node's file systems, and how full they were last."""
    document, node = await known_node(call)
    snapshots = await answers_of(call.store, SnapshotsOf(node.node_id))
    members = members_of(document)
    latest = members_of(snapshots[-1]) if snapshots else None
    body = msgspec.json.encode({"storage": members.get("storage", []), "latest": latest})
    return Ready(body, headers={"etag": object_tag(document.rev, body)})


@routes.on(
    "GET",
    "/api/nodes/{node_id}/utilization",
    UtilizationQuery,
    answer=UtilizationSnapshot,
    errors=("not_found",),
    from_replica=True,
)
async def utilization(call: Call, query: UtilizationQuery) -> Ready:
    """List how full the node's file systems were, oldest first."""
    await known_node(call)
    tag = await list_tag(call)
    since = time_text(int((time.time() - query.days * _DAY_S) * 1_000_000))
    snapshots = await answers_of(call.store, SnapshotsOf(call.path["node_id"], since=since))
    return slice_of([object_of(document, {}) for document in snapshots], query, tag)


async def shown_node(call: Call, document: Document) -> Ready:
    """One node, as `GET` shows it; `document` holds one."""
    node = noun_of(document, Node)
    assert node is not None
    body = await _shown(call, document, node, await _file_counts(call, [node]))
    return Ready(body, headers={"etag": object_tag(document.rev, body)})


async def known_node(call: Call) -> tuple[Document, Node]:
    """The node that the path names; `ApiError` 404."""
    document = await call.store.get(node_doc_id(call.path["node_id"]))
    node = noun_of(document, Node)
    if document is None or node is None:
        raise not_found(f"The node {call.path['node_id'][:100]}")
    return document, node


async def held(call: Call) -> list[dict[str, Any]]:
    """What the node's agent told last of deletions that it holds."""
    found = await _told(call)
    crawler = {} if found is None else members_of(found).get("subsystems", {}).get("crawler", {})
    items = crawler.get("holds", []) if isinstance(crawler, dict) else []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


async def _told(call: Call) -> Document | None:
    found = await call.store.get(status_id(call.path["node_id"]))
    return found if noun_of(found, AgentStatus) is not None else None


async def _file_counts(call: Call, nodes: Iterable[Node]) -> dict[str, int]:
    """From the index of names, which counts all at once; from the documents, node by node, while it is made."""
    with anyio.move_on_after(PATIENCE_S):
        page = await call.store.search(Search(facets=("node",), limit=1))
        return {found.value: found.count for found in page.facets["node"]}
    return {node.node_id: (await call.store.tally(FilesUnder(node.node_id, "/"))).documents for node in nodes}


async def _shown(call: Call, document: Document, node: Node, file_counts: dict[str, int]) -> bytes:
    told = noun_of(await call.store.get(status_id(node.node_id)), AgentStatus)
    is_here = node.node_id == call.kernel.node_id
    return object_of(
        document,
        {
            "node_id": tail_of(document.id),
            "last_heartbeat": call.here.last_heard(node),
            "file_count": file_counts.get(node.node_id, 0),
            "replica_lag_s": 0 if is_here else _lag_s(told),
        },
    )


def _lag_s(told: AgentStatus | None) -> int | None:
    """Since the node's last contact with the control plane, as it told; None where it never has."""
    replication = None if told is None else told.subsystems.get("replication")
    last = None if replication is None else replication.unknown.get("last_success")
    try:
        return max(0, int(time.time()) - instant(last) // 1_000_000) if isinstance(last, str) else None
    except BadTimeError:
        return None

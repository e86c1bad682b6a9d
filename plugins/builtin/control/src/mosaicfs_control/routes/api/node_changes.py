"""Changing nodes: their names, whether they take part, and what becomes of the files of one that is gone."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import Json
from mosaicfs.model.names import is_path
from mosaicfs.model.node import Node
from mosaicfs_control.answers import Ready
from mosaicfs_control.forgetting import forget_files
from mosaicfs_control.jobs.job import JobError
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import start
from mosaicfs_control.routes.api.nodes import ShownNode, known_node, shown_node

routes = Routes()

MOST_PATHS = 1_000
FolderPath = Annotated[str, Meta(min_length=1, max_length=4_096)]
FriendlyName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NodePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`draining`: no new copies go to the node. `watch_paths` are all of them, with those of its own configuration."""

    friendly_name: FriendlyName | UnsetType = UNSET
    watch_paths: Annotated[tuple[FolderPath, ...], Meta(max_length=MOST_PATHS)] | UnsetType = UNSET
    draining: bool | UnsetType | None = UNSET


class RemovalQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    forget_files: Annotated[
        bool, Meta(description="Of a disabled node: mark all its files as deleted; answers with a job.")
    ] = False


@routes.on(
    "PATCH",
    "/api/nodes/{node_id}",
    body=NodePatch,
    answer=ShownNode,
    errors=("not_found", "conflict", "precondition_failed"),
)
async def change_node(call: Call, query: NoQuery) -> Ready:
    """Rename a node, let it watch further folders, or keep new copies away from it.

    The agent takes on what its own configuration allows, and leaves what is no more listed through the brake.
    """
    patch = await patch_of(call, NodePatch)
    doc_id = node_doc_id(call.path["node_id"])
    paths = _folders(patch.get("watch_paths"))
    rest = {name: value for name, value in patch.items() if name != "watch_paths"}

    def decide(node: Node | None) -> Node:
        after = patched(doc_id, _known(call, node), rest)
        return after if paths is None else _watching(after, paths)

    document = await change(call, doc_id, Node, decide, _plain)
    if paths is not None:
        noted(call, "settings_changed", call.path["node_id"], detail={"fields": ["watch_paths"]})
    return await shown_node(call, document)


@routes.on(
    "DELETE",
    "/api/nodes/{node_id}",
    RemovalQuery,
    errors=("not_found", "conflict", "precondition_failed"),
    may_go_on=True,
)
async def remove_node(call: Call, query: RemovalQuery) -> Ready:
    """Disable a node: its keys are refused at once, its documents and files stay."""
    if query.forget_files:
        return await _forget(call)

    def disabled(node: Node | None) -> Node:
        return structs.replace(_known(call, node), status="disabled", requests=None)

    _, before = await known_node(call)
    node_id = before.node_id
    await change(call, node_doc_id(node_id), Node, disabled, _plain)
    await call.instance.auth.nodes.refresh(node_id)
    call.instance.reception.health.forget(node_id)
    noted(call, "node_disabled", node_id)
    left = JobError(code="conflict", message=f"{before.friendly_name} was disabled before it did this.")
    for job_id in before.requests or ():
        await call.instance.jobs.finish(job_id, "failed", errors=[left])
    return Ready(status=204)


@routes.on(
    "POST", "/api/nodes/{node_id}/enable", answer=ShownNode, errors=("not_found", "conflict", "precondition_failed")
)
async def enable_node(call: Call, query: NoQuery) -> Ready:
    """Let a disabled node take part again. It counts as offline until it is heard."""

    def enabled(node: Node | None) -> Node:
        known = _known(call, node)
        return structs.replace(known, status="offline") if known.status == "disabled" else known

    node_id = call.path["node_id"]
    document = await change(call, node_doc_id(node_id), Node, enabled, _plain)
    await call.instance.auth.nodes.refresh(node_id)
    noted(call, "node_enabled", node_id)
    return await shown_node(call, document)


def _folders(given: Json) -> tuple[str, ...] | None:
    """In one spelling, each once; None where nothing is to change."""
    if not isinstance(given, list):
        return None
    for at, path in enumerate(given):
        if not is_path(str(path).rstrip("/") or "/"):
            raise invalid(f"watch_paths[{at}]", "must be absolute, without empty, . or .. parts")
    return tuple(dict.fromkeys(str(path).rstrip("/") or "/" for path in given))


def _watching(node: Node, paths: tuple[str, ...]) -> Node:
    """`ApiError` 409 where a path is left out that the machine has from its own configuration: only that can end it."""
    own = [path for path in node.watch_paths if path not in (node.added_paths or ())]
    if missing := [path for path in own if path not in paths]:
        message = (
            f"{missing[0]} stands in the configuration of {node.friendly_name} itself. Take it out of [agent] "
            "watch_paths there; here only folders can be removed that were added here."
        )
        raise ApiError("conflict", message, {"reason": "set_on_the_node", "paths": missing})
    added = tuple(path for path in paths if path not in own)
    return structs.replace(node, watch_paths=(*own, *added), added_paths=added or None)


async def _forget(call: Call) -> Ready:
    _, node = await known_node(call)
    if node.status != "disabled":
        message = f"{node.friendly_name} still takes part. Disable it first: DELETE /api/nodes/{node.node_id}"
        raise ApiError("conflict", message, {"reason": "node_enabled"})
    return await start(call, "node_forget", {"node_id": node.node_id}, forget_files(call.store))


def _known(call: Call, node: Node | None) -> Node:
    if node is None:
        raise not_found(f"The node {call.path['node_id'][:100]}")
    return node


def _plain(document: Document) -> bytes:
    return object_of(document, {})

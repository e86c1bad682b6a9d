"""Work that only the agent of a node can do, asked for by a person: each call is a job that follows the node."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mosaicfs.model.names import is_path
from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import ask_node
from mosaicfs_control.routes.api.nodes import held, known_node

routes = Routes()


class SyncQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: Annotated[
        Literal["all", "sources"],
        Meta(description="`sources`: where its files come from; `all`: all that it can sync."),
    ] = "all"


class Folder(Struct, frozen=True, forbid_unknown_fields=True):
    """`path` is a watched folder of the node."""

    path: Annotated[str, Meta(max_length=4_096)]


@routes.on("POST", "/api/nodes/{node_id}/holds/{hold_id}/confirm", answer=Job, errors=("not_found", "conflict"))
async def confirm_hold(call: Call, query: NoQuery) -> Ready:
    """Let held deletions happen: the agent looks once more for each file, and marks those that are gone."""
    _, node = await known_node(call)
    hold_id = call.path["hold_id"]
    if not any(item.get("hold_id") == hold_id for item in await held(call)):
        raise not_found(f"The hold {hold_id[:100]} of {node.friendly_name}")
    return await ask_node(call, node, "hold_confirm", {"hold_id": hold_id})


@routes.on(
    "POST", "/api/nodes/{node_id}/sync", SyncQuery, answer=Job, errors=("not_found", "not_supported", "conflict")
)
async def sync_node(call: Call, query: SyncQuery) -> Ready:
    """Let a node look at once for what has changed at its sources."""
    _, node = await known_node(call)
    if not node.watch_paths:
        raise ApiError("not_supported", f"{node.friendly_name} has no source to look at: it watches no folder.")
    return await ask_node(call, node, "node_sync", {"what": query.what}, asked="source_poll")


@routes.on("POST", "/api/nodes/{node_id}/accept-path", body=Folder, answer=Job, errors=("not_found", "conflict"))
async def accept_path(call: Call, query: NoQuery) -> Ready:
    """Take a watched folder that looks like another one as the same one."""
    folder = await call.body(Folder)
    _, node = await known_node(call)
    if not is_path(folder.path):
        raise invalid("path", "must be absolute, without empty, . or .. parts")
    if folder.path not in node.watch_paths:
        raise invalid("path", f"is not watched on {node.friendly_name}")
    return await ask_node(call, node, "path_accept", {"path": folder.path})

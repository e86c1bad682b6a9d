"""Work that only the agent of a node can do, asked for by a person: each call is a job that follows the node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_path
from mosaicfs.model.node import Node
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.provided import provided_by
from mosaicfs.model.questions import BackendsHostedBy, PluginsOf
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import answers_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import ask_node
from mosaicfs_control.routes.api.nodes import held, known_node

routes = Routes()


class SyncQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: Annotated[
        Literal["all", "plugins", "sources"],
        Meta(description="`sources`: where its files come from; `plugins`: a full sync of all of them; `all`: both."),
    ] = "all"
    backend: Annotated[str | None, Meta(description="Only this storage backend, which the node hosts as a source.")] = (
        None
    )
    full: Annotated[bool, Meta(description="A full listing, also where the service tells of changes.")] = False


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
    """Let a node look at once for what has changed at its sources, and ask its plugins about what they do not know."""
    _, node = await known_node(call)
    plugins = await _plugins_of(call, node)
    if query.what == "plugins":
        return await _sync_plugins(call, node, plugins)
    hosted = await _sources_of(call, node) | {each.name for each in map(provided_by, plugins) if each is not None}
    if query.backend is not None and query.backend not in hosted:
        raise ApiError("not_supported", f"{node.friendly_name} hosts no source {query.backend}.")
    asks_plugins = query.what == "all" and query.backend is None and any(_is_told(each) for each in plugins)
    if not node.watch_paths and not hosted:
        if asks_plugins:
            return await _sync_plugins(call, node, plugins)
        message = f"{node.friendly_name} has no source to look at: it watches no folder and hosts no storage backend."
        raise ApiError("not_supported", message)
    backend: JsonObject = {} if query.backend is None else {"backend": query.backend}
    args: JsonObject = {"what": query.what, **({"full": True} if query.full else {}), **backend}
    return await ask_node(call, node, "node_sync", args, asked="node_sync" if asks_plugins else "source_poll")


async def _sync_plugins(call: Call, node: Node, plugins: Sequence[Plugin]) -> Ready:
    if not plugins:
        raise ApiError("not_supported", f"{node.friendly_name} has no plugin that is enabled.")
    return await ask_node(call, node, "node_sync", {"what": "plugins"}, asked="plugin_sync")


async def _plugins_of(call: Call, node: Node) -> list[Plugin]:
    """Those that are enabled."""
    found = await answers_of(call.store, PluginsOf(node.node_id))
    return [plugin for each in found if (plugin := noun_of(each, Plugin)) is not None and plugin.enabled]


def _is_told(plugin: Plugin) -> bool:
    return bool(plugin.subscribed_events)


async def _sources_of(call: Call, node: Node) -> set[str]:
    found = await answers_of(call.store, BackendsHostedBy(node.node_id))
    backends = (noun_of(document, StorageBackend) for document in found)
    return {each.name for each in backends if each is not None and each.mode != "target" and each.enabled}


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

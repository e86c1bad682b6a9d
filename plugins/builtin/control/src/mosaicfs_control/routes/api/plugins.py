"""Plugin documents: what is enabled on which node, and with which options. Its agent follows within seconds.

Nothing here starts code: a document for a name that is not installed waits until it is. Secrets go in and never out.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.described_plugin import DescribedPlugin
from mosaicfs.model.document import Document
from mosaicfs.model.ids import plugin_id, status_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Count, Noun, written, written_object
from mosaicfs.model.plugin import DispatchRule, Plugin, QueryEndpoint
from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.documents_found import nouns_within
from mosaicfs_control.rest.given_directories import given
from mosaicfs_control.rest.lists import Page, slice_of
from mosaicfs_control.rest.objects import members_of, object_of
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.plugin_options import (
    LONGEST_SECRET,
    known_plugin,
    options_given,
    require_open,
    require_options,
)
from mosaicfs_control.rest.plugin_rules import ALL, of_node, require_name, require_sound, require_unused
from mosaicfs_control.rest.plugins_told import AvailablePlugin, Told, available, kind_of, told_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.sealing import sealed_settings
from mosaicfs_control.rest.secrets_shown import redacted
from mosaicfs_control.rest.validators import list_tag, object_tag
from mosaicfs_control.routes.api.nodes import known_node

routes = Routes()

PLUGINS = "/api/nodes/{node_id}/plugins"
PLUGIN = f"{PLUGINS}/{{plugin_name}}"

Kind = Literal["executable", "socket", "python", "tcp"]
Secret = Annotated[str, Meta(max_length=LONGEST_SECRET)]


class NewPlugin(Noun, frozen=True, kw_only=True):
    """What is left out is as the plugin suggests. `secrets` become settings that are sealed for the node."""

    plugin_name: str
    plugin_type: Kind | None = None
    name: str | None = None
    enabled: bool = written(True)
    subscribed_events: tuple[str, ...] | None = None
    mime_globs: tuple[str, ...] | None = None
    dispatch_rules: tuple[DispatchRule, ...] = written(())
    scope: Literal["own", "all"] = written("own")
    config: JsonObject = written_object()
    settings: JsonObject = written_object()
    secrets: dict[str, Secret] = written_object()  # type: ignore[assignment]  # read as what it is declared
    workers: Count = written(2)
    timeout_s: Count = written(60)
    max_attempts: Count = written(3)
    batch_size: Count = written(1)
    health_check_interval_s: Count = written(300)
    query_endpoints: tuple[QueryEndpoint, ...] | None = None
    provides_filesystem: bool | None = None
    file_path_prefix: str | None = None
    socket_address: str | None = None
    tls_fingerprint: str | None = None


class PluginPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All but its name and type. Options that are not named stay; null takes one out."""

    name: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    subscribed_events: list[str] | UnsetType = UNSET
    mime_globs: list[str] | UnsetType = UNSET
    dispatch_rules: list[dict[str, Any]] | UnsetType = UNSET
    scope: Literal["own", "all"] | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    secrets: dict[str, Secret | None] | UnsetType = UNSET
    workers: Count | UnsetType = UNSET
    timeout_s: Count | UnsetType = UNSET
    max_attempts: Count | UnsetType = UNSET
    batch_size: Count | UnsetType = UNSET
    health_check_interval_s: Count | UnsetType = UNSET
    query_endpoints: list[dict[str, Any]] | UnsetType | None = UNSET
    provides_filesystem: bool | UnsetType | None = UNSET
    file_path_prefix: str | UnsetType | None = UNSET
    socket_address: str | UnsetType | None = UNSET
    tls_fingerprint: str | UnsetType | None = UNSET


class ShownPlugin(Plugin, frozen=True, kw_only=True, tag_field="type", tag="plugin"):
    """A secret that is set shows as `__REDACTED__`. `standing` and `reason` are what its node told last, or null."""

    standing: str | None
    reason: str | None
    warnings: list[Literal["not_installed"]]


class PluginsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node_id: Annotated[str | None, Meta(description="Only those of this node.")] = None
    capability: Annotated[str | None, Meta(description="Only those that answer questions of this kind.")] = None


@routes.on("GET", "/api/plugins", PluginsQuery, answer=ShownPlugin)
async def all_plugins(call: Call, query: PluginsQuery) -> Ready:
    """List the plugin documents of all nodes, and how each fares."""
    tag = await list_tag(call)
    within = ALL if query.node_id is None else of_node(query.node_id)
    found = await nouns_within(call.store, within, Plugin)
    wanted = [each for each in found if query.capability is None or _serves(each[1], query.capability)]
    return slice_of(await _all_shown(call, wanted), query, tag)


@routes.on("GET", PLUGINS, Page, answer=ShownPlugin, errors=("not_found",))
async def plugins_of_node(call: Call, query: Page) -> Ready:
    """List the plugin documents of a node, and how each fares."""
    tag = await list_tag(call)
    _, node = await known_node(call)
    return slice_of(await _all_shown(call, await nouns_within(call.store, of_node(node.node_id), Plugin)), query, tag)


@routes.on("GET", f"{PLUGINS}/available", Page, answer=AvailablePlugin, errors=("not_found",))
async def available_plugins(call: Call, query: Page) -> Ready:
    """List what a node has found on its machine, whether or not it is set up."""
    tag = await list_tag(call)
    _, node = await known_node(call)
    documents = await nouns_within(call.store, of_node(node.node_id), Plugin)
    names = {plugin.plugin_name for _, plugin in documents}
    found = available(await _status_of(call, node.node_id), names, partial(known_plugin, call))
    return slice_of([msgspec.json.encode(each) for each in found], query, tag)


@routes.on("GET", PLUGIN, answer=ShownPlugin, errors=("not_found",))
async def one_plugin(call: Call, query: NoQuery) -> Ready:
    """Show one plugin document, and how the plugin fares. Its secrets show only as being set."""
    return await _answer(call, await call.store.get(_id_of(call)))


@routes.on("POST", PLUGINS, body=NewPlugin, answer=ShownPlugin, status=201, errors=("not_found", "conflict"))
async def add_plugin(call: Call, query: NoQuery) -> Ready:
    """Enable a plugin on a node. It begins within seconds; one that is not installed there waits, with a warning."""
    asked = await given(call, NewPlugin)
    require_name(asked.plugin_name)
    _, node = await known_node(call)
    doc_id, known = plugin_id(node.node_id, asked.plugin_name), known_plugin(call, asked.plugin_name)

    def decide(before: Plugin | None) -> Plugin:
        if before is not None:
            message = f"{asked.plugin_name} is set up on {node.friendly_name} already. Change it, or name an instance."
            raise ApiError("conflict", message, {"reason": "exists"})
        return plugin

    plugin = await _new(call, node, asked, known)
    if noun_of(await call.store.get(doc_id), Plugin) is not None:
        decide(plugin)
    options = options_given(known, None, asked.settings, asked.secrets)
    require_open(known, "config", asked.config)
    plugin = structs.replace(plugin, settings=options.settings)
    await require_sound(call, plugin)
    await require_options(call, known, plugin, options.secrets)
    sealed = await sealed_settings(call, node.node_id, plugin.plugin_name, options.secrets)
    plugin = structs.replace(plugin, settings={**options.settings, **sealed})
    document = await change(call, doc_id, Plugin, decide, _plain)
    noted(call, "settings_changed", doc_id, detail={"fields": ["plugin"]})
    location = f"/api/nodes/{node.node_id}/plugins/{plugin.plugin_name}"
    return await _answer(call, document, 201, {"location": location})


@routes.on(
    "PATCH", PLUGIN, body=PluginPatch, answer=ShownPlugin, errors=("not_found", "conflict", "precondition_failed")
)
async def change_plugin(call: Call, query: NoQuery) -> Ready:
    """Change a plugin document; it is in force within seconds. What is under way ends as it began."""
    asked = await patch_of(call, PluginPatch)
    _, node = await known_node(call)
    before = _known(call, noun_of(await call.store.get(_id_of(call)), Plugin))
    known = known_plugin(call, before.plugin_name)
    options = options_given(known, before.settings_schema, _part(asked, "settings"), _secrets(asked))
    require_open(known, "config", _part(asked, "config"))
    gone = {name: None for name, value in options.secrets.items() if value is None}
    patch: dict[str, Json] = {name: value for name, value in asked.items() if name not in {"settings", "secrets"}}
    draft = patched(_id_of(call), before, _with_settings(patch, {**options.settings, **gone}))
    await require_sound(call, draft)
    await require_options(call, known, draft, options.secrets)
    sealed = await sealed_settings(call, node.node_id, before.plugin_name, options.secrets)
    patch = _with_settings(patch, {**options.settings, **gone, **sealed})

    def decide(found: Plugin | None) -> Plugin:
        after = patched(_id_of(call), _known(call, found), patch)
        after = structs.replace(after, settings_schema=known.schema) if known is not None else after
        return found if found is not None and after == found else structs.replace(after, updated_at=now_text())

    document = await change(call, _id_of(call), Plugin, decide, _plain)
    noted(call, "settings_changed", _id_of(call), detail={"fields": sorted(asked)})
    return await _answer(call, document)


@routes.on("DELETE", PLUGIN, errors=("not_found", "conflict", "precondition_failed"))
async def remove_plugin(call: Call, query: NoQuery) -> Ready:
    """Remove a plugin document with its secrets. Jobs that run finish, none are added; annotations stay."""

    def removed(before: Plugin | None) -> None:
        _known(call, before)

    await require_unused(call, call.path["node_id"], call.path["plugin_name"])
    await change(call, _id_of(call), Plugin, removed, _plain)
    noted(call, "settings_changed", _id_of(call), detail={"fields": ["removed"]})
    return Ready(status=204)


# --- what is written -----------------------------------------------------------------------------------------------


async def _new(call: Call, node: Node, asked: NewPlugin, known: DescribedPlugin | None) -> Plugin:
    """As it was asked for, and else as the plugin suggests; without its options."""
    suggested: dict[str, Any] = {
        "plugin_type": asked.plugin_type or kind_of(await _status_of(call, node.node_id), asked.plugin_name, known),
        "name": asked.name or (known.title if known is not None else asked.plugin_name),
        "subscribed_events": _or(asked.subscribed_events, known.events if known is not None else ()),
        "mime_globs": _or(asked.mime_globs, known.mime_globs if known is not None else ()),
        "settings_schema": known.schema if known is not None else None,
        "node_id": node.node_id,
        "created_at": now_text(),
    }
    if suggested["plugin_type"] is None:
        problem = f"is missing: {node.friendly_name} tells of no such plugin, so say what it is"
        raise invalid("plugin_type", problem)
    plain = {name: value for name, value in structs.asdict(asked).items() if name not in {"unknown", "secrets"}}
    return Plugin(**{**plain, **suggested})


def _or(said: tuple[str, ...] | None, suggested: tuple[str, ...]) -> tuple[str, ...]:
    return suggested if said is None else said


def _with_settings(patch: dict[str, Json], settings: JsonObject) -> dict[str, Json]:
    return {**patch, "settings": settings} if settings else patch


def _part(asked: JsonObject, member: str) -> JsonObject:
    found = asked.get(member)
    return found if isinstance(found, dict) else {}


def _secrets(asked: JsonObject) -> dict[str, str | None]:
    return {name: value for name, value in _part(asked, "secrets").items() if value is None or isinstance(value, str)}


# --- what is shown -------------------------------------------------------------------------------------------------


async def _all_shown(call: Call, found: list[tuple[Document, Plugin]]) -> list[bytes]:
    statuses = {plugin.node_id: await _status_of(call, plugin.node_id) for _, plugin in found}
    return [_shown(document, told_of(statuses[plugin.node_id], plugin)) for document, plugin in found]


async def _answer(
    call: Call, document: Document | None, status: int = 200, headers: dict[str, str] | None = None
) -> Ready:
    plugin = _known(call, noun_of(document, Plugin))
    assert document is not None
    body = _shown(document, told_of(await _status_of(call, plugin.node_id), plugin))
    return Ready(body, status, {"etag": object_tag(document.rev, body), **(headers or {})})


def _shown(document: Document, told: Told) -> bytes:
    return object_of(document, {**_redacted(document), **told._asdict()})


def _plain(document: Document) -> bytes:
    return object_of(document, _redacted(document))


def _redacted(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = redacted(members_of(document))
    return found


async def _status_of(call: Call, node_id: str) -> AgentStatus | None:
    return noun_of(await call.store.get(status_id(node_id)), AgentStatus)


def _serves(plugin: Plugin, capability: str) -> bool:
    return any(each.capability == capability for each in plugin.query_endpoints or ())


def _id_of(call: Call) -> str:
    return plugin_id(call.path["node_id"], call.path["plugin_name"])


def _known(call: Call, plugin: Plugin | None) -> Plugin:
    if plugin is None:
        raise not_found(f"The plugin {call.path.get('plugin_name', '')[:100]} on {call.path['node_id'][:100]}")
    return plugin

"""What a node has told of its plugins: which it has found, what they are, and how each fares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.described_plugin import DescribedPlugin
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_info import ServedBackend

_TYPES: Mapping[object, str] = MappingProxyType(
    {"distribution": "python", "file": "python", "executable": "executable", "socket": "socket"}
)


Known: TypeAlias = Callable[[str], DescribedPlugin | None]
"""What this process knows of a plugin by its name."""


class Told(NamedTuple):
    standing: str | None
    reason: str | None
    warnings: list[Literal["not_installed"]]


def told_of(status: AgentStatus | None, plugin: Plugin) -> Told:
    item = _item_of(status, plugin.plugin_name)
    standing, reason = item.get("standing"), item.get("reason")
    return Told(
        standing if isinstance(standing, str) else None,
        reason if isinstance(reason, str) and reason else None,
        [] if _is_found(status, plugin.plugin_name) else ["not_installed"],
    )


class AvailablePlugin(Struct, frozen=True, kw_only=True):
    """`configured`: a document of the node names it, or an instance of it.

    What is null is not known here: the plugin is installed on other machines alone.
    """

    name: str
    kind: str
    version: str
    title: str
    standing: str
    reason: str
    configured: bool
    settings_schema: JsonObject | None = None
    backends: tuple[ServedBackend, ...] | None = None
    events: tuple[str, ...] | None = None
    mime_globs: tuple[str, ...] | None = None


def available(status: AgentStatus | None, configured: Collection[str], known: Known) -> list[AvailablePlugin]:
    """What the node has found. What only a document names is not among it."""
    codes = {_code(name) for name in configured}
    return [
        AvailablePlugin(
            configured=item["name"] in {*configured, *codes}, **{**_texts(item), **_suggested(known(item["name"]))}
        )
        for item in _items_of(status)
        if item.get("standing") != "missing"
    ]


def _suggested(known: DescribedPlugin | None) -> dict[str, Any]:
    if known is None:
        return {}
    return {
        "settings_schema": known.schema,
        "backends": known.backends,
        "events": known.events,
        "mime_globs": known.mime_globs,
    }


def kind_of(status: AgentStatus | None, plugin_name: str, known: DescribedPlugin | None) -> str | None:
    """`plugin_type` of what the node has found under that name, or of what this process has."""
    item = _item_of(status, plugin_name) or _item_of(status, _code(plugin_name))
    return _TYPES.get(item.get("kind")) or ("python" if known is not None else None)


def _is_found(status: AgentStatus | None, plugin_name: str) -> bool:
    """A node that names one only because a document does has not found it."""
    if status is None or not {plugin_name, _code(plugin_name)} & set(status.available_plugins):
        return False
    return _item_of(status, plugin_name).get("standing") != "missing"


def _item_of(status: AgentStatus | None, name: str) -> dict[str, Any]:
    return next((item for item in _items_of(status) if item["name"] == name), {})


def _items_of(status: AgentStatus | None) -> list[dict[str, Any]]:
    part = status.subsystems.get("plugins") if status is not None else None
    items = part.unknown.get("items") if part is not None else None
    found = items if isinstance(items, list | tuple) else ()
    return [dict(each) for each in found if isinstance(each, Mapping) and isinstance(each.get("name"), str)]


def _texts(item: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(item.get(name) or "") for name in ("name", "kind", "version", "title", "standing", "reason")}


def _code(plugin_name: str) -> str:
    return plugin_name.partition("@")[0]

"""Options of a plugin that a caller gives: which of them are secrets, and whether the plugin could work with them.

What is wrong is found by the plugin's own declaration, where this process has loaded it; of one that is installed on
other nodes alone only the names are looked at, and its node says the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mosaicfs.model.described_plugin import MISSING, DescribedPlugin, DescribesPlugins
from mosaicfs.model.ids import shared_plugin_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import FieldTrouble, all_invalid, invalid
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.sealing import is_sealed, sounds_secret
from mosaicfs_control.rest.secrets_shown import REDACTED

LONGEST_SECRET = 65_536


class Given(NamedTuple):
    """`settings` as they are stored, None for one that goes; `secrets` have to be sealed first, likewise."""

    settings: dict[str, Json]
    secrets: dict[str, str | None]


def known_plugin(call: Call, plugin_name: str) -> DescribedPlugin | None:
    kernel = call.kernel
    return kernel.described_plugin(plugin_name.partition("@")[0]) if isinstance(kernel, DescribesPlugins) else None


def options_given(
    known: DescribedPlugin | None, schema: JsonObject | None, settings: JsonObject, secrets: Mapping[str, str | None]
) -> Given:
    """What goes where. `__REDACTED__` keeps what is there; `ApiError` 422 names what would lie in the open."""
    hidden = known.secrets if known is not None else _secrets_of(schema)
    new = {name: value for name, value in settings.items() if value != REDACTED}
    for name, value in new.items():
        if name in hidden:
            _require_text(name, value)
        elif is_sealed(value):
            raise invalid(f"settings.{name}", "is sealed by this server alone; give it readable under `secrets`")
    open_ones = {name: value for name, value in new.items() if name not in hidden}
    require_open(known, "settings", open_ones)
    typed = {name: value for name, value in new.items() if name in hidden and (value is None or isinstance(value, str))}
    found = {**typed, **{name: value for name, value in secrets.items() if value != REDACTED}}
    return Given({name: value for name, value in open_ones.items() if name not in found}, found)


def require_open(known: DescribedPlugin | None, member: str, options: JsonObject) -> None:
    """What `member` holds is replicated and shown: no secret, as it is declared or as it sounds."""
    declared: object = known.schema["properties"] if known is not None else {}
    assert isinstance(declared, Mapping)
    for name, value in options.items():
        hides = name in known.secrets if known is not None and name in declared else bool(sounds_secret(name))
        if hides and isinstance(value, str) and value:
            raise invalid(f"{member}.{name}", "is a secret; give it under `secrets`, where it is sealed")


async def require_options(
    call: Call, known: DescribedPlugin | None, plugin: Plugin, secrets: Mapping[str, str | None]
) -> None:
    """`ApiError` 422 with every option that is wrong. `secrets` are those that are given now, readable."""
    if known is None:
        return
    shared = noun_of(await call.store.get(shared_plugin_id(plugin.plugin_name)), SharedPlugin)
    given, sealed = _effective(plugin, _of_node(shared, plugin.node_id), _of_file(call, plugin))
    typed = {name: value for name, value in secrets.items() if value is not None}
    faults = known.faults({**given, **typed}, sealed - typed.keys())
    is_complete = plugin.enabled and known.needs_all
    troubles = [
        FieldTrouble(f"settings.{name}" if name else "settings", problem)
        for name, problem in faults
        if is_complete or problem != MISSING
    ]
    if troubles:
        raise all_invalid(troubles)


def _effective(plugin: Plugin, shared: JsonObject, of_file: JsonObject) -> tuple[dict[str, Json], set[str]]:
    """What its node will see, and the names of what can be opened only there."""
    found: dict[str, Json] = {}
    for layer in (shared, plugin.config, plugin.settings or {}, of_file):
        found |= {name: value for name, value in layer.items() if value is not None}
    sealed = {name for name, value in found.items() if is_sealed(value)}
    return {name: value for name, value in found.items() if name not in sealed}, sealed


def _of_node(shared: SharedPlugin | None, node_id: str) -> JsonObject:
    """Of a secret that is shared each node has a seal of its own."""
    found: dict[str, Json] = {}
    for name, value in (shared.settings if shared is not None else {}).items():
        is_by_node = isinstance(value, Mapping) and bool(value) and all(map(is_sealed, value.values()))
        found[name] = value.get(node_id) if is_by_node and isinstance(value, Mapping) else value
    return found


def _of_file(call: Call, plugin: Plugin) -> JsonObject:
    """The configuration file of this machine; those of other nodes are not known here."""
    if plugin.node_id != call.kernel.node_id:
        return {}
    options = call.kernel.settings.plugin_options
    return options.get(plugin.plugin_name) or options.get(plugin.plugin_name.partition("@")[0]) or {}


def _secrets_of(schema: JsonObject | None) -> frozenset[str]:
    properties = (schema or {}).get("properties")
    described: Iterable[tuple[str, Json]] = properties.items() if isinstance(properties, Mapping) else ()
    return frozenset(name for name, each in described if isinstance(each, Mapping) and each.get("type") == "secret")


def _require_text(name: str, value: Json) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_SECRET):
        raise invalid(f"settings.{name}", "must be a text")

"""`PluginInfo` as JSON: beside an executable, and in the `hello` of a socket."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mosaicfs import RefusedError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.plugin_info import API, PluginInfo, ServedBackend
from mosaicfs_process.hooks import ALL


class _Told(msgspec.Struct):
    """Members that nobody knows are left alone: a newer plugin may say more."""

    name: str
    api: int
    title: str = ""
    summary: str = ""
    version: str = ""
    annotation_version: int = 1
    hooks: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    backends: tuple[ServedBackend, ...] = ()
    options: dict[str, Json] | None = None
    events: tuple[str, ...] = ()
    mime_globs: tuple[str, ...] = ()
    content: str = "path"
    order: int = 100
    window: int | None = None
    network: bool = False


def read_info(name: str, told: Json | bytes) -> PluginInfo:
    """`RefusedError` says what is wrong with it."""
    try:
        found = msgspec.json.decode(told, type=_Told) if isinstance(told, bytes) else msgspec.convert(told, _Told)
    except msgspec.DecodeError as trouble:
        raise RefusedError(f"what it says of itself cannot be read: {trouble}") from None
    if found.name != name:
        raise RefusedError(f"it is installed as {name} and calls itself {found.name}")
    if stranger := sorted(set(found.hooks) - set(ALL)):
        raise RefusedError(f"a plugin in another process cannot answer the hook {stranger[0]}")
    known = {field: getattr(found, field) for field in found.__struct_fields__}
    known["title"] = found.title or name
    known["content"] = "none" if found.content == "none" else "path"
    return PluginInfo(**known)


def nameless(name: str) -> PluginInfo:
    """Of a plugin that says nothing of itself: it works, with its options as they stand in the configuration."""
    return PluginInfo(name=name, title=name, summary="", version="", api=API)


def options_schema(info: PluginInfo) -> JsonObject:
    return info.options if isinstance(info.options, Mapping) else {}

"""What a plugin document may be, looked at when it is saved: what could never work, or would work against another."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mosaicfs.model.ids import plugin_id, prefix_of, storage_backend_id
from mosaicfs.model.names import covers, is_path, is_plugin_name
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import IdRange
from mosaicfs_control.rest.documents_found import nouns_within
from mosaicfs_control.rest.refusals import ApiError, invalid
from mosaicfs_control.rest.routing import Call

_BOUNDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "workers": (1, 32),
        "batch_size": (1, 100),
        "timeout_s": (1, 86_400),
        "max_attempts": (1, 1_000),
        "health_check_interval_s": (1, 86_400),
    }
)
ALL: Final = IdRange(prefix_of("plugin"), plugin_id("\U0010ffff", ""))

_BACKENDS: Final = IdRange(prefix_of("storage_backend"), storage_backend_id("\U0010ffff"))


def of_node(node_id: str) -> IdRange:
    return IdRange(plugin_id(node_id, ""), plugin_id(node_id, "\U0010ffff"))


def require_name(plugin_name: str) -> None:
    if not is_plugin_name(plugin_name):
        raise invalid("plugin_name", "is no name of a plugin, such as summary@work")


async def require_sound(call: Call, plugin: Plugin) -> None:
    """`ApiError` 422 that names the member, 409 where another document stands against it."""
    for member, (least, most) in _BOUNDS.items():
        if not least <= getattr(plugin, member) <= most:
            raise invalid(member, f"must be between {least:,} and {most:,}")
    if plugin.batch_size > 1 and plugin.plugin_type != "executable":
        raise invalid("batch_size", "above 1 is for executables")
    if plugin.plugin_type == "tcp":
        _require_far(plugin)
    await _require_free_prefix(call, plugin)
    await _require_one_writer(call, plugin)


async def require_unused(call: Call, node_id: str, plugin_name: str) -> None:
    """`ApiError` 409 for one that holds the secrets of a storage backend."""
    for _, backend in await nouns_within(call.store, _BACKENDS, StorageBackend):
        if (backend.hosting_node_id, backend.credentials_ref) == (node_id, plugin_name):
            message = f"{plugin_name} holds the secrets of the storage backend {backend.name}. Remove that one first."
            raise ApiError("conflict", message, {"reason": "secrets", "backend": backend.name})


def _require_far(plugin: Plugin) -> None:
    """What is on another machine is trusted by its certificate alone, and shares no disk with the node."""
    if not plugin.socket_address:
        raise invalid("socket_address", "is missing: say at which host:port it listens")
    if not plugin.tls_fingerprint:
        raise invalid("tls_fingerprint", "is missing: say the SHA-256 of its certificate")
    if plugin.provides_filesystem:
        raise invalid("provides_filesystem", "is for plugins of the node itself")


async def _require_free_prefix(call: Call, plugin: Plugin) -> None:
    prefix = plugin.file_path_prefix
    if prefix is None:
        if plugin.provides_filesystem:
            raise invalid("file_path_prefix", "is missing: say below which path its files are")
        return
    if not is_path(prefix) or prefix == "/":
        raise invalid("file_path_prefix", "must be a path such as /gmail")
    for _, other in await nouns_within(call.store, of_node(plugin.node_id), Plugin):
        theirs = other.file_path_prefix
        if other.plugin_name != plugin.plugin_name and theirs and (covers(theirs, prefix) or covers(prefix, theirs)):
            message = f"{other.plugin_name} has the files below {theirs} on that node. Choose another prefix."
            raise ApiError("conflict", message, {"reason": "prefix", "plugin_name": other.plugin_name})


async def _require_one_writer(call: Call, plugin: Plugin) -> None:
    """An annotation is written by one node."""
    if not plugin.enabled:
        return
    for _, other in await nouns_within(call.store, ALL, Plugin):
        is_same = other.enabled and other.plugin_name == plugin.plugin_name and other.node_id != plugin.node_id
        if is_same and "all" in (plugin.scope, other.scope):
            all_of_them = plugin.node_id if plugin.scope == "all" else other.node_id
            message = (
                f"{plugin.plugin_name} is enabled on {other.node_id} too, and {all_of_them} would look at every file. "
                f"Take scope own for both, or disable one."
            )
            raise ApiError("conflict", message, {"reason": "scope", "node_id": other.node_id})

"""Files that a plugin provides below a path of its node: a source that is called so that no backend can be it."""

from __future__ import annotations

from mosaicfs.model.names import is_path, is_plugin_name
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.storage_backend import StorageBackend

_MARK = "plugin:"


def provided_by(plugin: Plugin) -> StorageBackend | None:
    """As the backend that its node hosts; None for one that provides nothing, or below no path."""
    prefix = plugin.file_path_prefix or ""
    if not plugin.provides_filesystem or prefix == "/" or not is_path(prefix) or not is_plugin_name(plugin.plugin_name):
        return None
    return StorageBackend(
        name=source_name(plugin.plugin_name),
        backend=f"{_MARK}{prefix}",
        mode="source",
        enabled=plugin.enabled,
        created_at=plugin.created_at,
        hosting_node_id=plugin.node_id,
    )


def source_name(plugin_name: str) -> str:
    return f"{_MARK}{plugin_name}"


def provider_of(name: str) -> str | None:
    """The plugin whose files are called `name`; None for those of a backend or a folder."""
    return name.removeprefix(_MARK) if name.startswith(_MARK) else None


def prefix_of(name: str, backend: str) -> str:
    """Where the files of a source of that name and type begin."""
    return f"/{name}" if provider_of(name) is None else backend.removeprefix(_MARK)

"""Secrets of storage backends: sealed for the node that runs it before anything is written, never shown again.

They lie in a plugin document of that node which starts nothing; the backend's document only names it. Nobody here can
open them: who moves a backend to another node enters them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from msgspec import structs

from mosaicfs.model.ids import plugin_id
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.times import now_text
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.sealing import sealed_settings
from mosaicfs_control.rest.secrets_shown import REDACTED

_LONGEST_INSTANCE: Final = 32


def own_ref(backend: str, name: str) -> str:
    """What secrets given through the API are called where nobody names them."""
    instance = name
    if len(name) > _LONGEST_INSTANCE:
        instance = f"{name[:23]}-{sha256(name.encode()).hexdigest()[:8]}"
    return f"{backend}@{instance}"


async def seal_secrets(call: Call, backend: StorageBackend, secrets: Mapping[str, str | None]) -> None:
    """Into the plugin document that the backend names. None takes one out, `__REDACTED__` keeps what is there."""
    node_id, ref = backend.hosting_node_id, backend.credentials_ref
    if node_id is None or ref is None:
        raise invalid("secrets", "need a hosting_node_id: they are sealed for that node alone")
    doc_id = plugin_id(node_id, ref)
    sealed = await sealed_settings(call, node_id, ref, secrets)
    gone = {name for name, value in secrets.items() if value is None}

    def decide(before: Plugin | None) -> Plugin:
        plugin = before or _new(node_id, ref, backend)
        kept = {name: value for name, value in (plugin.settings or {}).items() if name not in gone}
        return structs.replace(plugin, settings={**kept, **sealed}, updated_at=now_text())

    await change(call, doc_id, Plugin, decide, lambda document: document.body)


async def set_secrets(call: Call, backend: StorageBackend) -> dict[str, str]:
    """The names of those that are set here, as they are shown. Those in a file of the node are not known here."""
    node_id, ref = backend.hosting_node_id, backend.credentials_ref
    if node_id is None or ref is None:
        return {}
    plugin = noun_of(await call.store.get(plugin_id(node_id, ref)), Plugin)
    return dict.fromkeys(sorted((plugin.settings or {}) if plugin is not None else ()), REDACTED)


async def drop_secrets(call: Call, backend: StorageBackend) -> None:
    """With the backend that they were made for; those that a person has named may serve others too."""
    node_id, ref = backend.hosting_node_id, backend.credentials_ref
    if node_id is None or ref != own_ref(backend.backend, backend.name):
        return
    doc_id = plugin_id(node_id, ref)
    if noun_of(await call.store.get(doc_id), Plugin) is not None:
        await change(call, doc_id, Plugin, lambda before: None, lambda document: document.body)


def _new(node_id: str, ref: str, backend: StorageBackend) -> Plugin:
    return Plugin(
        node_id=node_id,
        plugin_name=ref,
        name=f"Secrets of {backend.name}",
        plugin_type="python",
        enabled=False,
        created_at=now_text(),
    )

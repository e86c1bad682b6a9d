"""Secrets that a caller gives: sealed for the node that needs them before anything is written, never shown again.

Nobody here can open them. They are settings of a plugin document, whether a plugin or a storage backend needs them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import anyio.to_thread

from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NODE_SEALING_KEY, sealing_key_text
from mosaicfs.identity.private_keys import sealing_key
from mosaicfs.identity.sealed_secrets import seal_for, secret_place
from mosaicfs.model.ids import node_doc_id, plugin_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.node import Node
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.secrets_shown import REDACTED

SEALED = "sealed"

sounds_secret = re.compile(r"passw|secret|token|credential|api_?key|private_?key|access_key", re.IGNORECASE).search


def require_no_secrets(member: str, config: JsonObject) -> None:
    """What stands in `member` is replicated to nodes and shown to every browser."""
    for name in config:
        if sounds_secret(name):
            raise invalid(f"{member}.{name}", "is a secret; give it under `secrets`, where it is sealed")


def is_sealed(value: Json) -> bool:
    return isinstance(value, Mapping) and SEALED in value


async def sealed_settings(
    call: Call, node_id: str, plugin_name: str, secrets: Mapping[str, str | None]
) -> dict[str, Json]:
    """Those that are new, as they are stored. None and `__REDACTED__` are none."""
    new = {name: value for name, value in secrets.items() if value is not None and value != REDACTED}
    if not new:
        return {}
    key, doc_id = await _key_of(call, node_id), plugin_id(node_id, plugin_name)
    return {
        name: {SEALED: seal_for(node_id, key, value, secret_place(doc_id, name, node_id))}
        for name, value in new.items()
    }


async def _key_of(call: Call, node_id: str) -> str:
    """A machine that is alone has made no key known; its agent reads the same files as this process."""
    node = noun_of(await call.store.get(node_doc_id(node_id)), Node)
    if node is None:
        raise invalid("hosting_node_id", "is no node of this instance")
    if node.sealing_key or node_id != call.kernel.node_id:
        return node.sealing_key or ""
    files = KeyFiles(call.kernel.places.state_dir / "keys")
    return sealing_key_text(await anyio.to_thread.run_sync(sealing_key, files, NODE_SEALING_KEY))

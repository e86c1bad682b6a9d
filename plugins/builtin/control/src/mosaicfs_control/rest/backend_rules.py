"""What a storage backend may be, looked at when it is saved: what could never work is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.names import is_backend_name, is_plugin_name
from mosaicfs.model.node import Node
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.sealing import require_no_secrets

_ONE_WAY: Final[Mapping[str, str]] = MappingProxyType(
    {"icloud": "source", "gmail": "source", "imap": "source", "directory": "target", "agent": "target"}
)
_AT_HOME: Final = frozenset({"directory", "icloud", "rclone"})
"""Types that mean something on one machine only."""


async def require_sound(call: Call, backend: StorageBackend) -> None:
    """`ApiError` 422 that names the member."""
    if not is_backend_name(backend.name):
        raise invalid("name", "may hold a-z, 0-9 and -, at most 63 of them, and begins with a letter or digit")
    if not is_plugin_name(backend.backend) or "@" in backend.backend:
        raise invalid("backend", "is no type of backend")
    if (only := _ONE_WAY.get(backend.backend)) is not None and backend.mode != only:
        raise invalid("mode", f"of a backend of type {backend.backend} can only be {only}")
    if backend.credentials_ref is not None and not is_plugin_name(backend.credentials_ref):
        raise invalid("credentials_ref", "is no name of secrets, such as s3@offsite")
    require_no_secrets("backend_config", backend.backend_config)
    await _require_home(call, backend)


async def _require_home(call: Call, backend: StorageBackend) -> None:
    is_source = backend.mode != "target"
    if backend.hosting_node_id is None:
        if is_source or backend.backend in _AT_HOME:
            raise invalid("hosting_node_id", "is missing: say which node runs it")
        return
    node = noun_of(await call.store.get(node_doc_id(backend.hosting_node_id)), Node)
    if node is None or node.role == "peer" or node.status == "disabled":
        raise invalid("hosting_node_id", "is no node of this instance that takes part")
    first_parts = {path.strip("/").partition("/")[0] for path in node.watch_paths}
    if is_source and backend.name in first_parts:
        raise invalid("name", f"is how a watched folder of {node.friendly_name} begins; their paths would meet")

"""Which documents a role may read. The answer depends on the `_id` alone.

So a document never leaves a scope, a tombstone needs no body to pass it, and a revoked state always arrives. What a
role may write is judged in `guard`.
"""

from __future__ import annotations

from mosaicfs.model.ids import PREFIXES
from mosaicfs.model.role import Role

UNKNOWN = "unknown"
DESIGN = "_design"

_BY_NODE = frozenset({"status", "utilization", "plugin"})
_NODE = frozenset({
    "file", "virtual_directory", "node", "filesystem", "label_assignment", "label_rule", "plugin", "annotation",
    "access", "storage_backend", "replication_rule", "replica", "notification", "peering_agreement",
    "federated_import", "pin", "settings", UNKNOWN,
})  # fmt: skip
_BROWSER = frozenset({
    "virtual_directory", "node", "filesystem", "status", "label_rule", "plugin", "storage_backend", "replication_rule",
    "notification", "peering_agreement", "federated_import",
})  # fmt: skip

OF_FILES = frozenset({"file", "annotation", "access", "replica", "label_assignment"})
"""Kinds of which there may be one for each of half a million files; of all others there are a few thousand."""


def scope_key(doc_id: str) -> str:
    """The class of an id: two ids of one class are readable for the same roles.

    The type for most; `status::N`, `utilization::N` and `plugin::N` by node, `plugin` for shared settings.
    """
    prefix, colons, tail = doc_id.partition("::")
    if prefix in _BY_NODE and colons:
        return _key_by_node(prefix, tail)
    if colons and prefix in PREFIXES:
        return PREFIXES[prefix]
    return DESIGN if doc_id.startswith("_design/") else UNKNOWN


def _key_by_node(prefix: str, tail: str) -> str:
    if prefix == "status":
        return f"status::{tail}"
    node_id, colons, _ = tail.partition("::")
    return prefix if prefix == "plugin" and not colons else f"{prefix}::{node_id}"


def may_read(role: Role, doc_id: str) -> bool:
    return may_read_kind(role, scope_key(doc_id))


def may_read_kind(role: Role, key: str) -> bool:
    """`key` is what `scope_key` has given. `upstream` reads nothing: it is a writer only."""
    match role.kind:
        case "control":
            return True
        case "mirror":
            return key != DESIGN
        case "node":
            _, colons, node_id = key.partition("::")
            return key in _NODE or (bool(colons) and node_id == role.node_id)
        case "browser":
            return key.partition("::")[0] in _BROWSER
        case "upstream":
            return False

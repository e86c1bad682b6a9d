"""An example of each answer for the OpenAPI document: made from its schema, with values that look like real ones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

TIME = "2026-02-16T09:22:00Z"
DEEPEST = 6

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "access_key_id": "MOSAICFS_7F3A9B2C1D4E5F6A",
        "availability": "peer",
        "ca_fingerprint": "8c1f52" + "0" * 58,
        "code": "source_failed",
        "condition_key": "inotify_limit_approaching",
        "created_by": "owner",
        "etag": '"m-56b45acc3469d3cf"',
        "event": "login_ok",
        "export_parent": "/home/ana/Documents",
        "export_path": "/home/ana/Documents/report.pdf",
        "file_id": "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
        "file_type": "document",
        "friendly_name": "Laptop",
        "instance_id": "0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
        "job_id": "0199f0aa-5b2e-7f41-8c90-6a1b2c3d4e5f",
        "key_id": "MOSAICFS_7F3A9B2C1D4E5F6A",
        "message": "502,000 of 524,288 watches are in use.",
        "mime_type": "application/pdf",
        "name": "report.pdf",
        "node_id": "node-laptop",
        "notification_id": "node-laptop::inotify_limit_approaching",
        "principal": "MOSAICFS_7F3A9B2C1D4E5F6A",
        "public_key": "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "sealing_key": "x25519:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
        "title": "Watch limit near",
        "version": "0.1.0",
    }
)


def example_of(schema: Mapping[str, Any], parts: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """`parts` are the schemas that a reference may name. Beyond some depth optional members are left out."""
    if "$ref" in schema:
        return example_of(parts[schema["$ref"].rpartition("/")[2]], parts, name, depth)
    if choices := schema.get("anyOf"):
        return example_of(choices[0] if choices[0] != {"type": "null"} else choices[-1], parts, name, depth)
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema and schema["default"] is not None and not isinstance(schema["default"], list | dict):
        return schema["default"]
    return _of_type(schema, parts, name, depth)


def _of_type(schema: Mapping[str, Any], parts: Mapping[str, Any], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, parts, depth)
        case "array" if "prefixItems" in schema:
            return [example_of(item, parts, name, depth + 1) for item in schema["prefixItems"]]
        case "array":
            items = schema.get("items")
            return [example_of(items, parts, name, depth + 1)] if isinstance(items, Mapping) and items else []
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
    return {} if name in ("body", "data", "detail") else "…"


def _object(schema: Mapping[str, Any], parts: Mapping[str, Any], depth: int) -> dict[str, Any]:
    required, members = schema.get("required", ()), schema.get("properties", {})
    shown = {name: part for name, part in members.items() if depth < DEEPEST or name in required}
    return {name: example_of(part, parts, name, depth + 1) for name, part in shown.items()}


def _text(schema: Mapping[str, Any], name: str) -> str:
    if name in _TEXTS:
        return _TEXTS[name]
    is_time = "[Tt ]" in schema.get("pattern", "") or name.endswith(("_at", "_seen", "_heartbeat")) or name == "time"
    return TIME if is_time else f"{name or 'text'}"

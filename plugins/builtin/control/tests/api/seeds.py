"""Documents that tests of the API begin with, and the names of what the fixtures give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

import httpx

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.store import Store


class ServeApi(Protocol):
    """`under` is the store of what runs beside the API, where the one that is served is to fail."""

    def __call__(self, store: Store, under: Store | None = None) -> Awaitable[httpx.AsyncClient]: ...


Put: TypeAlias = Callable[[Mapping[str, JsonObject]], Awaitable[None]]

HERE = "node-laptop"
"""The node that answers."""

SINCE = "2026-01-01T00:00:00Z"
"""When its control plane was set up."""

REPORT = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
"""The file that the page of the REST API shows, and the `ETag` that it gives for its bytes."""
REPORT_TAG = '"m-56b45acc3469d3cf"'


def file_id(number: int) -> str:
    return f"file::0194f3d0-5b2e-7f41-8c90-{number:012x}"


def file(path: str, *, node_id: str = "node-laptop", size: int = 1, **members: Json) -> JsonObject:
    parent, _, name = path.rpartition("/")
    return {
        "type": "file",
        "inode": 8_231_984_712,
        "name": name,
        "source": {"node_id": node_id, "export_path": path, "export_parent": parent or "/"},
        "size": size,
        "mtime": "2026-01-15T14:30:00.123456Z",
        "status": "active",
        **members,
    }


def node(node_id: str, **members: Json) -> JsonObject:
    return {
        "type": "node",
        "node_id": node_id,
        "friendly_name": node_id.removeprefix("node-").title(),
        "platform": "linux",
        "version": "0.1.0",
        "status": "online",
        "last_heartbeat": "2026-01-15T14:30:00Z",
        "public_key": "",
        "sealing_key": "",
        "vfs_capable": False,
        "capabilities": [],
        "watch_paths": ["/home/ana"],
        "transfer": {"endpoint": "", "protocol": "https"},
        **members,
    }


def status(node_id: str, **members: Json) -> JsonObject:
    return {
        "type": "agent_status",
        "node_id": node_id,
        "updated_at": "2026-01-15T14:30:00Z",
        "overall": "healthy",
        "subsystems": {},
        "recent_errors": [],
        "available_plugins": [],
        "watch_paths": ["/home/ana"],
        **members,
    }


def notification(severity: str, *, last_seen: str, status: str = "active") -> JsonObject:
    return {
        "type": "notification",
        "condition_key": "disk_full",
        "source": {"node_id": "node-laptop", "component": "crawler"},
        "severity": severity,
        "status": status,
        "title": "t",
        "message": "m",
        "first_seen": "2026-01-15T14:30:00Z",
        "last_seen": last_seen,
        "occurrence_count": 1,
        "activated_at": "2026-01-15T14:30:00Z",
    }


SEEDS: Mapping[str, JsonObject] = {
    REPORT: file("/home/ana/Documents/report.pdf", size=204_800, mime_type="application/pdf"),
    file_id(1): file("/home/ana/Documents/Report 2025.txt", size=10, mime_type="text/plain"),
    file_id(2): file("/home/ana/Pictures/cat.jpg", size=3_000_000, mime_type="image/jpeg"),
    file_id(3): file("/srv/report.tar.gz", node_id="node-nas", size=5_000),
    file_id(4): file(
        "/home/ana/old report.txt", status="deleted", deleted_at="2026-01-16T00:00:00Z", deleted_reason="gone"
    ),
    "node::node-laptop": node("node-laptop"),
    "node::node-nas": node("node-nas", status="offline"),
    "storage_backend::archive": {
        "type": "storage_backend",
        "name": "archive",
        "backend": "directory",
        "mode": "target",
        "enabled": False,
        "hosting_node_id": "node-nas",
        "backend_config": {"path": "/srv/copies"},
        "created_at": "2026-01-15T14:30:00Z",
        "retention": {"keep_deleted_days": 30, "keep_versions_days": 0},
        "remove_unmatched": False,
    },
    "status::node-laptop": status(
        "node-laptop",
        overall="degraded",
        subsystems={
            "crawler": {
                "status": "degraded",
                "since": "2026-01-15T14:30:00Z",
                "message": "deletions are held",
                "holds": [{"hold_id": "h1", "path": "/home/ana", "missing": 5, "known": 6}],
            }
        },
    ),
    "notification::node-laptop::a": notification("warning", last_seen="2026-01-15T14:30:00Z"),
    "notification::node-laptop::b": notification("error", last_seen="2026-01-14T14:30:00Z"),
    "notification::node-laptop::c": notification("info", last_seen="2026-01-13T14:30:00Z", status="resolved"),
    "filesystem::fs-1": {
        "type": "filesystem",
        "filesystem_id": "fs-1",
        "friendly_name": "Home",
        "owning_node_id": "node-laptop",
        "export_root": "/home/ana",
        "availability": [],
        "created_at": "2026-01-15T14:30:00Z",
    },
    "utilization::node-laptop::2026-01-15T14:00:00Z": {
        "type": "utilization_snapshot",
        "node_id": "node-laptop",
        "captured_at": "2026-01-15T14:00:00Z",
    },
}

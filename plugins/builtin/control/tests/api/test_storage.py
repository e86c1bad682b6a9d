"""How full everything is, over all nodes."""

from __future__ import annotations

import time

import httpx

from mosaicfs.model.ids import utilization_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import time_text
from plugins.builtin.control.tests.api.seeds import Put, node, status

DISK: JsonObject = {
    "filesystem_id": "disk-1",
    "mount_point": "/srv",
    "fs_type": "ext4",
    "device": "/dev/sda1",
    "capacity_bytes": 1_000,
    "used_bytes": 100,
    "watch_paths_on_fs": ["/srv"],
}


async def test_disks_accounts_and_caches_are_summed_up(api: httpx.AsyncClient, put: Put) -> None:
    hour = time_text(int(time.time()) * 1_000_000)
    use: JsonObject = {"filesystem_id": "disk-1", "mount_point": "/srv", "used_bytes": 300, "available_bytes": 600}
    cloud: JsonObject = {"backend": "drive", "used_bytes": 5, "quota_bytes": 15}
    cache: JsonObject = {"status": "healthy", "since": "2026-01-15T14:30:00Z", "bytes": 7, "max_bytes": 9}
    await put(
        {
            "node::node-nas": node("node-nas", storage=[DISK, {**DISK, "filesystem_id": "disk-2"}]),
            "status::node-nas": status("node-nas", subsystems={"cache": cache}),
            utilization_id("node-nas", hour): {
                "type": "utilization_snapshot",
                "node_id": "node-nas",
                "captured_at": hour,
                "filesystems": [use],
                "cloud": [cloud],
            },
        }
    )
    shown = (await api.get("/api/storage")).json()
    nas = next(one for one in shown["nodes"] if one["node_id"] == "node-nas")
    assert (nas["capacity_bytes"], nas["used_bytes"], nas["available_bytes"]) == (2_000, 400, 1_500)
    assert [(one["filesystem_id"], one["available_bytes"]) for one in nas["filesystems"]] == [
        ("disk-1", 600),
        ("disk-2", None),
    ]
    assert shown["backends"] == [{"backend": "drive", "node_id": "node-nas", "used_bytes": 5, "quota_bytes": 15}]
    assert shown["cache"] == [{"node_id": "node-nas", "used_bytes": 7, "limit_bytes": 9}]
    history = (await api.get("/api/storage/node-nas/history?days=1")).json()
    assert [one["captured_at"] for one in history["items"]] == [hour]
    assert (await api.get("/api/storage/nobody/history")).status_code == 404

"""What the documents of a node say, as readings: pure, and content with any status that an older agent has written."""

from __future__ import annotations

from collections.abc import Mapping

from mosaicfs.model.agent_status import AgentStatus, Subsystem
from mosaicfs.model.json import Json
from mosaicfs.model.node import Node
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs_control.metrics.of_backends import read_backends
from mosaicfs_control.metrics.of_plugins import read_plugins
from mosaicfs_control.metrics.readings import Readings
from mosaicfs_control.metrics.told_numbers import numbers_in, objects_in, put_known

CHANGES = ("new", "changed", "moved", "deleted")
ERRORS = ("errors", "unreadable")
CACHE = ("entries", "bytes", "max_bytes", "pinned_bytes", "leases")
CACHE_SINCE = ("hits", "misses", "fetched_bytes", "evictions")
MOUNT = ("open_files", "known_entries", "waiting_reads")
SILENT = ("disabled",)

_SECOND = 1_000_000


def read_node(readings: Readings, node: Node, last_heard: str, now_s: float) -> None:
    readings.put("node_up", float(node.status in ("online", "degraded")), node=node.node_id)
    if (age := _age_s(last_heard, now_s)) is not None:
        readings.put("heartbeat_age_seconds", age, node=node.node_id)
    read_disks(readings, node)


def read_disks(readings: Readings, node: Node) -> None:
    disks = {disk.filesystem_id: disk for disk in node.storage or ()}
    for filesystem_id, disk in disks.items():
        labels = {"node": node.node_id, "filesystem_id": filesystem_id}
        readings.put("filesystem_used_bytes", disk.used_bytes, **labels)
        readings.put("filesystem_capacity_bytes", disk.capacity_bytes, **labels)


def read_status(
    readings: Readings, node_id: str, told: AgentStatus, now_s: float, out_of_touch_s: int | None = None
) -> None:
    """`out_of_touch_s` is when the node, which is this one, reached the control plane last."""
    for name, subsystem in told.subsystems.items():
        if subsystem.status not in SILENT:
            healthy = float(subsystem.status == "healthy")
            readings.put("subsystem_healthy", healthy, node=node_id, subsystem=name)
    if (plugins := _active(told, "plugins")) is not None:
        read_plugins(readings, node_id, objects_in(plugins.unknown.get("items")))
    _read_parts(readings, node_id, told, now_s)
    if (replication := _active(told, "replication")) is not None:
        _read_pending(readings, node_id, replication.unknown)
        if (lag_s := _lag_s(replication, now_s, out_of_touch_s)) is not None:
            readings.put("replication_lag_seconds", lag_s, node=node_id)


def _read_parts(readings: Readings, node_id: str, told: AgentStatus, now_s: float) -> None:
    if (crawler := told.subsystems.get("crawler")) is not None:
        _read_crawler(readings, node_id, crawler.unknown)
    if (watcher := _active(told, "watcher")) is not None:
        _read_watcher(readings, node_id, watcher.unknown)
    if (cache := _active(told, "cache")) is not None:
        _read_cache(readings, node_id, cache.unknown)
    if (mount := _active(told, "vfs_mount")) is not None:
        _read_mount(readings, node_id, mount.unknown)
    if (backends := _active(told, "storage_backends")) is not None:
        read_backends(readings, node_id, objects_in(backends.unknown.get("items")), now_s)


def _active(told: AgentStatus, name: str) -> Subsystem | None:
    found = told.subsystems.get(name)
    return None if found is None or found.status in SILENT else found


def _read_crawler(readings: Readings, node_id: str, counters: Mapping[str, Json]) -> None:
    put_known(readings, "crawl_files", counters.get("seen"), node=node_id)
    for kind in CHANGES:
        put_known(readings, "crawl_changes", counters.get(kind), node=node_id, kind=kind)
    for kind in ERRORS:
        put_known(readings, "crawl_errors", counters.get(kind), node=node_id, kind=kind)
    if isinstance(phase := counters.get("phase"), str):
        readings.put("crawl_running", float(phase != "idle"), node=node_id)
    if isinstance(counters.get("holds"), list | tuple):
        missing = [each.get("missing") for each in objects_in(counters["holds"])]
        readings.put("held_deletions_files", sum(numbers_in(missing)), node=node_id)
    if isinstance(counters.get("watch_paths"), list | tuple):
        absent = [each for each in objects_in(counters["watch_paths"]) if each.get("state") == "absent"]
        readings.put("watch_paths_absent", len(absent), node=node_id)


def _read_watcher(readings: Readings, node_id: str, counters: Mapping[str, Json]) -> None:
    put_known(readings, "watches_used", counters.get("watches"), node=node_id)
    put_known(readings, "watches_limit", counters.get("watch_limit"), node=node_id)
    put_known(readings, "watches_missing", counters.get("unwatched_count"), node=node_id)
    put_known(readings, "watch_storms_total", counters.get("storms"), node=node_id)
    put_known(readings, "watch_overflows_total", counters.get("overflows"), node=node_id)


def _read_cache(readings: Readings, node_id: str, counters: Mapping[str, Json]) -> None:
    for name in CACHE:
        put_known(readings, f"cache_{name}", counters.get(name), node=node_id)
    for name in CACHE_SINCE:
        put_known(readings, f"cache_{name}_total", counters.get(name), node=node_id)


def _read_mount(readings: Readings, node_id: str, counters: Mapping[str, Json]) -> None:
    for name in MOUNT:
        put_known(readings, f"mount_{name}", counters.get(name), node=node_id)
    put_known(readings, "mount_invalidations_total", counters.get("invalidations"), node=node_id)
    if isinstance(suspect := counters.get("suspect_mounts"), list | tuple):
        readings.put("mount_suspect_mounts", len(suspect), node=node_id)
    if isinstance(refused := counters.get("refused_programs"), Mapping):
        for process, count in refused.items():
            put_known(readings, "guard_refusals_total", count, node=node_id, process=process)


def _read_pending(readings: Readings, node_id: str, counters: Mapping[str, Json]) -> None:
    for direction in ("push", "pull"):
        put_known(
            readings,
            "replication_pending_documents",
            counters.get(f"pending_{direction}"),
            node=node_id,
            direction=direction,
        )
    put_known(readings, "replication_refused_documents", counters.get("refused"), node=node_id)


def _lag_s(replication: Subsystem, now_s: float, out_of_touch_s: int | None) -> float | None:
    """While all is well a node seldom tells when it was in step; it knows better itself."""
    if out_of_touch_s is not None and replication.status == "healthy":
        return out_of_touch_s
    last = replication.unknown.get("last_success")
    return _age_s(last, now_s) if isinstance(last, str) else None


def _age_s(text: str, now_s: float) -> float | None:
    try:
        return max(0.0, now_s - instant(text) / _SECOND)
    except BadTimeError:
        return None

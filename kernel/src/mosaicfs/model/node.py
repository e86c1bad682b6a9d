"""One device, bridge or federated peer, as the control plane knows it."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.times import Time

NodeStatus = Literal["online", "offline", "degraded", "disabled"]


class Transfer(Noun, frozen=True, kw_only=True):
    """`endpoint` is `host:port`; `endpoints` are all addresses in the order to try."""

    endpoint: str
    endpoints: tuple[str, ...] | None = None
    protocol: Literal["https", "http"]


class Volume(Noun, frozen=True, kw_only=True, rename={"kind": "type"}):
    """The pool a file system lies on; `kind` is `type` in the JSON: `lvm`, `zfs` or `apfs_container`."""

    kind: str
    group: str
    name: str
    total_bytes: Count
    free_bytes: Count


class Disk(Noun, frozen=True, kw_only=True):
    device: str
    vendor: str
    model: str
    serial: str
    capacity_bytes: Count
    interface: str


class Storage(Noun, frozen=True, kw_only=True):
    """A real file system with watched paths on it."""

    filesystem_id: str
    mount_point: str
    fs_type: str
    device: str
    capacity_bytes: Count
    used_bytes: Count
    watch_paths_on_fs: tuple[str, ...]
    volume: Volume | None = None
    disk: Disk | None = None


class NetworkMount(Noun, frozen=True, kw_only=True):
    """A file system of another node that is mounted here. A higher `priority` is tried first."""

    mount_id: str
    filesystem_id: str | None = None
    remote_node_id: str
    remote_base_export_path: str
    local_mount_path: str
    mount_type: str
    priority: int


class WorkRequest(Noun, frozen=True, kw_only=True):
    """Work that the control plane asks of the agent; `kind` is an open list."""

    kind: str
    args: JsonObject
    at: Time


class Node(Noun, frozen=True, kw_only=True, tag_field="type", tag="node"):
    """Only the control plane writes it, from what users edit, what agents report and what it sees itself.

    A node has keys once it has joined a control plane, and `transfer` while it serves files to others. `added_paths`
    are those of its `watch_paths` that a person has added here; the others are of the machine's own configuration.
    """

    node_id: str
    friendly_name: str
    platform: Literal["linux", "darwin", "windows"]
    version: str
    status: NodeStatus
    last_heartbeat: Time
    role: Literal["bridge", "peer"] | None = None
    public_key: str | None = None
    sealing_key: str | None = None
    draining: bool | None = None
    requests: dict[str, WorkRequest] | None = None
    vfs_capable: bool
    vfs_backend: Literal["fuse", "file_provider", "cfapi"] | None = None
    capabilities: tuple[str, ...]
    watch_paths: tuple[str, ...]
    added_paths: tuple[str, ...] | None = None
    transfer: Transfer | None = None
    storage: tuple[Storage, ...] | None = None
    network_mounts: tuple[NetworkMount, ...] | None = None

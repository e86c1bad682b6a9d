"""How full the file systems and cloud accounts of a node were at one hour. Written once, never changed."""

from __future__ import annotations

from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.times import Time


class FilesystemUse(Noun, frozen=True, kw_only=True):
    """Used and available may together be less than the capacity. Inodes where the file system counts them."""

    filesystem_id: str
    mount_point: str
    used_bytes: Count
    available_bytes: Count
    used_inodes: Count | None = None
    available_inodes: Count | None = None


class CloudUse(Noun, frozen=True, kw_only=True):
    backend: str
    used_bytes: Count
    quota_bytes: Count | None = None


class UtilizationSnapshot(Noun, frozen=True, kw_only=True, tag_field="type", tag="utilization_snapshot"):
    node_id: str
    captured_at: Time
    filesystems: tuple[FilesystemUse, ...] | None = None
    cloud: tuple[CloudUse, ...] | None = None

"""One exported root, and the nodes that have it in their own file system."""

from __future__ import annotations

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time


class Availability(Noun, frozen=True, kw_only=True):
    """`mount_type` is `local` for the owner and an open list for the others."""

    node_id: str
    local_mount_path: str
    mount_type: str
    last_seen: Time


class Filesystem(Noun, frozen=True, kw_only=True, tag_field="type", tag="filesystem"):
    filesystem_id: str
    friendly_name: str
    owning_node_id: str
    export_root: str
    storage_filesystem_id: str | None = None
    availability: tuple[Availability, ...]
    created_at: Time

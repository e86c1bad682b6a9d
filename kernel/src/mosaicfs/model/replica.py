"""One copy of a file on a target."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.owner import Owner
from mosaicfs.model.times import Time

ReplicaStatus = Literal["current", "stale", "frozen", "pending_deletion"]


class PreviousVersion(Noun, frozen=True, kw_only=True):
    remote_key: str
    source_mtime: Time
    source_size: Count
    source_version: str | None = None
    checksum: str
    retain_until: Time


class Replica(Noun, frozen=True, kw_only=True, tag_field="type", tag="replica"):
    """`remote_key` is used as it is and never built by a reader. `checksum` is `sha256:<hex>`."""

    file_id: str
    target_name: str
    source: Owner
    backend: str
    remote_key: str
    replicated_at: Time
    source_mtime: Time
    source_size: Count
    source_version: str | None = None
    checksum: str | None = None
    verified_at: Time | None = None
    verified_by: str | None = None
    problem: Literal["missing", "damaged"] | None = None
    previous: tuple[PreviousVersion, ...] | None = None
    status: ReplicaStatus
    delete_after: Time | None = None

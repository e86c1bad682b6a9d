"""A place outside the nodes that files come from, go to, or both."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Count, Noun, written, written_object
from mosaicfs.model.times import Time

BackendMode = Literal["source", "target", "bidirectional"]


class Retention(Noun, frozen=True, kw_only=True):
    """Days that a copy outlives its file, and an older version its replacement; 0 removes at once."""

    keep_deleted_days: Count = written(30)
    keep_versions_days: Count = written(0)


class Verify(Noun, frozen=True, kw_only=True):
    """How often copies are checked; an interval of 0 is never."""

    interval_days: Count = written(30)
    method: Literal["auto", "read", "metadata", "size"] = written("auto")
    daily_bytes_max: Count = written(53_687_091_200)


class CloudStorage(Noun, frozen=True, kw_only=True):
    """Filled from what the service reports."""

    billing_model: Literal["quota", "consumption"]
    quota_bytes: Count | None = None
    quota_available: bool


class StorageBackend(Noun, frozen=True, kw_only=True, tag_field="type", tag="storage_backend"):
    """`backend` is an open list of types. Without `hosting_node_id` any node may run it.

    `credentials_ref` names a secret that the running node keeps. `schedule` is `HH:MM-HH:MM`, also several.
    """

    name: str
    backend: str
    mode: BackendMode
    enabled: bool
    created_at: Time
    hosting_node_id: str | None = None
    credentials_ref: str | None = None
    backend_config: JsonObject = written_object()
    schedule: str | None = None
    poll_interval_s: Count | None = None
    full_interval_s: Count | None = None
    bandwidth_limit_mbps: Count | None = None
    workers: Count | None = None
    verify: Verify | None = None
    place: str | None = None
    retention: Retention = written(Retention())
    remove_unmatched: bool = written(False)
    cloud_storage: CloudStorage | None = None

"""Settings of the whole instance; what is absent has the default that the REST API's page gives."""

from __future__ import annotations

from mosaicfs.model.noun import Count, Noun, written


class Settings(Noun, frozen=True, kw_only=True, tag_field="type", tag="settings"):
    """Days of 0 keep everything; `offline_notice_s` is by node id, 0 is off. The last five are defaults for nodes."""

    instance_name: str | None = None
    deleted_files_retention_days: Count = written(90)
    utilization_retention_days: Count = written(90)
    offline_notice_s: dict[str, Count] | None = None
    cache_max_bytes: Count | None = None
    cache_min_free_bytes: Count | None = None
    nightly_crawl: bool | None = None
    nightly_crawl_at: str | None = None
    log_level: str | None = None

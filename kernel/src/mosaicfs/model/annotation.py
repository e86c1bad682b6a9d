"""Facts that a plugin has told about a file."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.owner import Owner
from mosaicfs.model.times import Time


class Annotation(Noun, frozen=True, kw_only=True, tag_field="type", tag="annotation"):
    """`source_…` and `annotation_version` say what was looked at, and by which version of the plugin's facts."""

    file_id: str
    plugin_name: str
    source: Owner
    data: JsonObject
    status: Literal["ok", "failed"]
    error: str | None = None
    annotated_at: Time
    updated_at: Time
    source_mtime: Time | None = None
    source_size: Count | None = None
    source_version: str | None = None
    annotation_version: int | None = None

"""When a file was last read, whoever served it."""

from __future__ import annotations

from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.owner import Owner
from mosaicfs.model.times import Time


class Access(Noun, frozen=True, kw_only=True, tag_field="type", tag="access"):
    """`source` is the node that served the last access; `access_count` counts flushes that saw one."""

    file_id: str
    source: Owner
    last_access: Time
    access_count: Count

"""Settings of the whole instance: kept as one document, in force without a restart."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.configuration import LogLevel
from mosaicfs.model.document import Document
from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.noun import Count
from mosaicfs.model.settings import Settings
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.instance_name import UNNAMED
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import object_tag

routes = Routes()

InstanceName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Days = Annotated[int, Meta(ge=0, le=36_500)]
MostCached = Annotated[Count | None, Meta(description="Default of `cache.max_bytes` for all nodes.")]
LeastFree = Annotated[Count | None, Meta(description="Default of `cache.min_free_bytes` for all nodes.")]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ShownSettings(Struct, frozen=True, kw_only=True):
    """What is null has the default of each node. Days of 0 keep everything, seconds of 0 tell nothing."""

    instance_name: str = UNNAMED
    deleted_files_retention_days: int = 90
    utilization_retention_days: int = 90
    offline_notice_s: dict[str, int]
    cache_max_bytes: MostCached = None
    cache_min_free_bytes: LeastFree = None
    nightly_crawl: bool | None = None
    nightly_crawl_at: str | None = None
    log_level: str | None = None


class SettingsPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is null goes back to its default; `offline_notice_s` is merged node by node."""

    instance_name: InstanceName | UnsetType | None = UNSET
    deleted_files_retention_days: Days | UnsetType | None = UNSET
    utilization_retention_days: Days | UnsetType | None = UNSET
    offline_notice_s: dict[str, Count | None] | UnsetType | None = UNSET
    cache_max_bytes: MostCached | UnsetType = UNSET
    cache_min_free_bytes: LeastFree | UnsetType = UNSET
    nightly_crawl: bool | UnsetType | None = UNSET
    nightly_crawl_at: ClockTime | UnsetType | None = UNSET
    log_level: LogLevel | UnsetType | None = UNSET


@routes.on("GET", "/api/system/settings", answer=ShownSettings, from_replica=True)
async def settings(call: Call, query: NoQuery) -> Ready:
    """Show the settings of the instance, with the defaults of those that nobody has set."""
    return _answer(await call.store.get(SETTINGS_ID))


@routes.on("PATCH", "/api/system/settings", body=SettingsPatch, answer=ShownSettings, errors=("precondition_failed",))
async def change_settings(call: Call, query: NoQuery) -> Ready:
    """Change settings of the instance. They are in force at once."""
    patch = await patch_of(call, SettingsPatch)

    def decide(before: Settings | None) -> Settings:
        return patched(SETTINGS_ID, before or Settings(), patch)

    document = await change(call, SETTINGS_ID, Settings, decide, _shown)
    noted(call, "settings_changed", detail={"fields": sorted(patch)})
    return _answer(document)


def _answer(document: Document | None) -> Ready:
    rev = "" if document is None or document.deleted else document.rev
    return Ready(_shown(document), headers={"etag": object_tag(rev)})


def _shown(document: Document | None) -> bytes:
    noun = noun_of(document, Settings) or Settings()
    given = {name: getattr(noun, name) for name in ShownSettings.__struct_fields__}
    known = {name: value for name, value in given.items() if value is not None}
    return msgspec.json.encode(ShownSettings(**{"offline_notice_s": {}, **known}))

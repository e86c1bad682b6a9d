"""Connects the plugin: which file is whose to read. What reads it is loaded with the first file of its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import trio

import mosaicfs
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_annotators.arrivals import ARRIVALS
from mosaicfs_annotators.media_metadata.documents import document_facts
from mosaicfs_annotators.media_metadata.films import film_facts


@dataclass(frozen=True)
class Options:
    gps: bool = field(default=True, metadata={"help": "Note where a picture was taken."})


PLUGIN = PluginInfo(
    name="media-metadata",
    title="Media metadata",
    summary="Notes what pictures, recordings, films and PDF files say of themselves.",
    version=mosaicfs.__version__,
    api=1,
    options=Options,
    events=ARRIVALS,
    mime_globs=("image/*", "audio/*", "video/*", "application/pdf"),
)


@hookimpl
async def annotate(event: Event, entry: Entry | None, path: Path | None, options: Options) -> JsonObject | None:
    if event.name not in ARRIVALS or entry is None or path is None:
        return None
    match (entry.mime_type or "").partition("/"):
        case "image", _, _:
            from mosaicfs_annotators.media_metadata.images import picture_facts  # noqa: PLC0415 - as above

            return await trio.to_thread.run_sync(lambda: picture_facts(path, gps=options.gps))
        case "audio", _, _:
            from mosaicfs_annotators.media_metadata.sounds import sound_facts  # noqa: PLC0415 - as above

            return await trio.to_thread.run_sync(sound_facts, path)
        case "video", _, _:
            return await film_facts(path)
        case "application", _, "pdf":
            return await document_facts(path)
    return {}

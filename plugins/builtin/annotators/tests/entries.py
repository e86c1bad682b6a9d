"""Files of a test as entries, and how the runner asks about them."""

from __future__ import annotations

from pathlib import Path

from mosaicfs import PluginHost
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import mtime_text


def entry_at(path: Path, mime_type: str) -> Entry:
    found = path.stat()
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000001",
        node_id="node-a",
        export_path=str(path),
        name=path.name,
        size=found.st_size,
        mtime=mtime_text(found.st_mtime_ns),
        mime_type=mime_type,
    )


async def told_of(host: PluginHost, path: Path, mime_type: str) -> JsonObject | None:
    (plugin,) = host.items()
    return await host.hooks.annotate(plugin.name, Event(name="file.added"), entry_at(path, mime_type), path)

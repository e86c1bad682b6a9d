"""Connects the plugin: a file that has arrived gets the digest of its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import mosaicfs
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.times import mtime_text, now_text
from mosaicfs_annotators.arrivals import ARRIVALS
from mosaicfs_annotators.checksum.digesting import Algorithm, Stamp, digest

MEBIBYTE = 1 << 20
CHOICES: dict[str, tuple[Algorithm, ...]] = {
    "blake3": ("blake3",),
    "sha256": ("sha256",),
    "blake3, sha256": ("blake3", "sha256"),
}


@dataclass(frozen=True)
class Options:
    algorithms: Literal["blake3", "sha256", "blake3, sha256"] = field(
        default="blake3", metadata={"help": "Which digests are computed; both prove that contents are equal."}
    )
    max_mb_per_s: float = field(
        default=50, metadata={"help": "No more than this is read from a disk in a second.", "minimum": 0.1}
    )


PLUGIN = PluginInfo(
    name="checksum",
    title="Checksums",
    summary="Computes a digest of the whole content of each file.",
    version=mosaicfs.__version__,
    api=1,
    options=Options,
    events=ARRIVALS,
    exempt={
        "test_the_same_file_gets_the_same_answer": "`computed_at` says when it was looked at; its own tests compare "
        "everything else",
        "test_nothing_to_say_is_an_empty_answer": "every content has a digest, nothing at all has one too",
    },
)


@hookimpl
async def annotate(event: Event, entry: Entry | None, path: Path | None, options: Options) -> JsonObject | None:
    if event.name not in ARRIVALS or entry is None or path is None:
        return None
    found = await digest(path, CHOICES[options.algorithms], options.max_mb_per_s * MEBIBYTE)
    refuse_another_version(entry, path, found.stamp)
    return {**found.digests, "size": found.stamp.size, "mtime": entry.mtime, "computed_at": now_text()}


def refuse_another_version(entry: Entry, path: Path, stamp: Stamp) -> None:
    """The digest becomes that of the entry. A copy that was fetched has a time of its own, the file itself has not."""
    is_the_file = str(path) == entry.export_path
    if (entry.size_known and stamp.size != entry.size) or (is_the_file and mtime_text(stamp.mtime_ns) != entry.mtime):
        raise SourceUnavailableError(
            entry.name, "it is another version than the index knows; it will be looked at anew"
        )

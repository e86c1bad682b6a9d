"""What a recording says of itself: how long it is, how it was made, and its tags."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen

from mosaicfs.model.json import Json, JsonObject

TAGS = {"title": "title", "artist": "artist", "album": "album", "track": "tracknumber"}


def sound_facts(path: Path) -> JsonObject:
    """`{}` for what is no recording, or none that can be read."""
    try:
        found = mutagen.File(path, easy=True)
    except (mutagen.MutagenError, OSError, ValueError):
        return {}
    if found is None or found.info is None:
        return {}
    return {"kind": "audio", **dict(_stream(found)), **dict(_tags(found.tags or {}))}


def _stream(found: Any) -> Iterator[tuple[str, Json]]:
    length, bitrate = getattr(found.info, "length", None), getattr(found.info, "bitrate", None)
    if isinstance(length, int | float) and math.isfinite(length) and length > 0:
        yield "duration_s", round(float(length), 3)
    if isinstance(bitrate, int) and bitrate > 0:
        yield "bitrate", bitrate
    yield "codec", str(getattr(found.info, "codec", "") or type(found).__name__.removeprefix("Easy")).lower()


def _tags(tags: Any) -> Iterator[tuple[str, Json]]:
    """The first value of each; a track is its number, as in `3/12`."""
    for name, tag in TAGS.items():
        text = first(tags, tag)
        if name == "track":
            number = text.partition("/")[0].strip()
            if number.isascii() and number.isdigit():
                yield name, int(number)
        elif text:
            yield name, text


def first(tags: Any, tag: str) -> str:
    try:
        values = tags.get(tag) or [""]
    except (KeyError, ValueError):
        return ""
    return str(values[0]).strip()

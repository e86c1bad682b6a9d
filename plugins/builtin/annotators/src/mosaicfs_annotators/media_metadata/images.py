"""What a picture says of itself: its size, and what the camera wrote into it (EXIF)."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from mosaicfs.model.json import Json, JsonObject

_TAKEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d|Z")

Tags = Mapping[int, Any]


def picture_facts(path: Path, *, gps: bool) -> JsonObject:
    """Only the head of the file is read. `{}` for what is no picture, or none that can be read."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            exif = image.getexif()
            facts: JsonObject = {"kind": "image", "width": image.width, "height": image.height}
            more = dict(told_by_camera(exif, exif.get_ifd(ExifTags.IFD.Exif)))
            place = place_of(exif.get_ifd(ExifTags.IFD.GPSInfo)) if gps else None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return {}
    return {**facts, **more, **({"gps": place} if place else {})}


def told_by_camera(exif: Tags, details: Tags) -> Iterator[tuple[str, Json]]:
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    camera = model if model.startswith(make) else f"{make} {model}".strip()
    lens = _text(details.get(ExifTags.Base.LensModel))
    taken = taken_at(
        _text(details.get(ExifTags.Base.DateTimeOriginal)), _text(details.get(ExifTags.Base.OffsetTimeOriginal))
    )
    orientation = exif.get(ExifTags.Base.Orientation)
    told: dict[str, Json] = {"taken_at": taken, "camera": camera, "lens": lens}
    yield from ((name, value) for name, value in told.items() if value)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        yield "orientation", orientation


def taken_at(text: str, zone: str) -> str:
    """The clock of the camera, with its zone where it has told one. Empty for what is no time."""
    found = _TAKEN.fullmatch(text)
    if found is None or found[1] == "0000":
        return ""
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{zone if _ZONE.fullmatch(zone) else ''}"


def place_of(tags: Tags) -> JsonObject | None:
    latitude = degrees(tags.get(ExifTags.GPS.GPSLatitude), tags.get(ExifTags.GPS.GPSLatitudeRef))
    longitude = degrees(tags.get(ExifTags.GPS.GPSLongitude), tags.get(ExifTags.GPS.GPSLongitudeRef))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"lat": latitude, "lon": longitude}


def degrees(parts: object, side: object) -> float | None:
    """From degrees, minutes and seconds. South and west are negative."""
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        value: float = sum(float(part) / 60**place for place, part in enumerate(parts))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(value):
        return None
    return round(-value if _text(side) in ("S", "W") else value, 6)


def _text(value: object) -> str:
    """Cameras fill fields up with zeros and spaces."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.replace("\0", " ").strip() if isinstance(value, str) else ""

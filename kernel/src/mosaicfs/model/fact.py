"""Finding one fact in what a plugin has told about a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mosaicfs.model.json import Json, JsonObject


def facts_at(data: JsonObject, path: str) -> list[Json]:
    """What lies at a dotted path: nothing, one value, or the elements of an array. Null counts as nothing.

    `\\.` is a literal dot and `\\\\` a backslash; a segment of digits indexes an array.
    """
    at: Json = data
    for segment in _split(path):
        at = at.get(segment) if isinstance(at, Mapping) else _element(at, segment)
    found = list(at) if isinstance(at, Sequence) and not isinstance(at, str) else [at]
    return [each for each in found if each is not None]


def _element(at: Json, segment: str) -> Json:
    if isinstance(at, str) or not isinstance(at, Sequence) or not (segment.isascii() and segment.isdigit()):
        return None
    return at[int(segment)] if len(segment) < 10 and int(segment) < len(at) else None


def _split(path: str) -> list[str]:
    segments = [""]
    characters = iter(path)
    for character in characters:
        if character == ".":
            segments.append("")
        else:
            segments[-1] += next(characters, "\\") if character == "\\" else character
    return segments

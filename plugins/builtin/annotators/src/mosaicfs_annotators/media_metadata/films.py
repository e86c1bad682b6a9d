"""What a film says of itself, asked of `ffprobe` where it is installed. The program is not ours and runs apart."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.json import Json, JsonObject

PROGRAM = "ffprobe"
LIMIT_S = 30
ASKED = ("-v", "quiet", "-of", "json", "-show_format", "-show_streams", "-protocol_whitelist", "file,crypto")


async def film_facts(path: Path) -> JsonObject:
    """`{}` without the program, and for what it cannot read. A playlist in disguise leads it to no other file."""
    program = shutil.which(PROGRAM)
    if program is None:
        return {}
    with trio.move_on_after(LIMIT_S):
        done = await trio.run_process(
            [program, *ASKED, "-i", f"file:{path}"],
            stdin=subprocess.DEVNULL,
            capture_stdout=True,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return facts_of(done.stdout) if done.returncode == 0 else {}
    raise SourceUnavailableError(path.name, f"{PROGRAM} did not answer within {LIMIT_S} s")


def facts_of(answer: bytes) -> JsonObject:
    """Pure: from the JSON of the program. `{}` where there is no picture that moves."""
    try:
        told = msgspec.json.decode(answer)
        streams, form = told["streams"], told["format"]
        moving = next(each for each in streams if _is_film(each))
    except (msgspec.DecodeError, KeyError, TypeError, StopIteration):
        return {}
    tags = form.get("tags")
    return {"kind": "video", **dict(_stream(moving, form)), **dict(_tags(tags if isinstance(tags, dict) else {}))}


def _is_film(stream: Mapping[str, Json]) -> bool:
    """The cover of a recording is a stream of one picture."""
    disposition = stream.get("disposition")
    is_cover = isinstance(disposition, dict) and disposition.get("attached_pic") == 1
    return stream.get("codec_type") == "video" and not is_cover


def _stream(moving: Mapping[str, Json], form: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for name in ("width", "height"):
        if isinstance(value := moving.get(name), int):
            yield name, value
    if (seconds := _number(form.get("duration"))) is not None:
        yield "duration_s", round(seconds, 3)
    if (bitrate := _number(form.get("bit_rate"))) is not None:
        yield "bitrate", int(bitrate)
    if isinstance(codec := moving.get("codec_name"), str):
        yield "codec", codec


def _tags(tags: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for name, tag in {"title": "title", "artist": "artist", "album": "album", "taken_at": "creation_time"}.items():
        if isinstance(value := tags.get(tag), str) and value.strip():
            yield name, value.strip()


def _number(value: Json) -> float | None:
    """The program writes numbers as texts."""
    try:
        number = float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None
    return number if number is not None and 0 < number < 1e15 else None

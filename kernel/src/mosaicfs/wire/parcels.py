"""Many small files in one answer of a node: how they are asked for, and what the answer begins with.

The answer is a line of JSON, which says of each file in the order of the question how long it is and what its digest
is, or why it does not come; behind it are the bytes of those that do. Asked one by one, a small file costs both sides
several times as much as its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

PARCELS: Final = "/api/agent/transfer"
MOST_FILES: Final = 256
MOST_BYTES: Final = 8 << 20
MOST_OF_ONE: Final = 1 << 20
ALONE: Final = "alone"
"""The code of a file that this node hands out by itself only."""

_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_LINE_OF_ONE: Final = 512


class ParcelError(ValueError):
    """What came is no parcel of what was asked for."""


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is the UUID of a file, `etag` the version that is wanted."""

    id: Annotated[str, Meta(pattern=_UUID)]
    etag: Annotated[str, Meta(max_length=64)]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    files: Annotated[tuple[Wanted, ...], Meta(min_length=1, max_length=MOST_FILES)]


class Packed(Struct, frozen=True, omit_defaults=True):
    """`sha256` is of the bytes that come, in hexadecimal; `code` says why none do."""

    id: str
    size: Annotated[int, Meta(ge=0, le=MOST_OF_ONE)] = 0
    sha256: str = ""
    code: str = ""


class Unpacked(NamedTuple):
    """`content` is as long as it was told to be, and not compared with `sha256` yet."""

    id: str
    sha256: str
    content: memoryview


_lines: Final = msgspec.json.Decoder(list[Packed])
_wishes: Final = msgspec.json.Decoder(Wish)


def wish_in(body: bytes) -> Wish:
    """`msgspec.DecodeError`, of which `ValidationError` is one."""
    return _wishes.decode(body)


def line_of(packed: Sequence[Packed]) -> bytes:
    return msgspec.json.encode(packed) + b"\n"


def most_length(files: int, size: int) -> int:
    """More than any answer has that holds so many files of so many bytes together."""
    return files * _LINE_OF_ONE + size + 16


def unpacked(wish: Wish, answer: memoryview) -> list[Unpacked]:
    """What came of what was asked for. `ParcelError` unless every byte of the answer is accounted for."""
    found = bytes(answer[: most_length(len(wish.files), 0)]).partition(b"\n")
    try:
        packed = _lines.decode(found[0])
    except msgspec.DecodeError as wrong:
        raise ParcelError(f"its first line cannot be read: {wrong}") from None
    if not found[1] or [each.id for each in packed] != [each.id for each in wish.files]:
        raise ParcelError("it speaks of other files")
    at, came = len(found[0]) + 1, []
    for each in packed:
        if not each.code:
            came.append(Unpacked(each.id, each.sha256, answer[at : at + each.size]))
            at += each.size
        elif each.size:
            raise ParcelError("it sends what it says that it does not send")
    if at != len(answer):
        raise ParcelError("it is not as long as its files")
    return came

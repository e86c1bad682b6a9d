"""What the agent and an extracting child say to each other: frames of MessagePack with their length before them."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

LENGTH: Final = 4
LONGEST: Final = 512 << 20


class Wanted(Struct, frozen=True, array_like=True):
    """The text of one file, cut at `max_chars`. A path need not be UTF-8."""

    path: bytes
    name: str
    mime_type: str
    max_chars: int
    limit_s: float


class Text(Struct, frozen=True, array_like=True):
    """`body` is empty where there is no text, or none that can be read; `grams` are the pairs of `scripts`."""

    body: str = ""
    grams: str = ""
    truncated: bool = False


NOTHING: Final = Text()


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH, "big") + content

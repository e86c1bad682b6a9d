"""What the agent and a reading child say to each other: frames of MessagePack with their length before them."""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

LENGTH: Final = 4
LONGEST: Final = 512 << 20


class TextWanted(Struct, frozen=True, array_like=True, tag="text"):
    """The text of one file, cut at `max_chars`. A path need not be UTF-8."""

    path: bytes
    name: str
    mime_type: str
    max_chars: int
    limit_s: float


class FactsWanted(Struct, frozen=True, array_like=True, tag="facts"):
    """What a PDF says of itself."""

    path: bytes
    limit_s: float


class Text(Struct, frozen=True, array_like=True):
    """`body` is empty where there is no text. `unread` says why there is none, or no more; it is for people."""

    body: str = ""
    truncated: bool = False
    unread: str = ""


class Facts(Struct, frozen=True, array_like=True):
    """None at all of one that cannot be read."""

    pages: int = 0
    title: str = ""
    author: str = ""
    unread: str = ""


Wanted: TypeAlias = TextWanted | FactsWanted
NOTHING: Final = Text()


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH, "big") + content

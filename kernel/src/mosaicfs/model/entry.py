"""One file as plugins see it, and the part of it that somebody wants to read."""

from __future__ import annotations

from msgspec import Struct


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of a file that are needed to produce, cache or look at its bytes. `version` is its source's token."""

    file_id: str
    node_id: str
    export_path: str
    name: str
    size: int
    mtime: str
    mime_type: str | None = None
    native_id: str | None = None
    version: str | None = None
    labels: tuple[str, ...] = ()


class Span(Struct, frozen=True):
    """`length` None reads to the end."""

    offset: int = 0
    length: int | None = None

"""What a CouchDB sends, as far as the driver looks at it."""

from __future__ import annotations

from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document

Seq: TypeAlias = str | int
"""A CouchDB's are opaque strings `N-TOKEN`; servers that only speak the protocol have plain numbers."""


_NULL = Raw(b"null")


class Sizes(Struct):
    file: int = 0
    external: int = 0
    active: int = 0


class DatabaseInfo(Struct):
    update_seq: Seq
    sizes: Sizes = field(default_factory=Sizes)


class _State(Struct):
    rev: str
    deleted: bool = False


class IdAnswer(Struct):
    """A row of `_all_docs`; `value` is None for an id that was asked for and does not exist."""

    key: str
    value: _State | None = None
    doc: Raw = _NULL


class IdAnswers(Struct):
    rows: list[IdAnswer]


class Change(Struct):
    rev: str


class ChangeAnswer(Struct):
    id: str
    seq: Seq
    changes: list[Change]
    deleted: bool = False
    doc: Raw = _NULL


class ChangesAnswer(Struct):
    results: list[ChangeAnswer]
    last_seq: Seq
    pending: int | None = None


class FeedLine(Struct):
    """`seq` is absent in the line that ends a feed."""

    seq: Seq = ""


class OpenAnswer(Struct):
    """`ok` is absent for a revision that is missing."""

    ok: Raw = _NULL


class BulkGetAnswer(Struct):
    id: str
    docs: list[OpenAnswer]


class BulkGetAnswers(Struct):
    results: list[BulkGetAnswer]


class WrittenAnswer(Struct):
    id: str = ""
    rev: str = ""
    error: str = ""
    reason: str | None = ""


class LackingAnswer(Struct):
    missing: list[str]
    possible_ancestors: list[str] = []


class FindAnswer(Struct):
    docs: list[Raw]
    bookmark: str | None = None


T = TypeVar("T")


class GroupRow(Struct, Generic[T]):
    key: T
    value: int | None = None


class Grouped(Struct, Generic[T]):
    rows: list[GroupRow[T]]


def document(raw: Raw) -> Document | None:
    """None for null, and for what could never have been written through us, such as a document with attachments."""
    try:
        return wire.document_from_json(raw)
    except MalformedDocumentError:
        return None


def local_body(raw: bytes) -> tuple[str, bytes]:
    """Revision and body of a local document."""
    content: dict[str, Any] = msgspec.json.decode(raw)
    rev = str(content.get("_rev", ""))
    return rev, wire.canonical({name: value for name, value in content.items() if not name.startswith("_")})

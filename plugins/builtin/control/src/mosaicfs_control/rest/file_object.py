"""How a file is shown: the stored bytes, with what is computed in front of them.

A page of search results holds hundreds, so no body is taken apart beyond the members that the computed ones need.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from mosaicfs.model.document import Document
from mosaicfs.model.entry import version_tag
from mosaicfs.model.file_type import extension, type_of
from mosaicfs.model.search import FileType
from mosaicfs.model.times import time_text
from mosaicfs_control.rest.availability import Availability

_TYPE = b',"type":"file"}'


class MatchedIn(Struct, frozen=True):
    """Where a search found its words; `ranges` are in code points."""

    field: str
    ranges: tuple[tuple[int, int], ...]


class ShownLabel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A label that both a person and a rule give is there twice."""

    label: str
    source: Literal["direct", "rule"]
    rule_id: str | None = None
    rule_name: str | None = None


class ShownAccess(Struct, frozen=True):
    """`access_count` counts the times that reads were written down, which is seldom."""

    last_access: Annotated[str, Meta(description="When it was last read, as far as it was written down.")]
    access_count: Annotated[int, Meta(description="How many times that was written down.")]


class Besides(Struct, frozen=True, gc=False):
    """What is computed from other documents; `access` is null for a file that nobody has read."""

    labels: list[str] | list[ShownLabel]
    availability: Availability
    paths: list[str] | UnsetType = UNSET
    access: ShownAccess | UnsetType | None = UNSET


class FileSource(Struct, frozen=True, omit_defaults=True):
    """Where the bytes are; more members where the source is none of a plain folder."""

    node_id: str
    export_path: str
    export_parent: str


class FileObject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file as it is shown; members that a newer version has written stay."""

    file_id: str
    name: str
    source: FileSource
    size: int
    mtime: str
    mime_type: str | None = None
    status: Literal["active", "deleted"]
    deleted_at: str | None = None
    deleted_reason: str | None = None
    inode: int
    migrated_from: dict[str, str] | None = None
    digest: str | None = None
    file_type: FileType
    availability: Availability
    etag: str
    indexed_at: str | None
    labels: list[str | ShownLabel]
    paths: list[str] | None = None
    access: Annotated[ShownAccess | None, Meta(description="The last read through MosaicFS, if there was one.")] = None


class _Source(Struct, frozen=True, gc=False):
    node_id: str
    version: str | None = None


class _Needed(Struct, frozen=True, gc=False):
    """What the computed members are made of, and whether a peer has put members in their place."""

    name: str
    size: int
    mtime: str
    status: str
    source: _Source
    mime_type: str | None = None
    file_id: Raw | UnsetType = UNSET
    file_type: Raw | UnsetType = UNSET
    availability: Raw | UnsetType = UNSET
    etag: Raw | UnsetType = UNSET
    indexed_at: Raw | UnsetType = UNSET
    labels: Raw | UnsetType = UNSET
    paths: Raw | UnsetType = UNSET
    access: Raw | UnsetType = UNSET
    score: Raw | UnsetType = UNSET
    match: Raw | UnsetType = UNSET

    @property
    def is_forged(self) -> bool:
        return not (
            self.file_id is UNSET
            and self.file_type is UNSET
            and self.availability is UNSET
            and self.etag is UNSET
            and self.indexed_at is UNSET
            and self.labels is UNSET
            and self.paths is UNSET
            and self.access is UNSET
            and self.score is UNSET
            and self.match is UNSET
        )


class _Computed(Struct, frozen=True, omit_defaults=True, gc=False):
    file_id: str
    file_type: FileType
    availability: str
    etag: str
    indexed_at: str | None
    labels: list[str] | list[ShownLabel]
    paths: list[str] | UnsetType = UNSET
    access: ShownAccess | UnsetType | None = UNSET
    score: float | UnsetType = UNSET
    match: MatchedIn | UnsetType = UNSET


_version_7 = re.compile(
    r"file::([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII
).fullmatch
_needed_of = msgspec.json.Decoder(_Needed).decode
_encoded = msgspec.json.Encoder().encode


def file_object(
    document: Document,
    besides: Besides,
    score: float | UnsetType = UNSET,
    match: MatchedIn | UnsetType = UNSET,
) -> bytes | None:
    """None for a body that is not that of a file."""
    try:
        needed = _needed_of(document.body)
    except msgspec.DecodeError:
        return None
    computed = _encoded(
        _Computed(
            document.id,
            _type(extension(needed.name.lower()), needed.mime_type or ""),
            besides.availability,
            version_tag(document.id, needed.size, needed.mtime, needed.source.version),
            indexed_at(document.id),
            besides.labels,
            besides.paths,
            besides.access,
            score,
            match,
        )
    )
    body = document.body
    if needed.is_forged or not body.endswith(_TYPE):
        return b"%s,%s" % (computed[:-1], _rewritten(body)[1:])
    return b"%s,%s}" % (computed[:-1], body[1 : -len(_TYPE)])


def indexed_at(file_id: str) -> str | None:
    """The time inside the UUIDv7; None for an identifier of another kind."""
    found = _version_7(file_id)
    return None if found is None else _second(int(found[1] + found[2], 16) // 1000)


@lru_cache(maxsize=4_096)
def _second(seconds: int) -> str:
    """Kept, since a crawl finds thousands of files in one second."""
    return time_text(seconds * 1_000_000)


@lru_cache(maxsize=4_096)
def _type(ending: str, mime: str) -> FileType:
    """Kept, since there are few endings and many files."""
    return type_of(ending, mime)


def _rewritten(body: bytes) -> bytes:
    """Without what is computed and without `type`: for what a peer, or a newer version, has written otherwise."""
    computed = {*_Computed.__struct_fields__, "type"}
    members: dict[str, Any] = msgspec.json.decode(body)
    return _encoded({name: value for name, value in members.items() if name not in computed and name[:1] != "_"})

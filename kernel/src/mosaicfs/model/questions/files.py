"""Questions about files themselves. `status` None means both active and deleted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.file import File, FileStatus
from mosaicfs.model.name_pattern import Match, NamePattern
from mosaicfs.model.names import covers
from mosaicfs.model.questions.question import Key
from mosaicfs.model.times import ordered

_FILE = ("file",)


def _has(noun: object, status: FileStatus | None) -> bool:
    return isinstance(noun, File) and status in (None, noun.status)


@dataclass(frozen=True, slots=True)
class FileAt:
    """The file at one path of a node. More than one only until a crawl has finished."""

    kinds: ClassVar = _FILE
    node_id: str
    export_path: str
    status: FileStatus | None = "active"

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and _has(noun, self.status)):
            return False
        return (noun.source.node_id, noun.source.export_path) == (self.node_id, self.export_path)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesUnder:
    """By directory, then name. The prefix means whole parts and covers a file of exactly that path.

    The files of one directory stay together, as whoever walks a disk wants them.
    """

    kinds: ClassVar = _FILE
    node_id: str
    path_prefix: str
    status: FileStatus | None = "active"

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and _has(noun, self.status)):
            return False
        return noun.source.node_id == self.node_id and covers(self.path_prefix, noun.source.export_path)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (noun.source.export_parent, noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class FilesIn:
    """By name: the files directly in one directory of a node."""

    kinds: ClassVar = _FILE
    node_id: str
    export_parent: str
    status: FileStatus | None = "active"

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and _has(noun, self.status)):
            return False
        return (noun.source.node_id, noun.source.export_parent) == (self.node_id, self.export_parent)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class FilesOf:
    """Every file of a node, by id."""

    kinds: ClassVar = _FILE
    node_id: str
    status: FileStatus | None = "active"

    def matches(self, noun: object) -> bool:
        return isinstance(noun, File) and _has(noun, self.status) and noun.source.node_id == self.node_id

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesNamed:
    """Active files by name, in any case."""

    kinds: ClassVar = _FILE
    text: str
    match: Match = "substring"

    def matches(self, noun: object) -> bool:
        return isinstance(noun, File) and noun.status == "active" and NamePattern(self.text, self.match).fits(noun.name)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class FilesOfType:
    """Active files by MIME type; `image/*` is every kind of image."""

    kinds: ClassVar = _FILE
    mime_type: str

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and noun.status == "active" and noun.mime_type is not None):
            return False
        if self.mime_type.endswith("/*"):
            return noun.mime_type.startswith(self.mime_type[:-1])
        return noun.mime_type == self.mime_type

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (noun.mime_type or "", doc_id)


@dataclass(frozen=True, slots=True)
class FilesBySize:
    """Active files, smallest first; both bounds are included."""

    kinds: ClassVar = _FILE
    at_least: int = 0
    at_most: int | None = None

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and noun.status == "active"):
            return False
        return self.at_least <= noun.size and (self.at_most is None or noun.size <= self.at_most)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (noun.size, doc_id)


@dataclass(frozen=True, slots=True)
class FilesByMtime:
    """Active files, oldest first; both bounds are included."""

    kinds: ClassVar = _FILE
    since: str | None = None
    until: str | None = None

    def matches(self, noun: object) -> bool:
        return isinstance(noun, File) and noun.status == "active" and within(noun.mtime, self.since, self.until)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (ordered(noun.mtime), doc_id)


@dataclass(frozen=True, slots=True)
class ByInode:
    """Files, deleted ones too, and directories. More than one on the rare collision."""

    kinds: ClassVar = ("file", "virtual_directory")
    inode: int

    def matches(self, noun: object) -> bool:
        return isinstance(noun, File | VirtualDirectory) and noun.inode == self.inode

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesByDigest:
    kinds: ClassVar = _FILE
    digest: str
    status: FileStatus | None = "active"

    def matches(self, noun: object) -> bool:
        return isinstance(noun, File) and _has(noun, self.status) and noun.digest == self.digest

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesMigratedFrom:
    """Files that lay at this path of this node before their last migration."""

    kinds: ClassVar = _FILE
    node_id: str
    export_path: str

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and noun.migrated_from is not None):
            return False
        return (noun.migrated_from.node_id, noun.migrated_from.export_path) == (self.node_id, self.export_path)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesDeletedBefore:
    """Deleted files, oldest first."""

    kinds: ClassVar = _FILE
    before: str

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, File) and noun.status == "deleted" and noun.deleted_at is not None):
            return False
        return ordered(noun.deleted_at) < ordered(self.before)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, File)
        return (ordered(noun.deleted_at or ""), doc_id)


def within(text: str, since: str | None, until: str | None) -> bool:
    at = ordered(text)
    return (since is None or ordered(since) <= at) and (until is None or at <= ordered(until))

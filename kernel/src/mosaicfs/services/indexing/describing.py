"""Making file documents of what was seen: a first one, another version of one, the end of one.

Values only. Fields of a newer version of the program live on in every one of them, because a document is decoded,
changed and encoded, and never written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import file_id, new_uuids
from mosaicfs.model.inodes import new_inodes
from mosaicfs.model.times import mtime_text, time_text
from mosaicfs.services.indexing.identity import (
    Known,
    has_facts,
    other_bytes,
    parted,
    renumbered,
    row_of,
)

DISK = "disk"
_INODE = "ino:"


class New(NamedTuple):
    """What is drawn for a file that nobody knew."""

    file_id: str
    inode: int


class Described(NamedTuple):
    """A document to write and the row to remember once it is written; no row where the file is unknown from then on."""

    document: Document
    row: Known


def news(count: int) -> Iterator[New]:
    return map(New, map(file_id, new_uuids(count)), new_inodes(count))


def created(change: Change, source: Source, new: New) -> Described:
    doc_id = new.file_id
    row = row_of(change, doc_id)
    bridged = source.backend != DISK
    noun = File(
        inode=new.inode,
        name=row.name,
        source=FileSource(
            node_id=source.node_id,
            export_path=change.export_path,
            export_parent=row.folder,
            raw_path=change.raw_path,
            version=change.version,
            backend=source.name if bridged else None,
            native_id=change.native_id if bridged else None,
            state=None if change.state == "online" else change.state,
            size_known=None if change.size_known else False,
        ),
        size=change.size,
        mtime=mtime_text(row.mtime_ns),
        mime_type=change.mime_type,
        status="active",
        digest=change.digest,
    )
    return Described(Document(doc_id, "", wire.encode(noun), noun=noun), row)


def changed(document: Document, before: File, known: Known, change: Change, source: Source) -> Described:
    """Another version, another place, or back again: the document is active at the path of `change` afterwards."""
    if not has_facts(change):
        return _moved(document, before, known, change)
    row = row_of(change, known.file_id)
    version = _version(before, known, change, source)
    mtime = mtime_text(row.mtime_ns)
    same_version = (before.size, before.mtime, before.source.version) == (change.size, mtime, version)
    same_bytes = same_version and not (other_bytes(known, change) or renumbered(known, change))
    bridged = source.backend != DISK
    place = replace(
        before.source,
        export_path=change.export_path,
        export_parent=row.folder,
        raw_path=change.raw_path,
        version=version,
        backend=source.name if bridged else before.source.backend,
        native_id=change.native_id if bridged else before.source.native_id,
        state=None if change.state == "online" else change.state,
        size_known=None if change.size_known else False,
    )
    noun = replace(
        _active(before),
        name=row.name,
        source=place,
        size=change.size,
        mtime=mtime,
        mime_type=change.mime_type,
        digest=change.digest or (before.digest if same_bytes else None),
    )
    return Described(document._replace(body=wire.encode(noun)), row)


def deleted(document: Document, before: File, known: Known, reason: str, now: str) -> Described:
    """`reason` is `gone` or `excluded`."""
    why = "excluded" if reason == "excluded" else "gone"
    noun = replace(before, status="deleted", deleted_at=now, deleted_reason=why)
    return Described(document._replace(body=wire.encode(noun)), known._replace(gone=True))


def file_in(document: Document | None) -> File | None:
    """None for a tombstone, and for what nobody can read."""
    if document is None or document.deleted:
        return None
    try:
        noun = wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None
    return noun if isinstance(noun, File) else None


def remembered(doc_id: str, noun: File) -> Known:
    """What a document tells of how its file looked."""
    version = noun.source.version or ""
    seen = Change(
        action="create",
        export_path=noun.source.export_path,
        size=noun.size,
        size_known=noun.source.size_known is not False,
        mtime=noun.mtime,
        mime_type=noun.mime_type,
        native_id=noun.source.native_id,
        version=None if version.startswith(_INODE) else noun.source.version,
        state=noun.source.state,
        digest=noun.digest if noun.source.backend is not None else None,
        raw_path=noun.source.raw_path,
    )
    return row_of(seen, doc_id)._replace(gone=noun.status == "deleted", coarse=True)


def now_text(clock: Callable[[], float]) -> str:
    return time_text(int(clock() * 1_000_000))


def _moved(document: Document, before: File, known: Known, change: Change) -> Described:
    """A rename without a look at the file."""
    folder, name = parted(change.export_path)
    place = replace(before.source, export_path=change.export_path, export_parent=folder, raw_path=change.raw_path)
    noun = replace(_active(before), name=name, source=place)
    return Described(document._replace(body=wire.encode(noun)), known._replace(folder=folder, name=name, gone=False))


def _active(before: File) -> File:
    return replace(before, status="active", deleted_at=None, deleted_reason=None)


def _version(before: File, known: Known, change: Change, source: Source) -> str | None:
    """The source's own; else the inode, once it has been the only thing that told two versions apart."""
    if change.version is not None or source.backend != DISK:
        return change.version
    if renumbered(known, change):
        assert change.native_id is not None
        device, _, rest = change.native_id.partition(":")
        return _INODE + (rest.partition(":")[0] or device)
    kept = before.source.version
    return kept if kept is not None and kept.startswith(_INODE) else None

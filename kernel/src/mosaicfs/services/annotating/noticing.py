"""What the feed says, read once for all plugins: which subject a change is of, and the facts that decisions need."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

import msgspec
import structlog

from mosaicfs.model.document import ChangeRow
from mosaicfs.model.filing import FileRow
from mosaicfs.model.ids import file_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import BadTimeError, ordered
from mosaicfs.services.annotating.job import ACCESS, FAMILIES, FILE, LABELS, Family

_PREFIXES = {f"{name}::": family for name, family in FAMILIES.items() if name != "sync"}
_BY_FILE = frozenset({FILE.name, ACCESS.name, LABELS.name})

_log = structlog.get_logger(component="plugin_jobs")


class _Source(msgspec.Struct, gc=False):
    node_id: str
    export_path: str
    export_parent: str
    version: str | None = None


class _Body(msgspec.Struct, gc=False):
    status: str
    name: str
    size: int
    mtime: str
    source: _Source
    mime_type: str | None = None


class FileFacts:
    """An active or deleted file as its document says it."""

    __slots__ = ("__dict__", "body", "uuid")

    def __init__(self, uuid: str, body: _Body) -> None:
        self.uuid = uuid
        self.body = body

    @property
    def node_id(self) -> str:
        return self.body.source.node_id

    @property
    def path(self) -> str:
        return self.body.source.export_path

    @cached_property
    def stamp(self) -> str:
        return stamp_of(self.body.size, self.body.mtime, self.body.source.version)

    @cached_property
    def row(self) -> FileRow:
        """As steps know a file, without the number that only the store gives."""
        body = self.body
        try:
            mtime = ordered(body.mtime)
        except BadTimeError:
            mtime = body.mtime
        place = (body.source.node_id, body.source.export_parent, body.name)
        return FileRow(0, file_id(self.uuid), 0, *place, body.size, mtime, body.mime_type)

    @cached_property
    def payload(self) -> JsonObject:
        body = self.body
        return {
            "file_id": file_id(self.uuid),
            "export_path": body.source.export_path,
            "name": body.name,
            "size": body.size,
            "mime_type": body.mime_type,
            "mtime": body.mtime,
        }

    @cached_property
    def payload_text(self) -> bytes:
        return msgspec.json.encode(self.payload)


class Notice(NamedTuple):
    """A change of the feed. `file` is there for files alone; `body` is that of any other document."""

    family: Family
    subject: str
    gone: bool
    file: FileFacts | None = None
    rev: str = ""
    body: bytes = b"{}"


_decode = msgspec.json.Decoder(_Body).decode


def notice_of(row: ChangeRow) -> Notice | None:
    """None for what no plugin can hear of, and for what cannot be read."""
    prefix, colons, tail = row.id.partition("::")
    family = _PREFIXES.get(prefix + colons)
    if family is None:
        return None
    if family is FILE:
        return _of_file(row, tail)
    body = b"{}" if row.document is None else row.document.body
    return Notice(family, tail if family.name in _BY_FILE else row.id, row.deleted, None, row.revs[0], body)


def _of_file(row: ChangeRow, uuid: str) -> Notice | None:
    if row.deleted or row.document is None:
        return Notice(FILE, uuid, gone=True)
    try:
        body = _decode(row.document.body)
    except msgspec.DecodeError as trouble:
        _log.info("a file is left out, its document cannot be read", file_id=row.id, cause=str(trouble))
        return None
    return Notice(FILE, uuid, body.status != "active", FileFacts(uuid, body))


def facts_in(uuid: str, body: bytes) -> FileFacts | None:
    """Of an active file."""
    try:
        found = _decode(body)
    except msgspec.DecodeError:
        return None
    return FileFacts(uuid, found) if found.status == "active" else None


def stamp_of(size: int, mtime: str, version: str | None) -> str:
    """Another one means other bytes. The path is kept beside it, because a plugin is told where a file was."""
    return blake2b(f"{size}|{mtime}|{version or ''}".encode(), digest_size=12).hexdigest()

"""One real file at one place. Where it appears in the tree, its labels and its last access are other documents."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Count, Noun
from mosaicfs.model.times import Time

FileStatus = Literal["active", "deleted"]


class FileSource(Noun, frozen=True, kw_only=True):
    """Where the bytes are. `raw_path` (base64url) only where the real path is not UTF-8.

    `version` is the source's own token: another token means other bytes, also with the same size and time. The last
    four are for files of bridges; without `state` the file is online, without `size_known` its size is known.
    """

    node_id: str
    export_path: str
    export_parent: str
    raw_path: str | None = None
    version: str | None = None
    backend: str | None = None
    native_id: str | None = None
    state: Literal["archived", "placeholder"] | None = None
    size_known: bool | None = None


class MigratedFrom(Noun, frozen=True, kw_only=True):
    node_id: str
    export_path: str
    migrated_at: Time


class File(Noun, frozen=True, kw_only=True, tag_field="type", tag="file"):
    """`inode` is set once. `digest` is `<algorithm>:<hex>` of the whole content, dropped when the version changes."""

    inode: Count
    name: str
    source: FileSource
    size: Count
    mtime: Time
    mime_type: str | None = None
    status: FileStatus
    deleted_at: Time | None = None
    deleted_reason: Literal["gone", "excluded", "node_removed"] | None = None
    migrated_from: MigratedFrom | None = None
    digest: str | None = None

"""One file as plugins see it, and the part of it that somebody wants to read."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from msgspec import Struct

from mosaicfs.model.file import File


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of a file that are needed to produce, cache or look at its bytes. `version` is its source's token.

    Size, `mtime` and `version` together are the version of a file; another one means other bytes. Without `size_known`
    the size does not count. `raw_path` (base64url) is there only where the real path is not UTF-8, `backend` only for
    files of a bridge; `digest` is `<algorithm>:<hex>` of the whole content.
    """

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
    size_known: bool = True
    raw_path: str | None = None
    backend: str | None = None
    state: Literal["archived", "placeholder"] | None = None
    digest: str | None = None


class Span(Struct, frozen=True):
    """`length` None reads to the end."""

    offset: int = 0
    length: int | None = None


def entry_of(file_id: str, file: File) -> Entry:
    source = file.source
    return Entry(
        file_id=file_id,
        node_id=source.node_id,
        export_path=source.export_path,
        name=file.name,
        size=file.size,
        mtime=file.mtime,
        mime_type=file.mime_type,
        native_id=source.native_id,
        version=source.version,
        size_known=source.size_known is not False,
        raw_path=source.raw_path,
        backend=source.backend,
        state=source.state,
        digest=file.digest,
    )


def version_tag(file_id: str, size: int, mtime: str, version: str | None) -> str:
    """The strong `ETag` of the bytes, from the facts as they are stored: two nodes make the same one alone."""
    text = f"{file_id}|{size}|{mtime}|{version or ''}"
    return f'"m-{sha256(text.encode()).hexdigest()[:16]}"'

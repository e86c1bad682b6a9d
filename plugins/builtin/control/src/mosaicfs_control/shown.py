"""Rows and single documents as the protocol shows them, spliced from stored bytes: no body is read for it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mosaicfs import wire
from mosaicfs.model.document import Document

encoded = msgspec.json.encode


def spliced(members: dict[str, object], body: bytes) -> bytes:
    """`members` in front of those of the JSON object `body`, which has none of their names."""
    head = encoded(members)
    return head if body == b"{}" else head[:-1] + b"," + body[1:]


def row_of(members: dict[str, object], document: Document | None, *, conflicts: bool) -> bytes:
    return with_document(encoded(members), document, conflicts=conflicts)


def with_document(row: bytes, document: Document | None, *, conflicts: bool) -> bytes:
    """A row that carries a document as its last member, `doc`."""
    doc = b"null" if document is None else wire.document_to_json(document, revisions=False, conflicts=conflicts)
    return b'%s,"doc":%s}' % (row[:-1], doc)


def joined(rows: Iterable[bytes]) -> bytes:
    """One row a line, as a stream of rows goes on after the first."""
    return b",\n".join(rows)


def revs_info(document: Document) -> list[dict[str, str]]:
    """Only a leaf has a body here, so every older revision is `missing`."""
    newest = int(document.rev.partition("-")[0])
    return [
        {"rev": f"{newest - back}-{name}", "status": "missing" if back else _status(document)}
        for back, name in enumerate(document.path)
    ]


def _status(document: Document) -> str:
    return "deleted" if document.deleted else "available"

"""Documents as peers send and take them: one JSON object with `_id`, `_rev` and the other members of the store.

Reading checks the structure, for every lasting trouble by name. Whether the id may be used, the size, the type and the
writer's right are judged by the guard, inside the write.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import id_trouble
from mosaicfs.model.json import JsonObject
from mosaicfs.wire.json_text import canonical, parsed, sorted_encoder

_STORE_MEMBER = b'"_'
_ANSWERED_ONLY = ("_local_seq", "_revs_info")
_revision = re.compile(r"([1-9][0-9]{0,15})-([^\x00-\x1f\x7f-\x9f]+)").fullmatch


def document_from_json(raw: bytes | msgspec.Raw | JsonObject) -> Document:
    """`MalformedDocumentError` names what is wrong; its `doc_id` is empty where the `_id` is."""
    content = parsed(raw if isinstance(raw, bytes | msgspec.Raw) else canonical(raw))
    if type(content) is not dict:
        raise MalformedDocumentError("", "", "is not a JSON object")
    doc_id = _taken_id(content)
    rev = content.pop("_rev", "")
    path = content.pop("_revisions", None)
    deleted = content.pop("_deleted", False)
    if type(rev) is not str:
        raise MalformedDocumentError(doc_id, "_rev", "is not a string")
    if type(deleted) is not bool:
        raise MalformedDocumentError(doc_id, "_deleted", "is neither true nor false")
    rev, hashes = _taken_rev(doc_id, rev) if path is None else _taken_path(doc_id, rev, path)
    body = sorted_encoder.encode(content)
    if _STORE_MEMBER not in body:
        return Document(doc_id, rev, body, deleted, hashes)
    conflicts = _revisions(doc_id, content, "_conflicts")
    deleted_conflicts = _revisions(doc_id, content, "_deleted_conflicts")
    _refuse_reserved(doc_id, content)
    return Document(doc_id, rev, sorted_encoder.encode(content), deleted, hashes, conflicts, deleted_conflicts)


def document_from_ours(raw: msgspec.Raw, doc_id: str, rev: str) -> Document | None:
    """A revision as `document_to_json` writes it, taken as it stands; None where it is anything but a plain one.

    For what another store of ours answers: its bodies are canonical already, so nothing is decoded to make them so.
    """
    text = bytes(raw)
    head = f'{{"_id":"{doc_id}","_rev":"{rev}",'.encode()
    if not (text.startswith(head) and text.isascii() and text.find(_STORE_MEMBER, len(head)) < 0):
        return None
    return Document(doc_id, rev, b"{" + text[len(head) :])


def document_to_json(
    document: Document,
    *,
    revisions: bool = True,
    conflicts: bool = False,
    deleted_conflicts: bool = False,
    local_seq: bool = False,
) -> bytes:
    """What is asked for and there. A document without a revision yet has no `_rev`."""
    encode = sorted_encoder.encode
    parts = [b'{"_id":', encode(document.id)]
    if document.rev:
        parts += b',"_rev":', encode(document.rev)
    if document.deleted:
        parts.append(b',"_deleted":true')
    if revisions and document.path:
        start = document.rev.partition("-")[0].encode()
        parts += b',"_revisions":{"start":', start, b',"ids":', encode(document.path), b"}"
    if conflicts and document.conflicts:
        parts += b',"_conflicts":', encode(document.conflicts)
    if deleted_conflicts and document.deleted_conflicts:
        parts += b',"_deleted_conflicts":', encode(document.deleted_conflicts)
    if local_seq and document.seq:
        parts += b',"_local_seq":', encode(document.seq)
    parts += (b"}",) if document.body == b"{}" else (b",", document.body[1:])
    return b"".join(parts)


def _taken_id(content: dict[str, Any]) -> str:
    doc_id = content.pop("_id", None)
    if doc_id is None:
        raise MalformedDocumentError("", "_id", "is missing")
    if type(doc_id) is not str:
        raise MalformedDocumentError("", "_id", "is not a string")
    if trouble := id_trouble(doc_id):
        raise MalformedDocumentError("", "_id", trouble)
    return doc_id


def _taken_rev(doc_id: str, rev: str) -> tuple[str, tuple[str, ...]]:
    if rev and not _revision(rev):
        raise MalformedDocumentError(doc_id, "_rev", f"is not N-hash: {rev[:100]!r}")
    return rev, ()


def _taken_path(doc_id: str, rev: str, path: Any) -> tuple[str, tuple[str, ...]]:
    """The revision and its chain, newest first. `_rev` may be left out beside `_revisions`."""
    match path:
        case {"start": start, "ids": [_, *_] as ids} if (
            type(start) is int and len(ids) <= start and {*map(type, ids)} == {str}
        ):
            pass
        case _:
            raise MalformedDocumentError(doc_id, "_revisions", "is not {start, ids} with the newest hash first")
    named = f"{start}-{ids[0]}"
    if rev not in ("", named):
        raise MalformedDocumentError(doc_id, "_revisions", f"begins with {named}, but _rev is {rev}")
    if not all(map(str.isprintable, ids)) or "" in ids:
        raise MalformedDocumentError(doc_id, "_revisions", "holds a hash that is empty or has control characters")
    return named, tuple(ids)


def _revisions(doc_id: str, content: dict[str, Any], name: str) -> tuple[str, ...]:
    found = content.pop(name, [])
    if type(found) is not list or not all(isinstance(each, str) and _revision(each) for each in found):
        raise MalformedDocumentError(doc_id, name, "is not a list of revisions")
    return tuple(found)


def _refuse_reserved(doc_id: str, content: dict[str, Any]) -> None:
    if content.pop("_attachments", None):
        raise MalformedDocumentError(doc_id, "_attachments", "attachments are not supported")
    for name in _ANSWERED_ONLY:
        content.pop(name, None)
    for name in content:
        if name.startswith("_"):
            raise MalformedDocumentError(doc_id, name, "names that begin with _ belong to the store")

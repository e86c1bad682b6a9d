"""Many documents in one request: the hot path of replication.

Bodies are never looked into here: a request is cut into raw documents, an answer is spliced from stored bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import anyio.lowlevel
import msgspec

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document, Missing, MissingRevision, Wanted, Written
from mosaicfs_control.answers import Answer, Stream, Write, json_answer
from mosaicfs_control.errors import STATUSES, RefusedError, refusal_of
from mosaicfs_control.routing import EVERY_ROLE, WRITERS, Call, Routes
from mosaicfs_control.shown import encoded, joined

routes = Routes()

MOST_DOCUMENTS = 10_000

_READ_AT_ONCE = 250
"""Documents held in memory together while an answer is written."""
_PARSED_AT_ONCE = 500
"""Documents between two looks at what else the server has to do."""


class _BulkDocs(msgspec.Struct):
    docs: list[msgspec.Raw]
    new_edits: bool = True


@routes.on("POST", "/{db}/_bulk_docs", WRITERS)
async def bulk_docs(call: Call) -> Answer:
    asked = await call.incoming.json(_BulkDocs)
    if len(asked.docs) > MOST_DOCUMENTS:
        raise RefusedError("too_large", f"{len(asked.docs)} documents in one request; {MOST_DOCUMENTS} are the most.")
    parsed = await _parsed(asked)
    documents = [one for one in parsed if isinstance(one, Document)]
    written = iter(await call.store.write(documents, new_edits=asked.new_edits) if documents else ())
    rows = [next(written) if isinstance(one, Document) else one for one in parsed]
    return json_answer([_row(row) for row in rows if row.error or asked.new_edits], 201)


async def _parsed(asked: _BulkDocs) -> list[Document | Written]:
    """A document that is none has its row already; the others go on."""
    found: list[Document | Written] = []
    for number, raw in enumerate(asked.docs):
        if number % _PARSED_AT_ONCE == 0:
            await anyio.lowlevel.checkpoint()
        try:
            found.append(wire.document_from_json(_named(raw) if asked.new_edits else bytes(raw)))
        except MalformedDocumentError as cause:
            found.append(_refused(raw, cause, new_edits=asked.new_edits))
    return found


class _Head(msgspec.Struct, rename="_{}".format):
    id: object = None
    rev: object = None


def _refused(raw: msgspec.Raw, cause: MalformedDocumentError, *, new_edits: bool) -> Written:
    """With the names that the document gave itself, by which its sender knows it again."""
    refused = refusal_of(cause)
    head = msgspec.json.decode(raw, type=_Head) if bytes(raw).startswith(b"{") else _Head()
    return Written(
        head.id if isinstance(head.id, str) else "",
        head.rev if isinstance(head.rev, str) else "",
        refused.error if new_edits else "forbidden",
        refused.reason,
    )


def _named(raw: msgspec.Raw) -> bytes:
    """With an id of our own where a new document brings none."""
    text = bytes(raw)
    if not text.startswith(b"{") or msgspec.json.decode(text, type=_Head).id is not None:
        return text
    head, rest = b'{"_id":%s' % encoded(uuid.uuid4().hex), text[1:].lstrip()
    return head + rest if rest.startswith(b"}") else head + b"," + rest


def _row(row: Written) -> dict[str, object]:
    if not row.error:
        return {"ok": True, "id": row.id, "rev": row.rev}
    refused: dict[str, object] = {"id": row.id, "rev": row.rev} if row.rev else {"id": row.id}
    return refused | {"error": row.error, "reason": row.reason, "status": STATUSES.get(row.error, 400)}


class _Revision(msgspec.Struct):
    id: str
    rev: str | None = None


class _BulkGet(msgspec.Struct):
    docs: list[_Revision]


@routes.on("POST", "/{db}/_bulk_get", EVERY_ROLE)
async def bulk_get(call: Call) -> Answer:
    asked = (await call.incoming.json(_BulkGet)).docs
    revisions, latest = call.asked.flag("revs"), call.asked.flag("latest")

    async def write_to(write: Write) -> None:
        before = b'{"results":[\n'
        for start in range(0, len(asked), _READ_AT_ONCE):
            part = asked[start : start + _READ_AT_ONCE]
            wanted = [Wanted(one.id, None if one.rev is None else (one.rev,)) for one in part]
            found = await call.store.open_revs(wanted, latest=latest)
            await write(before + joined(map(_result, part, found, [revisions] * len(part))))
            before = b",\n"
        await write((b"" if asked else before) + b"\n]}\n")

    return Stream(write_to)


def _result(asked: _Revision, found: Sequence[Document | MissingRevision], revisions: bool) -> bytes:
    docs = [
        encoded({"error": _missing(asked)})
        if isinstance(leaf, MissingRevision)
        else b'{"ok":%s}' % wire.document_to_json(leaf, revisions=revisions)
        for leaf in found
    ]
    return b'{"id":%s,"docs":[%s]}' % (encoded(asked.id), b",".join(docs))


def _missing(asked: _Revision) -> dict[str, str]:
    rev = "undefined" if asked.rev is None else asked.rev
    return {"id": asked.id, "rev": rev, "error": "not_found", "reason": "missing"}


@routes.on("POST", "/{db}/_revs_diff", EVERY_ROLE)
async def revs_diff(call: Call) -> Answer:
    missing = await _missing_of(call)
    return json_answer({doc_id: _difference(found) for doc_id, found in missing.items()})


@routes.on("POST", "/{db}/_missing_revs")
async def missing_revs(call: Call) -> Answer:
    missing = await _missing_of(call)
    return json_answer({"missing_revs": {doc_id: found.revs for doc_id, found in missing.items()}})


async def _missing_of(call: Call) -> dict[str, Missing]:
    return await call.store.revs_diff(await call.incoming.json(dict[str, list[str]]))


def _difference(found: Missing) -> dict[str, Any]:
    ancestors = {"possible_ancestors": found.possible_ancestors} if found.possible_ancestors else {}
    return {"missing": found.revs, **ancestors}

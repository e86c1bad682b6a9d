"""One document: read with its revisions, written, deleted."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document, MissingRevision, Wanted, Written
from mosaicfs_control.answers import Answer, Ready, json_answer
from mosaicfs_control.errors import STATUSES, RefusedError, bad_request, not_found, refusal_of
from mosaicfs_control.parameters import checked_rev
from mosaicfs_control.routing import EVERY_ROLE, WRITERS, Call, Routes
from mosaicfs_control.shown import encoded, revs_info, spliced

routes = Routes()

Members = dict[str, msgspec.Raw]


@routes.on("GET", "/{db}/{id}", EVERY_ROLE)
async def read(call: Call) -> Answer:
    if "open_revs" in call.asked:
        return await _open_revs(call, call.path["id"])
    document = await _found(call, call.path["id"])
    etag = f'"{document.rev}"'
    if call.headers.get("if-none-match") == etag:
        return Ready(b"", 304, {"etag": etag})
    meta = call.asked.flag("meta")
    body = wire.document_to_json(
        document,
        revisions=call.asked.flag("revs"),
        conflicts=meta or call.asked.flag("conflicts"),
        deleted_conflicts=meta or call.asked.flag("deleted_conflicts"),
        local_seq=call.asked.flag("local_seq"),
    )
    if meta or call.asked.flag("revs_info"):
        body = spliced({"_revs_info": revs_info(document)}, body)
    return Ready(body, 200, {"etag": etag})


async def _found(call: Call, doc_id: str) -> Document:
    """A tombstone is found only by its revision."""
    rev = call.asked.rev()
    if not rev:
        document = await call.store.get(doc_id)
        if document is not None and document.deleted:
            raise not_found("deleted")
    elif call.asked.flag("latest"):
        [[first, *_]] = await call.store.open_revs([Wanted(doc_id, (rev,))], latest=True)
        document = None if isinstance(first, MissingRevision) else first
    else:
        document = await call.store.get(doc_id, rev)
    if document is None:
        raise not_found()
    return document


async def _open_revs(call: Call, doc_id: str) -> Answer:
    wanted = Wanted(doc_id, _revs_asked(call))
    [found] = await call.store.open_revs([wanted], latest=call.asked.flag("latest"))
    if wanted.revs is None and isinstance(found[0], MissingRevision):
        raise not_found()
    revisions = call.asked.flag("revs")
    if _takes_multipart(call.headers):
        return _multipart(found, revisions=revisions)
    rows = [
        encoded({"missing": leaf.rev})
        if isinstance(leaf, MissingRevision)
        else b'{"ok":%s}' % wire.document_to_json(leaf, revisions=revisions)
        for leaf in found
    ]
    return Ready(b"[%s]" % b",".join(rows))


def _revs_asked(call: Call) -> tuple[str, ...] | None:
    if call.asked.text("open_revs") == "all":
        return None
    return tuple(map(checked_rev, call.asked.json("open_revs", list[str])))


def _takes_multipart(headers: Mapping[str, str]) -> bool:
    kinds = {part.partition(";")[0].strip() for part in headers.get("accept", "*/*").split(",")}
    return bool(kinds & {"*/*", "multipart/*", "multipart/mixed"})


def _multipart(found: list[Document | MissingRevision], *, revisions: bool) -> Answer:
    boundary = secrets.token_hex(16)
    parts = []
    for leaf in found:
        if isinstance(leaf, MissingRevision):
            kind, body = b'application/json; error="true"', encoded({"missing": leaf.rev})
        else:
            kind, body = b"application/json", wire.document_to_json(leaf, revisions=revisions)
        parts.append(b"--%s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (boundary.encode(), kind, body))
    parts.append(b"--%s--" % boundary.encode())
    return Ready(b"".join(parts), media_type=f'multipart/mixed; boundary="{boundary}"')


@routes.on("GET", "/{db}/_design/{name}", EVERY_ROLE)
async def read_design(call: Call) -> Answer:
    """There are none: the indexes of this server are built in."""
    raise not_found()


@routes.on("PUT", "/{db}/{id}", WRITERS)
async def put(call: Call) -> Answer:
    return await _put(call, call.path["id"])


@routes.on("PUT", "/{db}/_design/{name}", WRITERS)
async def put_design(call: Call) -> Answer:
    raise RefusedError("forbidden", "Design documents are not kept here.")


async def _put(call: Call, doc_id: str) -> Answer:
    members = await call.incoming.json(Members)
    given = members.setdefault("_id", msgspec.Raw(encoded(doc_id)))
    if bytes(given) != encoded(doc_id) and msgspec.json.decode(given) != doc_id:
        raise bad_request("The _id in the body is not the one in the path.")
    return await _written(call, members)


@routes.on("POST", "/{db}", WRITERS)
async def post(call: Call) -> Answer:
    members = await call.incoming.json(Members)
    members.setdefault("_id", msgspec.Raw(encoded(uuid.uuid4().hex)))
    return await _written(call, members)


async def _written(call: Call, members: Members) -> Answer:
    if rev := _one_rev(call, members):
        members["_rev"] = msgspec.Raw(encoded(rev))
    new_edits = call.asked.flag("new_edits", default=True)
    try:
        document = wire.document_from_json(encoded(members))
    except MalformedDocumentError as cause:
        raise refusal_of(cause) if new_edits else RefusedError("forbidden", str(cause)) from None
    row = await _write(call, document, new_edits=new_edits)
    location = f"/api/replication/mosaicfs/{quote(row.id, safe='')}"
    headers = {"etag": f'"{row.rev}"', "location": location}
    return json_answer({"ok": True, "id": row.id, "rev": row.rev}, 201, headers)


@routes.on("DELETE", "/{db}/{id}", WRITERS)
async def delete(call: Call) -> Answer:
    doc_id, rev = call.path["id"], _one_rev(call, {})
    present = await call.store.get(doc_id)
    if present is None or (present.deleted and not rev):
        raise not_found("missing" if present is None else "deleted")
    leaf = await call.store.get(doc_id, rev) if rev else None
    if leaf is None:
        raise RefusedError("conflict", "Document update conflict.")
    row = await _write(call, Document(doc_id, rev, _tombstone_of(leaf), deleted=True))
    return json_answer({"ok": True, "id": row.id, "rev": row.rev}, 200, {"etag": f'"{row.rev}"'})


def _tombstone_of(leaf: Document) -> bytes:
    """Type and owner stay, so that the end of a document is judged and selected as the document was."""
    body = msgspec.json.decode(leaf.body, type=dict[str, object])
    kept: dict[str, object] = {name: body[name] for name in ("type", "node_id") if name in body}
    if isinstance(source := body.get("source"), dict) and "node_id" in source:
        kept["source"] = {"node_id": source["node_id"]}
    return encoded(kept, order="sorted")


async def _write(call: Call, document: Document, *, new_edits: bool = True) -> Written:
    [row] = await call.store.write([document], new_edits=new_edits)
    if row.error:
        raise RefusedError(row.error if row.error in STATUSES else "bad_request", row.reason)
    return row


def _one_rev(call: Call, members: Members) -> str:
    """A revision may be given in three places, but only one."""
    given = {call.asked.text("rev"), call.headers.get("if-match", "").strip('"'), _rev_in(members)} - {""}
    if len(given) > 1:
        raise bad_request("The revisions in body, query and If-Match are not the same.")
    return checked_rev(given.pop()) if given else ""


def _rev_in(members: Members) -> str:
    rev = msgspec.json.decode(members["_rev"]) if "_rev" in members else ""
    if not isinstance(rev, str):
        raise bad_request("_rev is not a string.")
    return rev


@routes.on("GET", "/{db}/{id}/{name}")
async def no_attachment(call: Call) -> Answer:
    raise not_found()


@routes.on("PUT DELETE", "/{db}/{id}/{name}")
async def no_attachments(call: Call) -> Answer:
    raise RefusedError("not_implemented", "attachments are not supported")

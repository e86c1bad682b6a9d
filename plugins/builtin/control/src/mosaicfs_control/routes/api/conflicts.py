"""Documents that were changed in two places at once: all their versions, and which of them a person keeps."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.document import Document, Wanted
from mosaicfs.model.ids import kind_of, tail_of
from mosaicfs.model.role import CONTROL
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.objects import members_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.secrets_shown import redacted
from mosaicfs_control.rest.validators import list_tag

routes = Routes()

_TITLES = ("friendly_name", "virtual_path", "name", "title", "instance_name", "condition_key")
NOTHING = b"{}"


class Version(Struct, frozen=True):
    """`winner` is the one that holds as long as nobody chooses; `body` is null where it is a deletion."""

    version_id: str
    winner: bool
    body: dict[str, Any] | None


class Conflict(Struct, frozen=True):
    """`title` is what the document is called by people."""

    id: str
    document_type: str
    title: str
    versions: list[Version]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """`keep` is a `version_id`; the other versions are deleted."""

    keep: Annotated[str, Meta(min_length=1, max_length=200)]


@routes.on("GET", "/api/conflicts", Page, answer=Conflict, from_replica=True)
async def conflicts(call: Call, query: Page) -> Ready:
    """List documents that have more than one version."""
    tag, ids = await list_tag(call), await _all_ids(call)
    chosen = ids[query.offset : query.offset + query.limit]
    found = [await _conflict(call, doc_id) for doc_id in chosen]
    return page_answer([msgspec.json.encode(one) for one in found if one is not None], query, len(ids), tag)


@routes.on("POST", "/api/conflicts/{id}/resolve", body=Choice, answer=Conflict, errors=("not_found", "conflict"))
async def resolve(call: Call, query: NoQuery) -> Ready:
    """Keep one version of a document and delete the others. Answers with the document as it is now."""
    choice, doc_id = await call.body(Choice), call.path["id"]
    leaves = await _leaves(call, doc_id)
    if len(leaves) < 2:
        raise not_found(f"A conflict of {doc_id[:200]}")
    kept = next((leaf for leaf in leaves if leaf.rev == choice.keep), None)
    if kept is None:
        raise not_found(f"The version {choice.keep} of {doc_id[:200]}")
    winner, *others = leaves
    edits = [Document(doc_id, leaf.rev, NOTHING, deleted=True) for leaf in others]
    if kept is not winner:
        edits.insert(0, Document(doc_id, winner.rev, kept.body))
    rows = await call.store.write(edits, writer=CONTROL)
    if any(row.error for row in rows):
        message = "The document has changed meanwhile. Look at its versions again and choose anew."
        raise ApiError("conflict", message, {"reason": "changed"})
    (now,) = await call.store.get_many([doc_id])
    assert now is not None
    return json_answer(Conflict(doc_id, kind_of(doc_id) or "", _title(doc_id, now), [_version(now, now.rev)]))


async def _all_ids(call: Call) -> list[str]:
    ids: list[str] = []
    while page := await call.store.conflicts(ids[-1] if ids else ""):
        ids += page
    return ids


async def _conflict(call: Call, doc_id: str) -> Conflict | None:
    leaves = await _leaves(call, doc_id)
    if len(leaves) < 2:
        return None
    winner = leaves[0]
    versions = [_version(leaf, winner.rev) for leaf in leaves]
    return Conflict(doc_id, kind_of(doc_id) or "", _title(doc_id, winner), versions)


async def _leaves(call: Call, doc_id: str) -> list[Document]:
    """Those that live, the winner first."""
    found = await call.store.get(doc_id)
    if found is None or found.deleted or not found.conflicts:
        return [] if found is None or found.deleted else [found]
    (leaves,) = await call.store.open_revs([Wanted(doc_id, found.conflicts)])
    return [found, *(leaf for leaf in leaves if isinstance(leaf, Document) and not leaf.deleted)]


def _version(leaf: Document, winner: str) -> Version:
    return Version(leaf.rev, leaf.rev == winner, None if leaf.deleted else redacted(members_of(leaf)))


def _title(doc_id: str, document: Document) -> str:
    members = members_of(document)
    titles = (members.get(name) for name in _TITLES)
    return next((title for title in titles if isinstance(title, str) and title), tail_of(doc_id))

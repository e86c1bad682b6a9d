"""Labels that a person gives to single files: one file at a time, or many as a job."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import file_id, label_assignment_id, tail_of
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.questions import AssignmentsWithLabel
from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.labelling import label_files
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change, require_match
from mosaicfs_control.rest.cursors import Place, Position, cursor_of, position_of
from mosaicfs_control.rest.entries import WalkedPage, bytes_of, page_of
from mosaicfs_control.rest.file_object import FileSource
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.finding import search_of_body
from mosaicfs_control.rest.label_rows import AT_ONCE, assignments
from mosaicfs_control.rest.label_words import MOST_LABELS, LabelText, labels_of
from mosaicfs_control.rest.lists import list_body
from mosaicfs_control.rest.objects import object_of, whole_file_id
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import start
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

MOST_FILES = 5_000

_UNBOUND = {"limit": 100, "offset": 0, "count": None, "cursor": None}


class AssignmentsQuery(WalkedPage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    file_id: Annotated[Text | None, Meta(description="Of this file: the answer is the one object.")] = None
    label: Annotated[LabelText | None, Meta(description="Only those with this label.")] = None
    node_id: Annotated[Text | None, Meta(description="Only of files of this node.")] = None
    path: Annotated[Text | None, Meta(description="Only of files whose path holds this text; case counts.")] = None
    sort: Annotated[
        Literal["node", "-node", "updated", "-updated"] | None,
        Meta(description="By node and path, or by time; `-` in front for descending. Without it by `file_id`."),
    ] = None


class OfFileQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    file_id: Annotated[Text, Meta(description="Id of a file; `file::` may be left out.")]


class LabelledFile(Struct, frozen=True):
    name: str
    source: FileSource


class ShownAssignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`file` is absent as long as nothing is known of the file."""

    file_id: str
    labels: tuple[str, ...]
    updated_at: str
    updated_by: str
    file: LabelledFile | None = None


class AssignmentsFound(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list; with `file_id` the one assignment instead, and nothing of a list."""

    items: list[ShownAssignment] | UnsetType = UNSET
    total: int | UnsetType | None = UNSET
    limit: int | UnsetType = UNSET
    offset: int | UnsetType = UNSET
    next_cursor: str | UnsetType = UNSET
    file_id: str | UnsetType = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    updated_at: str | UnsetType = UNSET
    updated_by: str | UnsetType = UNSET
    file: LabelledFile | UnsetType = UNSET


class Assigned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`labels` take the place of those that the file has; without any the assignment is deleted."""

    file_id: Annotated[str, Meta(min_length=1, max_length=256)]
    labels: Annotated[tuple[LabelText, ...], Meta(max_length=1_000)]


class ManyAssigned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `file_ids` or `filter`: the parameters of a search, repeated ones as lists."""

    file_ids: Annotated[tuple[Annotated[str, Meta(max_length=256)], ...], Meta(max_length=MOST_FILES)] | UnsetType = (
        UNSET
    )
    filter: dict[str, Json] | UnsetType = UNSET
    add: Annotated[tuple[LabelText, ...], Meta(max_length=MOST_LABELS)] = ()
    remove: Annotated[tuple[LabelText, ...], Meta(max_length=MOST_LABELS)] = ()


@routes.on(
    "GET",
    "/api/labels/assignments",
    AssignmentsQuery,
    answer=AssignmentsFound,
    errors=("not_found", "invalid_cursor"),
    from_replica=True,
)
async def label_assignments(call: Call, query: AssignmentsQuery) -> Ready:
    """List labels that were given to single files, or show those of one file."""
    if query.file_id is not None:
        return await _one(call, whole_file_id(query.file_id))
    if query.cursor is not None and query.offset:
        raise invalid("offset", "goes without a cursor, which knows where the page begins")
    if query.sort is not None:
        return await _sorted(call, query, query.sort)
    bound = _bound(call, query)
    after = position_of(call.here.cursor_key, bound, query.cursor).after if query.cursor is not None else ()
    tag = await list_tag(call)
    found, more = await _slice(call, query, str(after[0]) if after else "")
    members: JsonObject = {}
    if query.offset:
        members = {"offset": query.offset}
    elif more:
        last = label_assignment_id(tail_of(found[-1].file_id))
        members = {"next_cursor": cursor_of(call.here.cursor_key, bound, Position(0, (last,)))}
    total = None if query.count == "none" else await _total(call, query)
    items = [msgspec.json.encode(each) for each in found]
    return Ready(list_body(items, total, query.limit, members), headers={"etag": tag})


@routes.on(
    "PUT",
    "/api/labels/assignments",
    body=Assigned,
    answer=ShownAssignment,
    errors=("not_found", "precondition_failed"),
)
async def assign_labels(call: Call, query: NoQuery) -> Ready:
    """Give a file exactly these labels; an empty list takes all away and answers 204."""
    asked = await call.body(Assigned)
    file, labels = whole_file_id(asked.file_id), labels_of("labels", asked.labels)
    await _known_file(call, file, asked.file_id)
    if not labels:
        await _delete(call, file)
        return Ready(status=204)
    who = call.principal.name or call.principal.kind

    def assigned(before: LabelAssignment | None) -> LabelAssignment:
        if before is not None and before.labels == labels:
            return before
        return LabelAssignment(file_id=file, labels=labels, updated_at=now_text(), updated_by=who)

    await change(call, _doc_id(file), LabelAssignment, assigned, _plain)
    return await _one(call, file)


@routes.on("DELETE", "/api/labels/assignments", OfFileQuery, errors=("not_found", "precondition_failed"))
async def remove_labels(call: Call, query: OfFileQuery) -> Ready:
    """Take away all labels that a person gave a file. Those of rules stay."""
    if not await _delete(call, whole_file_id(query.file_id)):
        raise not_found(f"An assignment of labels to {query.file_id[:200]}")
    return Ready(status=204)


@routes.on("POST", "/api/labels/assignments/bulk", body=ManyAssigned, answer=Job)
async def label_many(call: Call, query: NoQuery) -> Ready:
    """Give labels to many files and take others away."""
    asked = await call.body(ManyAssigned)
    add, remove = labels_of("add", asked.add), labels_of("remove", asked.remove)
    if not add and not remove:
        raise invalid("add", "name a label to add or to remove")
    if both := set(add) & set(remove):
        raise invalid("remove", f"{min(both)} is to be added as well")
    request: dict[str, Json] = {"add": list(add), "remove": list(remove)}
    if (asked.file_ids is UNSET) == (asked.filter is UNSET):
        raise invalid("file_ids", "either file_ids or filter says which files")
    if asked.file_ids is not UNSET:
        request["file_ids"] = list(dict.fromkeys(map(whole_file_id, asked.file_ids)))
    elif asked.filter is not UNSET:
        search = await search_of_body(call, "filter", asked.filter)
        request |= {"filter": asked.filter, "search": msgspec.to_builtins(search)}
    return await start(call, "label_bulk", request, label_files(call.store))


# --- reading -------------------------------------------------------------------------------------------------------


def _bound(call: Call, query: AssignmentsQuery) -> bytes:
    asker = [call.principal.kind, call.principal.name]
    return msgspec.json.encode([asker, "assignments", msgspec.structs.replace(query, **_UNBOUND)])


async def _one(call: Call, file: str) -> Ready:
    document = await call.store.get(_doc_id(file))
    noun = noun_of(document, LabelAssignment)
    if document is None or noun is None:
        raise not_found(f"An assignment of labels to {file[:200]}")
    [shown] = await _shown(call, [(document, noun)])
    return Ready(msgspec.json.encode(shown), headers={"etag": object_tag(document.rev, _file_bytes(shown))})


async def _slice(call: Call, query: AssignmentsQuery, after: str) -> tuple[list[ShownAssignment], bool]:
    """The page, and whether anything comes behind it."""
    most = query.offset + query.limit
    found = await _matching(call, query, after, most + 1)
    return found[query.offset : most], len(found) > most


async def _sorted(call: Call, query: AssignmentsQuery, sort: str) -> Ready:
    """All of them have to be read for that."""
    tag, is_down = await list_tag(call), sort[0] == "-"
    by = partial(_place, by_node="node" in sort)
    found = sorted(await _matching(call, query, "", None), key=lambda each: each.file_id)
    found.sort(key=lambda each: by(each)[:-1], reverse=is_down)
    page = page_of(call, query, _bound(call, query), found, by, descending=is_down)
    total = None if query.count == "none" else page.total
    items = [msgspec.json.encode(each) for each in page.items]
    return Ready(list_body(items, total, query.limit, page.members), headers={"etag": tag})


def _place(shown: ShownAssignment, *, by_node: bool) -> Place:
    if not by_node:
        return ("", shown.updated_at, shown.file_id)
    source = shown.file.source if shown.file is not None else None
    return ("", source.node_id if source else "", bytes_of(source.export_path) if source else "", shown.file_id)


async def _total(call: Call, query: AssignmentsQuery) -> int:
    if query.node_id is not None or query.path is not None:
        return len(await _matching(call, query, "", None))
    if query.label is not None:
        return (await call.store.tally(AssignmentsWithLabel(query.label))).documents
    return (await call.store.counts()).get(("label_assignment", ""), 0)


async def _matching(call: Call, query: AssignmentsQuery, after: str, most: int | None) -> list[ShownAssignment]:
    """All of them, or the first `most`."""
    narrowed = query.node_id is not None or query.path is not None
    at_once = AT_ONCE if narrowed or most is None else min(most, AT_ONCE)
    found: list[ShownAssignment] = []
    place: str | None = after
    while place is not None and (most is None or len(found) < most):
        rows, place = await assignments(call.store, query.label, place, at_once)
        found += [shown for shown in await _shown(call, rows) if _fits(shown, query)]
    return found


def _fits(shown: ShownAssignment, query: AssignmentsQuery) -> bool:
    if query.node_id is None and query.path is None:
        return True
    if shown.file is None:
        return False
    source = shown.file.source
    return query.node_id in (None, source.node_id) and (query.path is None or query.path in source.export_path)


async def _shown(call: Call, page: Sequence[tuple[Document, LabelAssignment]]) -> list[ShownAssignment]:
    ids = [file_id(tail_of(document.id)) for document, _ in page]
    files = await call.store.get_many(ids)
    return [
        ShownAssignment(
            file_id=doc_id,
            labels=noun.labels,
            updated_at=noun.updated_at,
            updated_by=noun.updated_by,
            file=_labelled(noun_of(file, File)),
        )
        for doc_id, (_, noun), file in zip(ids, page, files, strict=True)
    ]


def _labelled(file: File | None) -> LabelledFile | None:
    if file is None:
        return None
    source = file.source
    return LabelledFile(file.name, FileSource(source.node_id, source.export_path, source.export_parent))


def _file_bytes(shown: ShownAssignment) -> bytes:
    return msgspec.json.encode(shown.file)


# --- writing -------------------------------------------------------------------------------------------------------


async def _delete(call: Call, file: str) -> bool:
    """Whether there was something to delete."""
    found = await call.store.get(_doc_id(file))
    if noun_of(found, LabelAssignment) is None:
        require_match(call, None, _plain)
        return False
    await change(call, _doc_id(file), LabelAssignment, lambda before: None, _plain)
    return True


async def _known_file(call: Call, file: str, named: str) -> None:
    if noun_of(await call.store.get(file), File) is None:
        raise not_found(f"The file {named[:200]}")


def _doc_id(file: str) -> str:
    return label_assignment_id(tail_of(file))


def _plain(document: Document) -> bytes:
    return object_of(document, {})

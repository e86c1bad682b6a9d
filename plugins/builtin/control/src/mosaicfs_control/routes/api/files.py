"""Files, by filters, by id, by path; and the folders that they lie in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mosaicfs.errors import BadQueryError, NotShownError
from mosaicfs.model.document import Document
from mosaicfs.model.names import is_path
from mosaicfs.model.questions import FileAt, FilesIn, FilesUnder
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.file_object import FileObject
from mosaicfs_control.rest.filters import LATER, FileSort, Narrowing, OfNodes, Text
from mosaicfs_control.rest.finding import files_answer, nodes_named
from mosaicfs_control.rest.including import Include, IncludeQuery, file_objects
from mosaicfs_control.rest.objects import whole_file_id
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

MOST_LOOKED_UP = 500
MOST_FOLDERS = 50

_LAST = chr(0x10FFFF)


class FilesOfNodeQuery(Narrowing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sort: Annotated[FileSort, Meta(description="Field; `-` in front for descending. Ties are broken by id.")] = "name"


class FilesQuery(OfNodes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sort: Annotated[FileSort, Meta(description="Field; `-` in front for descending. Ties are broken by id.")] = "name"


class PathQuery(IncludeQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Annotated[Text, Meta(description="Path in the tree, or with `node` an absolute path on that node.")]
    node: Annotated[Text | None, Meta(description="Id or friendly name; without it the path is one in the tree.")] = (
        None
    )


class FileAtPath(FileObject, frozen=True, kw_only=True, omit_defaults=True):
    """`virtual_path` is absent where a node was named."""

    virtual_path: str | None = None


class FoldersQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    prefix: Annotated[str, Meta(max_length=4_096, description="What the path of a folder begins with.")] = "/"


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`file::` in front of an id may be left out."""

    file_ids: Annotated[tuple[Annotated[str, Meta(max_length=256)], ...], Meta(max_length=MOST_LOOKED_UP)]
    include: Include = ""


class FilePage(Struct, frozen=True, omit_defaults=True):
    """`next_cursor` is absent on the last page; `offset` is there where it was asked for."""

    items: list[FileObject]
    total: int | None
    limit: int
    offset: int | None = None
    next_cursor: str | None = None


class LookedUp(Struct, frozen=True):
    """`missing` are the ids, as they were asked for, that nothing is known of."""

    items: list[FileObject]
    missing: list[str]


class Folder(Struct, frozen=True):
    """`file_count` is of the active files directly in it."""

    path: str
    file_count: int


class Folders(Struct, frozen=True):
    items: list[Folder]


@routes.on("GET", "/api/files", FilesQuery, answer=FilePage, errors=("invalid_cursor",), later=LATER, from_replica=True)
async def files(call: Call, query: FilesQuery) -> Ready:
    """List files by filters."""
    nodes = await nodes_named(call, (*query.node, *query.node_id))
    return await files_answer(call, query, nodes, query.sort)


@routes.on(
    "GET",
    "/api/nodes/{node_id}/files",
    FilesOfNodeQuery,
    answer=FilePage,
    errors=("invalid_cursor",),
    later={**LATER, "node": "the path names the node already", "node_id": "the path names the node already"},
    from_replica=True,
)
async def files_of_node(call: Call, query: FilesOfNodeQuery) -> Ready:
    """List files of one node by filters."""
    return await files_answer(call, query, (call.path["node_id"],), query.sort)


@routes.on("GET", "/api/files/by-path", PathQuery, answer=FileAtPath, errors=("not_found",), from_replica=True)
async def by_path(call: Call, query: PathQuery) -> Ready:
    """Show the file at a path in the tree, or at a path of a node."""
    if not is_path(query.path):
        raise invalid("path", "must be absolute, without empty, . or .. parts")
    if query.node is None:
        return await _in_the_tree(call, query)
    [node_id, *others] = await nodes_named(call, (query.node,))
    if others:
        raise invalid("node", f"{query.node[:100]} is the name of {', '.join((node_id, *others))}; take an id")
    found = (await call.store.ask(FileAt(node_id, query.path), limit=1)).documents
    return await _one(call, found[0] if found else None, f"{query.node[:100]}:{query.path[:200]}", query.include)


@routes.on("GET", "/api/files/{file_id}", IncludeQuery, answer=FileObject, errors=("not_found",), from_replica=True)
async def one_file(call: Call, query: IncludeQuery) -> Ready:
    """Show one file, also one that was deleted at its source."""
    file_id = call.path["file_id"]
    return await _one(call, await call.store.get(whole_file_id(file_id)), file_id[:200], query.include)


@routes.on("POST", "/api/files/lookup", body=Wanted, answer=LookedUp, access="read", from_replica=True)
async def lookup(call: Call, query: NoQuery) -> Ready:
    """Show many files, in the order asked."""
    wanted = await call.body(Wanted)
    asked = wanted.file_ids
    documents = await call.store.get_many([whole_file_id(one) for one in asked])
    shown = await file_objects(call, documents, wanted.include)
    items = b",".join(item for item in shown if item is not None)
    missing = [one for one, item in zip(asked, shown, strict=True) if item is None]
    return Ready(b'{"items":[%s],"missing":%s}' % (items, msgspec.json.encode(missing)))


@routes.on("GET", "/api/nodes/{node_id}/folders", FoldersQuery, answer=Folders, from_replica=True)
async def folders(call: Call, query: FoldersQuery) -> Ready:
    """List folders that hold indexed files and begin with a text, for completion."""
    tag, node_id = await list_tag(call), call.path["node_id"]
    items = []
    for path in await _folder_names(call, node_id, query.prefix):
        tally = await call.store.tally(FilesIn(node_id, path))
        items.append(Folder(path, tally.documents))
    return Ready(msgspec.json.encode(Folders(items)), headers={"etag": tag})


async def _folder_names(call: Call, node_id: str, prefix: str) -> list[str]:
    """By leaps from the last name of one folder to the next folder, so that no folder is read through."""
    found: list[str] = []
    below = FilesUnder(node_id, prefix.rpartition("/")[0] or "/")
    after = (prefix, "", "")
    while len(found) < MOST_FOLDERS:
        page = (await call.store.ask(below, after=after, limit=1)).documents
        folder = msgspec.json.decode(page[0].body, type=_Lying).source.export_parent if page else ""
        if not page or not folder.startswith(prefix):
            break
        found.append(folder)
        after = (folder, _LAST, _LAST)
    return found


class _Place(Struct, frozen=True):
    export_parent: str


class _Lying(Struct, frozen=True):
    source: _Place


async def _in_the_tree(call: Call, query: PathQuery) -> Ready:
    """The store may be a commit further than the tree was: then the file that was shown is still the answer."""
    try:
        shown = await call.kernel.tree.look_up(query.path)
    except BadQueryError as cause:
        raise invalid("path", str(cause).rstrip(".")) from None
    if shown.kind == "directory":
        raise ApiError("not_found", f"“{query.path[:200]}” is a directory.", {"reason": "is_directory"})
    document = await call.store.get(shown.file_id) if shown.file_id is not None else None
    [body] = await file_objects(call, [document], query.include)
    if document is None or body is None:
        raise NotShownError(query.path)
    path = msgspec.json.encode(query.path)
    whole = b'%s,"virtual_path":%s}' % (body[:-1], path)
    return Ready(whole, headers={"etag": object_tag(document.rev, whole)})


async def _one(call: Call, document: Document | None, what: str, include: str) -> Ready:
    [shown] = await file_objects(call, [document], include)
    if document is None or shown is None:
        raise not_found(f"The file {what}")
    return Ready(shown, headers={"etag": object_tag(document.rev, shown)})

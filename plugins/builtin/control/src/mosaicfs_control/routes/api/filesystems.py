"""Exported roots, and the nodes that have them in their own file system."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.document import Document
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import filesystem_doc_id, prefix_of
from mosaicfs.model.questions import FilesystemsOf
from mosaicfs.model.store import IdRange
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.lists import FURTHEST, Page, answers_of, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()


class FilesystemsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node_id: Annotated[str | None, Meta(description="Those that this node owns.")] = None


class FilesystemPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    friendly_name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] | UnsetType = (
        UNSET
    )


@routes.on("GET", "/api/filesystems", FilesystemsQuery, answer=Filesystem, from_replica=True)
async def filesystems(call: Call, query: FilesystemsQuery) -> Ready:
    """List the exported roots of all nodes, or of one."""
    tag = await list_tag(call)
    if query.node_id is None:
        documents = await _all(call)
    else:
        documents = await answers_of(call.store, FilesystemsOf(query.node_id))
    return slice_of([object_of(document, {}) for document in documents], query, tag)


@routes.on(
    "PATCH",
    "/api/filesystems/{filesystem_id}",
    body=FilesystemPatch,
    answer=Filesystem,
    errors=("not_found", "precondition_failed"),
)
async def change_filesystem(call: Call, query: NoQuery) -> Ready:
    """Rename an exported root."""
    patch = await patch_of(call, FilesystemPatch)
    doc_id = filesystem_doc_id(call.path["filesystem_id"])

    def renamed(before: Filesystem | None) -> Filesystem:
        if before is None:
            raise not_found(f"The file system {call.path['filesystem_id'][:200]}")
        return patched(doc_id, before, patch)

    document = await change(call, doc_id, Filesystem, renamed, lambda found: object_of(found, {}))
    return Ready(object_of(document, {}), headers={"etag": object_tag(document.rev)})


async def _all(call: Call) -> list[Document]:
    prefix = prefix_of("filesystem")
    rows = await call.store.ids(IdRange(prefix, prefix + chr(0x10FFFF)), FURTHEST, include_docs=True)
    found = (row.document for row in rows)
    return [document for document in found if document is not None and noun_of(document, Filesystem) is not None]

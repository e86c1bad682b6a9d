"""Exported roots, and the nodes that have them in their own file system."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from mosaicfs.model.document import Document
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import prefix_of
from mosaicfs.model.questions import FilesystemsOf
from mosaicfs.model.store import IdRange
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.lists import FURTHEST, Page, answers_of, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag

routes = Routes()


class FilesystemsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node_id: Annotated[str | None, Meta(description="Those that this node owns.")] = None


@routes.on("GET", "/api/filesystems", FilesystemsQuery, answer=Filesystem)
async def filesystems(call: Call, query: FilesystemsQuery) -> Ready:
    """List the exported roots of all nodes, or of one."""
    tag = await list_tag(call)
    if query.node_id is None:
        documents = await _all(call)
    else:
        documents = await answers_of(call.store, FilesystemsOf(query.node_id))
    return slice_of([object_of(document, {}) for document in documents], query, tag)


async def _all(call: Call) -> list[Document]:
    prefix = prefix_of("filesystem")
    rows = await call.store.ids(IdRange(prefix, prefix + chr(0x10FFFF)), FURTHEST, include_docs=True)
    found = (row.document for row in rows)
    return [document for document in found if document is not None and noun_of(document, Filesystem) is not None]

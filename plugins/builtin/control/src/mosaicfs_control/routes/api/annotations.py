"""Facts that plugins have told about a file: shown, taken away, asked for anew. Only their runner writes them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import annotation_id, node_doc_id, pair_of, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.questions import DocumentsOfFile
from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.lists import answers_of
from mosaicfs_control.rest.objects import object_of, whole_file_id
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import ask_node
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()


class AnnotationsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    file_id: Annotated[Text, Meta(description="Id of a file; `file::` may be left out.")]
    plugin: Annotated[Text | None, Meta(description="Only what this plugin said, by its whole name.")] = None


class Refreshed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `plugin` every plugin of the node that the file is of."""

    file_id: Annotated[str, Meta(min_length=1, max_length=256)]
    plugin: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET


class ShownAnnotation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Without `plugin` in the query: an object of these, by plugin."""

    file_id: str
    plugin_name: str
    source: JsonObject
    data: JsonObject
    status: str
    error: str | None = None
    annotated_at: str
    updated_at: str
    source_mtime: str | None = None
    source_size: int | None = None
    source_version: str | None = None
    annotation_version: int | None = None


@routes.on(
    "GET", "/api/annotations", AnnotationsQuery, answer=ShownAnnotation, errors=("not_found",), from_replica=True
)
async def file_annotations(call: Call, query: AnnotationsQuery) -> Ready:
    """Show what plugins say of a file: of one plugin, or of all by their names."""
    file = whole_file_id(query.file_id)
    if query.plugin is not None:
        found = await _one(call, file, query.plugin)
        return Ready(object_of(found, {}), headers={"etag": object_tag(found.rev, b"")})
    if noun_of(await call.store.get(file), File) is None:
        raise not_found(f"The file {query.file_id[:200]}")
    tag = await list_tag(call)
    shown = {pair_of(each.id).second: msgspec.Raw(object_of(each, {})) for each in await _of_file(call, file)}
    return Ready(msgspec.json.encode(shown), headers={"etag": tag})


@routes.on("DELETE", "/api/annotations", AnnotationsQuery, errors=("not_found", "precondition_failed"))
async def remove_annotations(call: Call, query: AnnotationsQuery) -> Ready:
    """Take away what plugins say of a file. The next event or full sync writes it anew."""
    file = whole_file_id(query.file_id)
    found = [await _one(call, file, query.plugin)] if query.plugin is not None else await _of_file(call, file)
    if not found:
        raise not_found(f"An annotation of {query.file_id[:200]}")
    await _remove(call, found)
    return Ready(status=204)


@routes.on(
    "POST", "/api/annotations/refresh", body=Refreshed, answer=Job, errors=("not_found", "conflict", "not_supported")
)
async def refresh_annotations(call: Call, query: NoQuery) -> Ready:
    """Take away what plugins say of a file, and ask them at once."""
    asked = await call.body(Refreshed)
    file_id, plugin = whole_file_id(asked.file_id), None if asked.plugin is UNSET else asked.plugin
    file = noun_of(await call.store.get(file_id), File)
    if file is None or file.status != "active":
        raise not_found(f"The file {asked.file_id[:200]}")
    found = [each for each in await _of_file(call, file_id) if plugin in (None, pair_of(each.id).second)]
    writers = {noun.source.node_id for each in found if (noun := noun_of(each, Annotation)) is not None}
    node_id = min(writers) if plugin is not None and writers else file.source.node_id
    node = noun_of(await call.store.get(node_doc_id(node_id)), Node)
    if node is None:
        raise ApiError("not_supported", f"The node {node_id}, whose plugins would be asked, is not known any more.")
    only: JsonObject = {} if plugin is None else {"plugin_name": plugin}
    answer = await ask_node(call, node, "annotate", {**only, "file_ids": [file_id]}, asked="plugin_sync")
    await _remove(call, [each for each in found if _is_of(each, node_id)])
    return answer


def _is_of(document: Document, node_id: str) -> bool:
    noun = noun_of(document, Annotation)
    return noun is not None and noun.source.node_id == node_id


async def _one(call: Call, file_id: str, plugin: str) -> Document:
    found = await call.store.get(annotation_id(tail_of(file_id), plugin))
    if found is None or noun_of(found, Annotation) is None:
        raise not_found(f"What {plugin[:100]} says of {file_id[:200]}")
    return found


async def _of_file(call: Call, file_id: str) -> list[Document]:
    """In the order of the plugins' names."""
    found = await answers_of(call.store, DocumentsOfFile(tail_of(file_id)))
    return [each for each in found if noun_of(each, Annotation) is not None]


async def _remove(call: Call, found: list[Document]) -> None:
    for document in found:
        await change(call, document.id, Annotation, lambda before: None, lambda known: object_of(known, {}))

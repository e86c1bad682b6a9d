"""What the object of a file shows besides its document: its labels always, more where the caller asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.access import Access
from mosaicfs.model.document import Document
from mosaicfs.model.ids import access_id, tail_of
from mosaicfs_control.rest.availability import availabilities
from mosaicfs_control.rest.file_labels import shown_labels
from mosaicfs_control.rest.file_object import Besides, ShownAccess, file_object
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call

Include: TypeAlias = Annotated[
    str,
    Meta(
        max_length=200,
        description="Comma list: `labels` says where each comes from, `paths` are virtual ones, `access` is when the "
        "file was read last.",
    ),
]
MOST_PATHS = 20

_KNOWN = frozenset(("access", "labels", "paths"))
_LATER = frozenset(("annotations", "replicas"))


class IncludeQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    include: Include = ""


def wishes_of(include: str) -> frozenset[str]:
    """`ApiError` 422 for what nobody can include."""
    wished = frozenset(part.strip() for part in include.split(",")) - {""}
    for each in sorted(wished - _KNOWN):
        trouble = "does not work yet" if each in _LATER else f"is none of {', '.join(sorted(_KNOWN))}"
        raise invalid("include", f"{each[:40]} {trouble}")
    return wished


async def besides(call: Call, documents: Sequence[Document], include: str = "") -> list[Besides]:
    """One for each of the documents."""
    wished, ids = wishes_of(include), [document.id for document in documents]
    found = []
    labels = await call.kernel.tree.labels_of(ids) if ids else ()
    reaches, accesses = await availabilities(call, documents), await _accesses(call, ids, wished)
    for file_id, given, reach, access in zip(ids, labels, reaches, accesses, strict=True):
        shown = shown_labels(given) if "labels" in wished else sorted({each.label for each in given})
        paths = await call.kernel.tree.paths_of(file_id, MOST_PATHS) if "paths" in wished else UNSET
        found.append(Besides(shown, reach, paths, access))
    return found


async def _accesses(call: Call, ids: Sequence[str], wished: frozenset[str]) -> Sequence[ShownAccess | UnsetType | None]:
    if "access" not in wished:
        return [UNSET] * len(ids)
    documents = await call.store.get_many([access_id(tail_of(each)) for each in ids])
    found = (noun_of(document, Access) for document in documents)
    return [None if each is None else ShownAccess(each.last_access, each.access_count) for each in found]


async def file_objects(call: Call, documents: Sequence[Document | None], include: str = "") -> list[bytes | None]:
    """In the order of the documents; None for one that is not there or no file."""
    wishes_of(include)
    live = [document for document in documents if document is not None and not document.deleted]
    shown = {
        document.id: file_object(document, each)
        for document, each in zip(live, await besides(call, live, include), strict=True)
    }
    return [None if document is None else shown.get(document.id) for document in documents]

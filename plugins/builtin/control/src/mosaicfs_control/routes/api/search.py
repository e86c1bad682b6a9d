"""Search over the names of all files."""

from __future__ import annotations

from typing import Annotated, Literal, cast, get_args

from msgspec import Meta, Struct

from mosaicfs.model.search import Facet
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.file_object import FileObject, MatchedIn
from mosaicfs_control.rest.filters import LATER, FileSort, OfNodes
from mosaicfs_control.rest.finding import files_answer, nodes_named
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()

_FACETS = get_args(Facet)
_LATER_FACETS = ("places",)


class SearchQuery(OfNodes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sort: Annotated[
        Literal["relevance"] | FileSort, Meta(description="`relevance`, or a field; `-` in front for descending.")
    ] = "relevance"
    facets: Annotated[
        str, Meta(max_length=200, description="Comma list of `node`, `type`, `mime`, `label`, `ext`, `year`, `size`.")
    ] = ""


class FoundFile(FileObject, frozen=True, kw_only=True, omit_defaults=True):
    score: float
    match: MatchedIn | None = None


class FacetCount(Struct, frozen=True):
    value: Annotated[str, Meta(description="As it can be given to the filter of that name.")]
    count: Annotated[int, Meta(description="How many files of the match have it.")]


class Found(Struct, frozen=True, omit_defaults=True):
    """`next_cursor` is absent on the last page; facets are counted over the whole match."""

    items: list[FoundFile]
    total: int | None
    limit: int
    took_ms: int
    interpretation: str
    offset: int | None = None
    next_cursor: str | None = None
    facets: dict[str, list[FacetCount]] | None = None


@routes.on("GET", "/api/search", SearchQuery, answer=Found, errors=("invalid_cursor",), later=LATER, from_replica=True)
async def search(call: Call, query: SearchQuery) -> Ready:
    """Find files by what their names hold and by filters."""
    nodes = await nodes_named(call, (*query.node, *query.node_id))
    return await files_answer(call, query, nodes, query.sort, _facets(query.facets), is_search=True)


def _facets(text: str) -> tuple[Facet, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(","))) if text else ()
    for name in names:
        if name in _LATER_FACETS:
            raise invalid("facets", f"{name} does not work yet: it comes later")
        if name not in _FACETS:
            raise invalid("facets", f"{name[:40]!r} is none of {', '.join(_FACETS)}")
    return cast(tuple[Facet, ...], names)

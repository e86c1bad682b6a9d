"""One page of files, from the parameters to the bytes of the answer: search, lists of files, files of a node."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import UNSET

from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.search import Facet, FacetValue, Hit, Search, SearchPage, Sort
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import query_of
from mosaicfs_control.rest.cursors import Position, cursor_of, position_of
from mosaicfs_control.rest.file_object import MatchedIn, file_object
from mosaicfs_control.rest.filters import LATER, Narrowing, OfNodes, counts_from_now, parameters_of_body, search_of
from mosaicfs_control.rest.including import besides, wishes_of
from mosaicfs_control.rest.interpretation import interpretation
from mosaicfs_control.rest.lists import list_body
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.validators import list_tag
from mosaicfs_control.rest.words import both, search_of_text

_UNBOUND: dict[str, Any] = {"limit": 100, "offset": 0, "count": None, "cursor": None, "include": ""}
_UNBOUND_IN_SEARCH = {**_UNBOUND, "facets": ""}
_ANYTHING = Search()
_MINUTE_S = 60
_SCORE_DIGITS = 3


class _Asked(NamedTuple):
    """`bound` is what cursors of this question are good for; `began` is when the walk through it began."""

    search: Search
    began: int
    bound: bytes


async def files_answer(
    call: Call,
    query: Narrowing,
    nodes: Sequence[str],
    sort: str,
    facets: tuple[Facet, ...] = (),
    *,
    is_search: bool = False,
) -> Ready:
    """`nodes` are ids; a search also says how well each file fits, and what was understood."""
    wishes_of(query.include)
    asked = await _asked(call, query, nodes, is_search=is_search)
    search = msgspec.structs.replace(asked.search, facets=facets, **_order(sort))
    tag = await list_tag(call, str(int(time.time()) // _MINUTE_S) if counts_from_now(query) else "")
    began = time.perf_counter()
    page = await call.store.search(search)
    took_ms = int((time.perf_counter() - began) * 1000)
    members = _members(call, query, asked, page)
    if is_search:
        members |= {"took_ms": took_ms, "interpretation": interpretation(asked.search)}
    if facets:
        members["facets"] = {name: _facet(page.facets.get(name, [])) for name in facets}
    items = await _items(call, query, search, page, scored=is_search)
    body = list_body(items, page.total, query.limit, members)
    return Ready(body, headers={"etag": tag})


async def nodes_named(call: Call, names: Sequence[str]) -> tuple[str, ...]:
    """Ids of the nodes with these ids or friendly names, in the order named; `ApiError` for a name of no node."""
    if not names:
        return ()
    known = {node.node_id: node.friendly_name for _, node in await nouns_of(call.store, NodesByStatus(), Node)}
    known.setdefault(call.kernel.node_id, "")  # its files may be there before its document is
    found: dict[str, None] = {}
    for name in names:
        ids = [node_id for node_id, friendly_name in known.items() if name in (node_id, friendly_name)]
        if not ids:
            raise invalid("node", f"no node is called {name[:100]!r}; there are: {', '.join(sorted(known))}")
        found |= dict.fromkeys([name] if name in ids else ids)
    return tuple(found)


async def _asked(call: Call, query: Narrowing, nodes: Sequence[str], *, is_search: bool) -> _Asked:
    bound = _bound(call, query, nodes)
    position = _position(call, query, bound)
    words = search_of_text(query.q, query.match, position.began)
    named = msgspec.structs.replace(words, nodes=await nodes_named(call, words.nodes))
    search = both(search_of(query, nodes, position.began), named)
    if is_search and msgspec.structs.replace(search, limit=_ANYTHING.limit, offset=0, counted=True) == _ANYTHING:
        raise invalid("q", "say what to look for: q, or at least one filter")
    search = msgspec.structs.replace(search, after=position.after or None)
    return _Asked(search, position.began, bound)


async def search_of_body(call: Call, field: str, members: JsonObject) -> Search:
    """The filters of section 4 of the page as a JSON object; `ApiError` where it asks for nothing."""
    query = query_of(parameters_of_body(field, members), OfNodes, LATER)
    found = (await _asked(call, query, await nodes_named(call, (*query.node, *query.node_id)), is_search=False)).search
    if found == _ANYTHING:
        raise invalid(field, "say which files: q, or at least one filter")
    return found


def _bound(call: Call, query: Narrowing, nodes: Sequence[str]) -> bytes:
    changes = _UNBOUND_IN_SEARCH if hasattr(query, "facets") else _UNBOUND
    narrowing = msgspec.structs.replace(query, **changes)
    asker = [call.principal.kind, call.principal.name]
    return msgspec.json.encode([asker, call.path, nodes, type(query).__name__, narrowing])


def _position(call: Call, query: Narrowing, bound: bytes) -> Position:
    """Where the page begins; a new walk begins now, before everything."""
    if query.cursor is None:
        return Position(int(time.time()), ())
    if query.offset:
        raise invalid("offset", "goes without a cursor, which knows where the page begins")
    return position_of(call.here.cursor_key, bound, query.cursor)


def _order(sort: str) -> dict[str, Any]:
    return {"sort": cast(Sort, sort.removeprefix("-")), "descending": sort.startswith("-")}


def _members(call: Call, query: Narrowing, asked: _Asked, page: SearchPage) -> dict[str, Any]:
    """A page that was asked for by its offset says it; any other says how to go on."""
    if query.offset:
        return {"offset": query.offset}
    if page.next is None:
        return {}
    cursor = cursor_of(call.here.cursor_key, asked.bound, Position(asked.began, page.next))
    return {"next_cursor": cursor}


async def _items(call: Call, query: Narrowing, search: Search, page: SearchPage, *, scored: bool) -> list[bytes]:
    more = await besides(call, [hit.document for hit in page.hits], query.include)
    found = zip(page.hits, more, strict=True)
    if not scored:
        shown = (file_object(hit.document, each) for hit, each in found)
    else:
        shown = (
            file_object(hit.document, each, round(hit.score, _SCORE_DIGITS), _match(search, hit)) for hit, each in found
        )
    return [item for item in shown if item is not None]


def _match(search: Search, hit: Hit) -> Any:
    if not search.words:
        return UNSET
    return MatchedIn("path" if search.within == "path" and not hit.ranges else "name", hit.ranges)


def _facet(values: Sequence[FacetValue]) -> list[dict[str, Any]]:
    return [{"value": found.value, "count": found.count} for found in values]

"""Mango queries, and the indexes that nobody needs to make."""

from __future__ import annotations

from typing import Literal

import msgspec

from mosaicfs import wire
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Find
from mosaicfs_control.answers import Answer, Ready, json_answer
from mosaicfs_control.errors import RefusedError, bad_request
from mosaicfs_control.routing import CONTROL_ONLY, Call, Routes
from mosaicfs_control.shown import encoded, joined

routes = Routes()

MOST_ROWS = 10_000


class _Find(msgspec.Struct):
    """`use_index`, `r`, `update` and `stable` are hints of CouchDB's; they may stand there."""

    selector: JsonObject
    limit: int = 25
    skip: int = 0
    sort: list[str | dict[str, Literal["asc", "desc"]]] = []
    fields: list[str] | None = None
    bookmark: str = ""
    conflicts: bool = False
    execution_stats: bool = False


@routes.on("POST", "/{db}/_find")
async def find(call: Call) -> Answer:
    asked = await call.incoming.json(_Find)
    if not 0 <= asked.limit <= MOST_ROWS or asked.skip < 0:
        raise bad_request(f"limit must be 0 to {MOST_ROWS} and skip not negative")
    query = Find(
        selector=asked.selector,
        limit=asked.limit,
        skip=asked.skip,
        sort=_sort(asked.sort),
        fields=None if asked.fields is None else tuple(asked.fields),
        bookmark=asked.bookmark,
    )
    found = await call.store.find(query)
    docs = [await _shown(call, document, asked) for document in found.documents]
    rest: dict[str, object] = {"bookmark": found.bookmark}
    if found.warning:
        rest["warning"] = found.warning
    if asked.execution_stats:
        rest["execution_stats"] = {"total_docs_examined": found.examined, "results_returned": len(docs)}
    return Ready(b'{"docs":[%s],%s' % (joined(docs), encoded(rest)[1:]))


async def _shown(call: Call, document: Document, asked: _Find) -> bytes:
    """A projection keeps `_id` and `_rev` only where they are among its fields."""
    if asked.conflicts and asked.fields is None:
        document = await call.store.get(document.id) or document
    whole = wire.document_to_json(document, revisions=False, conflicts=asked.conflicts)
    if asked.fields is None or {"_id", "_rev"} <= set(asked.fields):
        return whole
    members = msgspec.json.decode(whole, type=dict[str, msgspec.Raw])
    return encoded({name: value for name, value in members.items() if name not in {"_id", "_rev"} - set(asked.fields)})


def _sort(asked: list[str | dict[str, Literal["asc", "desc"]]]) -> tuple[tuple[str, bool], ...]:
    """One direction for all, as in CouchDB: an index is read one way or the other."""
    fields = [(one, "asc") if isinstance(one, str) else next(iter(one.items()), ("", "asc")) for one in asked]
    if len({direction for _, direction in fields}) > 1:
        raise BadQueryError("unsupported_mixed_sort", "Sorts currently only support a single direction for all fields.")
    return tuple((name, direction == "desc") for name, direction in fields)


@routes.on("GET", "/{db}/_index")
async def indexes(call: Call) -> Answer:
    by_id = {"ddoc": None, "name": "_all_docs", "type": "special", "def": {"fields": [{"_id": "asc"}]}}
    return json_answer({"total_rows": 1, "indexes": [by_id]})


class _Index(msgspec.Struct):
    name: str = "built-in"


@routes.on("POST", "/{db}/_index", CONTROL_ONLY)
async def make_index(call: Call) -> Answer:
    """Whatever is asked for is there already: the store keeps the indexes that its questions need."""
    asked = await call.incoming.json(_Index)
    return json_answer({"result": "exists", "id": "_design/mosaicfs", "name": asked.name})


@routes.on("DELETE", "/{db}/_index/{ddoc}/json/{name}")
@routes.on("DELETE", "/{db}/_index/_design/{ddoc}/json/{name}")
async def drop_index(call: Call) -> Answer:
    raise RefusedError("forbidden", "The indexes of this server are built in.")

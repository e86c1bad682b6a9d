"""What was significant in the last thirty days."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.events.activity import Deed
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()


class ActivityQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node_id: Annotated[str | None, Meta(description="Only what happened on this node.")] = None
    limit: Annotated[int, Meta(ge=1, le=500, description="Most entries.")] = 50


class Deeds(Struct, frozen=True):
    items: list[Deed]


@routes.on("GET", "/api/activity", ActivityQuery, answer=Deeds)
async def activity(call: Call, query: ActivityQuery) -> Ready:
    """List crawls, nodes that joined, notices and sums of changes by folder, newest first."""
    return json_answer(Deeds(await call.instance.events.activity(query.node_id, query.limit)))

"""Where copies of a file are."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.file_copies import FileCopies, file_copies
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.objects import whole_file_id
from mosaicfs_control.rest.other_readers import other_reader
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()


class CopiesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reader: Annotated[
        Text | None, Meta(description="Id of the node that would read; without it the one that answers.")
    ] = msgspec.field(default=None, name="from")


@routes.on(
    "GET", "/api/files/{file_id}/copies", CopiesQuery, answer=FileCopies, errors=("not_found",), from_replica=True
)
async def copies(call: Call, query: CopiesQuery) -> Ready:
    """List every known copy of a file, and say which of them a read would use."""
    reader = await other_reader(call, query.reader)
    return json_answer(await file_copies(call, whole_file_id(call.path["file_id"]), reader))

"""Deleting everything, for developers. Whoever calls must have meant it twice: by the mode, and by a word."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mosaicfs.model.ids import credential_id
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import job_of_node
from mosaicfs_control.wiping import wipe

routes = Routes()


class Wipe(Struct, frozen=True, forbid_unknown_fields=True):
    confirm: Annotated[Literal["DELETE_ALL_DATA"], Meta(description="The word that says that it is meant.")]


class Wiped(Struct, frozen=True):
    deleted_count: int


@routes.on("DELETE", "/api/system/data", body=Wipe, answer=Wiped, errors=("developer_mode_required",))
async def wipe_data(call: Call, query: NoQuery) -> Ready:
    """Delete all that persons made and all that was indexed; nodes then index their files anew. Developer mode only."""
    if not call.kernel.settings.developer_mode:
        message = "Everything can only be deleted in developer mode. Start with: mosaicfs server --developer-mode"
        raise ApiError("developer_mode_required", message)
    await call.body(Wipe)
    principal = call.principal
    keeping = {credential_id(principal.name)} if principal.kind == "access_key" else set()
    deleted = await wipe(call.kernel, keeping)
    noted(call, "data_wiped", detail={"documents": deleted})
    for _, node in await nouns_of(call.store, NodesByStatus(), Node):
        if node.status != "disabled" and node.role is None:
            await job_of_node(call, node, "reindex", {"rebuild_derived": True})
    return json_answer(Wiped(deleted))

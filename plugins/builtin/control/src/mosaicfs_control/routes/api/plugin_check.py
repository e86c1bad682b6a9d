"""Trying a plugin that runs on a node: its agent is asked how it fares, and a channel sends a test message."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mosaicfs.model.ids import new_uuid
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_plugin_name
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import require_enabled
from mosaicfs_control.routes.api.nodes import known_node

routes = Routes()


class Checked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a plugin fares on its node."""

    standing: Annotated[str, Meta(description="`ready`, or why it is not asked.")]
    installed: Annotated[bool, Meta(description="Whether the node has loaded it.")]
    settings_ok: Annotated[bool, Meta(description="Whether it can work as it is set up, as far as this could tell.")]
    delivered: Annotated[bool | None, Meta(description="Of a channel: whether the test message was taken.")] = None
    last_error: Annotated[str | None, Meta(description="Why it is not ready, or what became of the message.")] = None


@routes.on(
    "POST",
    "/api/nodes/{node_id}/plugins/{plugin_name}/check",
    answer=Checked,
    errors=("not_found", "conflict", "timeout", "source_failed"),
)
async def check_plugin(call: Call, query: NoQuery) -> Ready:
    """Ask a plugin on its node how it fares. A channel sends a test message, whatever its rules say."""
    _, node = await known_node(call)
    name = call.path["plugin_name"]
    if not is_plugin_name(name):
        raise not_found(f"The plugin {name[:100]}")
    require_enabled(node)
    requests, job_id = call.instance.reception.requests, new_uuid()
    asked: JsonObject = {"plugin": name}
    await requests.ask(node.node_id, job_id, "plugin_check", asked)
    report = await requests.answer_of(node.node_id, job_id)
    if report.state == "failed" or not report.result:
        raise ApiError("source_failed", "; ".join(report.errors) or f"{node.friendly_name} could not try it.")
    return json_answer(report.result)

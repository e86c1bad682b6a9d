"""What waits for a plugin of a node: asked of its agent, put back, and everything asked anew."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import new_uuid, plugin_id, status_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.plugin import Plugin
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.requests import ANSWER_S
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, slice_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import ask_node, require_enabled
from mosaicfs_control.rest.validators import list_tag
from mosaicfs_control.routes.api.nodes import known_node

routes = Routes()

PLUGIN = "/api/nodes/{node_id}/plugins/{plugin_name}"


class SyncAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    force: Annotated[bool, Meta(description="Also about files whose facts are current.")] = False


class JobsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Annotated[
        Literal["pending", "in_flight", "failed", "acked"] | None, Meta(description="Only jobs in this state.")
    ] = None


class PluginJob(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event for the plugin. `file_id` is absent for events that are not about a file."""

    id: int
    event_type: str
    file_id: str | None = None
    status: str
    attempts: int
    next_attempt: str | None = None
    last_error: str | None = None
    created_at: str


class Retried(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ids: Annotated[tuple[int, ...], Meta(max_length=1_000)] | UnsetType = UNSET


class Requeued(Struct, frozen=True):
    requeued: int


@routes.on("POST", f"{PLUGIN}/sync", body=SyncAsked, answer=Job, errors=("not_found", "conflict"))
async def sync_plugin(call: Call, query: NoQuery) -> Ready:
    """Ask a plugin about every file whose facts are not current. One that runs is joined."""
    asked = await call.body(SyncAsked)
    node = await _node_of(call)
    return await ask_node(call, node, "plugin_sync", {"plugin_name": _name(call), "force": asked.force})


@routes.on(
    "GET", f"{PLUGIN}/jobs", JobsQuery, answer=PluginJob, errors=("not_found", "conflict", "timeout", "source_failed")
)
async def plugin_jobs(call: Call, query: JobsQuery) -> Ready:
    """List what waits for a plugin, is at work or was over within the last day, the newest first."""
    node = await _node_of(call)
    only: JsonObject = {} if query.status is None else {"status": query.status}
    found = await _listed(call, node, {"plugin_name": _name(call), **only})
    try:
        jobs = msgspec.convert(found.get("items", ()), list[PluginJob])
    except msgspec.ValidationError as trouble:
        raise ApiError("source_failed", f"{node.friendly_name} listed what makes no sense: {trouble}") from None
    return slice_of([msgspec.json.encode(each) for each in jobs], query, await list_tag(call))


@routes.on(
    "POST",
    f"{PLUGIN}/jobs/retry",
    body=Retried,
    answer=Requeued,
    errors=("not_found", "conflict", "timeout", "source_failed"),
)
async def retry_plugin_jobs(call: Call, query: NoQuery) -> Ready:
    """Put failed jobs back, and try a plugin again that was paused."""
    asked = await call.body(Retried)
    node = await _node_of(call)
    ids: JsonObject = {} if asked.ids is UNSET else {"ids": list(asked.ids)}
    found = await _answer(call, node, "plugin_retry", {"plugin_name": _name(call), **ids}, new_uuid())
    count = found.get("requeued")
    return json_answer(Requeued(count if isinstance(count, int) else 0))


# --- the node ------------------------------------------------------------------------------------------------------


def _name(call: Call) -> str:
    return call.path["plugin_name"]


async def _node_of(call: Call) -> Node:
    """The node, once it is clear that it has such a plugin."""
    _, node = await known_node(call)
    name = _name(call)
    enabled = noun_of(await call.store.get(plugin_id(node.node_id, name)), Plugin)
    status = noun_of(await call.store.get(status_id(node.node_id)), AgentStatus)
    if enabled is None and (status is None or name not in status.available_plugins):
        raise not_found(f"The plugin {name[:100]} on {node.friendly_name}")
    return node


async def _listed(call: Call, node: Node, args: JsonObject) -> JsonObject:
    """A list is of use to nobody later: who looks again and again at a node that is away leaves nothing with it."""
    job_id = new_uuid()
    try:
        return await _answer(call, node, "plugin_jobs", args, job_id)
    except ApiError as refusal:
        if refusal.code != "timeout":
            raise
        await call.instance.reception.requests.withdraw(node.node_id, [job_id])
        message = f"{node.friendly_name} did not say within {ANSWER_S:g} s what waits for its plugin."
        raise ApiError("timeout", message) from None


async def _answer(call: Call, node: Node, kind: str, args: JsonObject, job_id: str) -> JsonObject:
    """What its agent says within ten seconds."""
    require_enabled(node)
    requests = call.instance.reception.requests
    await requests.ask(node.node_id, job_id, kind, args)
    report = await requests.answer_of(node.node_id, job_id)
    if report.state == "failed":
        raise ApiError("source_failed", "; ".join(report.errors) or f"{node.friendly_name} could not say.")
    return report.result or {}

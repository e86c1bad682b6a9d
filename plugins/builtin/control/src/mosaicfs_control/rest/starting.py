"""Calls that begin long work: 202 with the job, whoever does it."""

from __future__ import annotations

from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.jobs.job import Job, JobError, JobKind
from mosaicfs_control.jobs.jobs import Run
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call


async def start(call: Call, kind: JobKind, request: JsonObject, run: Run) -> Ready:
    """Work of the control plane itself."""
    return accepted(await call.instance.jobs.create(kind, request, call.principal.name, run=run))


async def ask_node(call: Call, node: Node, kind: JobKind, args: JsonObject, asked: str = "") -> Ready:
    """Work that a node does, now or when it is back."""
    return accepted(await job_of_node(call, node, kind, args, asked))


async def job_of_node(call: Call, node: Node, kind: JobKind, args: JsonObject, asked: str = "") -> Job:
    """`ApiError` 409 for a node that was disabled, before there is a job.

    `asked` is what the agent calls that work, where it is called otherwise than the job.
    """
    require_enabled(node)
    jobs, away = call.instance.jobs, node.status == "offline"
    job = await jobs.create(kind, args, call.principal.name, node.node_id, waits=away)
    try:
        await call.instance.reception.requests.ask(node.node_id, job.job_id, asked or kind, args)
    except ApiError as refused:
        await jobs.finish(job.job_id, "failed", errors=[JobError(code=refused.code, message=refused.message)])
        raise
    return job


def require_enabled(node: Node) -> None:
    if node.status == "disabled":
        message = f"{node.friendly_name} is disabled and does no work. Enable it first."
        raise ApiError("conflict", message, {"reason": "node_disabled"})


def accepted(job: Job) -> Ready:
    return json_answer(job, 202, {"location": f"/api/jobs/{job.job_id}"})

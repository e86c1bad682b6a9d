"""Long work: how far it is, what came of it, and how to stop it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job, JobError, JobKind, JobState
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import accepted
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

MOST_WAIT_S = 60


class JobsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Annotated[tuple[JobState, ...], Meta(description="Only those in one of these states.")] = ()
    kind: Annotated[tuple[JobKind, ...], Meta(description="Only those of one of these kinds.")] = ()


class JobQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    wait_s: Annotated[
        float, Meta(ge=0, le=MOST_WAIT_S, description="Answer as soon as something changes, at most so much later.")
    ] = 0


@routes.on("GET", "/api/jobs", JobsQuery, answer=Job)
async def jobs(call: Call, query: JobsQuery) -> Ready:
    """List jobs, newest first, without their errors."""
    page = await call.instance.jobs.list(query.state, query.kind, query.limit, query.offset)
    items = [_listed(job) for job in page.jobs]
    tag = await list_tag(call, *(item.decode() for item in items))
    return page_answer(items, query, page.total, tag)


@routes.on("GET", "/api/jobs/{job_id}", JobQuery, answer=Job, errors=("not_found",))
async def one_job(call: Call, query: JobQuery) -> Ready:
    """Show one job with its first 1,000 errors."""
    found = None
    with call.instance.stopping.ends_the_wait():
        found = await call.instance.jobs.get(call.path["job_id"], query.wait_s)
    if found is None:
        found = await _known(call)
    body = msgspec.json.encode(found)
    return Ready(body, headers={"etag": object_tag(found.job_id, body)})


@routes.on("POST", "/api/jobs/{job_id}/cancel", answer=Job, errors=("not_found", "conflict"))
async def cancel(call: Call, query: NoQuery) -> Ready:
    """Stop a job. What was done stays done."""
    job = await _known(call)
    cancelled = await call.instance.jobs.cancel(job.job_id)
    if cancelled is None:
        job = await _known(call)
        raise _too_late(job) if job.is_over else _cannot_stop(job)
    return accepted(cancelled)


@routes.on("GET", "/api/jobs/{job_id}/errors", Page, answer=JobError, errors=("not_found",))
async def errors(call: Call, query: Page) -> Ready:
    """List everything that went wrong in a job, in the order in which it did."""
    job = await _known(call)
    page = await call.instance.jobs.errors(job.job_id, query.limit, query.offset)
    items = [msgspec.json.encode(error) for error in page.errors]
    return page_answer(items, query, page.total, await list_tag(call, str(page.total)))


async def _known(call: Call) -> Job:
    found = await call.instance.jobs.get(call.path["job_id"])
    if found is None:
        raise not_found(f"The job {call.path['job_id'][:100]}")
    return found


def _listed(job: Job) -> bytes:
    shown = msgspec.to_builtins(job)
    del shown["errors"]
    return msgspec.json.encode(shown)


def _too_late(job: Job) -> ApiError:
    message = f"This job is {job.state.replace('_', ' ')} already."
    return ApiError("conflict", message, {"reason": "finished", "state": job.state})


def _cannot_stop(job: Job) -> ApiError:
    message = f"{job.node_id} has begun this job, and it cannot be stopped from here. Wait for its end."
    return ApiError("conflict", message, {"reason": "not_cancellable", "state": job.state})

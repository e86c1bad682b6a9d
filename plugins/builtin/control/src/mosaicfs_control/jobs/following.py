"""A job that is made of jobs of several nodes: it is done when they are, and counts them."""

from __future__ import annotations

from collections.abc import Sequence

import trio

from mosaicfs.model.json import JsonObject
from mosaicfs_control.jobs.job import Job, JobError, Tally
from mosaicfs_control.jobs.jobs import Jobs, Run, Work


def follow(jobs: Jobs) -> Run:
    """`job_ids` of its request are what it waits for. It can go on after a restart."""

    async def run(work: Work) -> JsonObject:
        try:
            return await _follow(jobs, work, _parts_of(work))
        except trio.Cancelled:
            if work.job.state == "cancelling":
                with trio.CancelScope(shield=True):
                    for job_id in _parts_of(work):
                        await jobs.cancel(job_id)
            raise

    return run


async def _follow(jobs: Jobs, work: Work, parts: Sequence[str]) -> JsonObject:
    over: dict[str, Job] = {}
    while True:
        change = jobs.next_change()
        found = {job_id: job for job_id in parts if (job := await jobs.get(job_id)) is not None}
        for job_id in [job_id for job_id, job in found.items() if job.is_over and job_id not in over]:
            over[job_id] = found[job_id]
            _tell_end(work, found[job_id])
        still = [job for job in found.values() if not job.is_over]
        failed = sum(job.state != "done" for job in over.values())
        counts = Tally(planned=len(parts), done=len(over) - failed, failed=failed)
        names = tuple(job.node_id for job in still if job.node_id)
        state = "waiting" if still and all(job.state == "waiting" for job in still) else "running"
        work.progress(state, phase="nodes", counts=counts, current=names)  # type: ignore[arg-type]  # one of the two
        if not still:
            return {"jobs": {job_id: job.state for job_id, job in over.items()}}
        await change.wait()


def _tell_end(work: Work, job: Job) -> None:
    if job.state != "done":
        first = job.errors[0].message if job.errors else f"The job of {job.node_id} is {job.state.replace('_', ' ')}."
        work.error(JobError(code="source_failed", message=first, name=job.node_id))


def _parts_of(work: Work) -> list[str]:
    ids = work.request.get("job_ids")
    return [str(job_id) for job_id in ids] if isinstance(ids, list | tuple) else []

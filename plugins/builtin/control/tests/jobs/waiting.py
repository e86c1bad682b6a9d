"""Waiting until a job is over."""

from __future__ import annotations

import trio

from mosaicfs_control.jobs.job import Job
from mosaicfs_control.jobs.jobs import Jobs


async def over(jobs: Jobs, job: Job) -> Job:
    with trio.fail_after(20):
        while True:
            change = jobs.next_change()
            found = await jobs.get(job.job_id)
            assert found is not None
            if found.is_over:
                return found
            await change.wait()

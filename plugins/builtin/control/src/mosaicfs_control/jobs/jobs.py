"""All jobs of the control plane: those that it does itself, and those that a node does and tells of by heartbeat.

What is under way stands in memory and on disk; progress reaches the disk once a second at most. After a restart a node
goes on by itself, and so does a kind of job that has a runner among `resumed`; the rest failed when the server stopped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import time
from typing import Any, TypeAlias

import msgspec
import structlog
import trio
from msgspec import structs

from mosaicfs.errors import MosaicError
from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.ids import new_uuid
from mosaicfs.model.json import JsonObject
from mosaicfs.model.retry import wait_after
from mosaicfs.model.times import Clock, now_text, time_text
from mosaicfs_control.jobs.job import MOST_ERRORS, STATES, Amount, Job, JobError, JobKind, JobState, Tally, moved
from mosaicfs_control.jobs.job_file import FILE, ErrorPage, JobFile, Page
from mosaicfs_control.own_database import open_own_database
from mosaicfs_control.rest.refusals import ApiError

KEPT_S = 90 * 86_400
PRUNED_S = 86_400.0
WRITTEN_S = 1.0

Publish: TypeAlias = Callable[[str, JsonObject, "str | None"], object]
"""Tells everybody: the type of an event, its data, the node that it is about."""

log = structlog.get_logger(__name__)


class Work:
    """What a running job is given: it says how far it is. Neither call waits or fails."""

    def __init__(self, jobs: Jobs, job: Job) -> None:
        self._jobs = jobs
        self._job_id = job.job_id
        self.request = job.request
        self.errors: list[JobError] = []
        self.changed = False

    @property
    def job(self) -> Job:
        return self._jobs.live[self._job_id]

    def progress(self, state: JobState | None = None, **members: Any) -> None:
        """`phase`, `counts`, `bytes`, `rate_bps`, `eta_s`, `current`; a state such as `running` or `waiting`."""
        job = structs.replace(self.job, **members)
        if state is not None and job.state != "cancelling":
            job = moved(job, state, self._jobs.now())
        self._jobs.live[self._job_id] = job
        self.changed = True

    def error(self, error: JobError) -> None:
        self.errors.append(error)
        shown = self.job.errors
        if len(shown) < MOST_ERRORS:
            self.progress(errors=(*shown, error))

    def take_errors(self) -> list[JobError]:
        taken, self.errors = self.errors, []
        return taken


Run: TypeAlias = Callable[[Work], Awaitable["JsonObject | None"]]
"""Does the job and answers its result. It is cancelled where it waits; what it has done until then stays done."""


class Jobs:
    """`live` are those that are not over."""

    def __init__(self, file: JobFile, nursery: trio.Nursery, publish: Publish, clock: Clock = time) -> None:
        self.live: dict[str, Job] = {}
        self.withdraw: Callable[[Job], Awaitable[None]] | None = None
        """Takes back what was asked of a node that has not begun. Without it a node's job cannot be cancelled."""
        self._file = file
        self._nursery = nursery
        self._publish = publish
        self._clock = clock
        self._scopes: dict[str, trio.CancelScope] = {}
        self._changes: dict[str, trio.Event] = {}
        self._any_change = trio.Event()
        self._ending: set[str] = set()

    def now(self) -> str:
        return now_text(self._clock)

    # --- asking --------------------------------------------------------------------------------------------------

    async def get(self, job_id: str, wait_s: float = 0) -> Job | None:
        """With `wait_s` as soon as something has changed, at most so much later; at once where it is over."""
        job = self.live.get(job_id)
        if job is None:
            return await self._file.get(job_id)
        if wait_s > 0:
            with trio.move_on_after(wait_s):
                await self._changes.setdefault(job_id, trio.Event()).wait()
        return self.live.get(job_id) or await self._file.get(job_id)

    def next_change(self) -> trio.Event:
        """Of any job. Take it before you look, and wait for it after."""
        return self._any_change

    async def list(self, states: Sequence[str], kinds: Sequence[str], limit: int, offset: int) -> Page:
        """Newest first, without their errors."""
        page = await self._file.page(states, kinds, limit, offset)
        fresh = (self.live.get(job.job_id, job) for job in page.jobs)
        return Page([structs.replace(job, errors=()) for job in fresh], page.total)

    async def errors(self, job_id: str, limit: int, offset: int) -> ErrorPage:
        return await self._file.errors(job_id, limit, offset)

    # --- changing ------------------------------------------------------------------------------------------------

    async def create(
        self,
        kind: JobKind,
        request: JsonObject,
        created_by: str,
        node_id: str | None = None,
        run: Run | None = None,
        *,
        waits: bool = False,
    ) -> Job:
        """With `run` it is begun here; else the node does it and tells of it. `waits`: that node is offline."""
        job = Job(
            job_id=new_uuid(self._clock),
            kind=kind,
            state="waiting" if waits else "queued",
            created_at=self.now(),
            created_by=created_by,
            node_id=node_id,
            cancellable=run is not None or self.withdraw is not None,
            request=request,
        )
        await self._keep(job)
        if run is not None:
            self._nursery.start_soon(self._run, job.job_id, run)
        return job

    async def progress(self, job_id: str, state: JobState | None = None, **members: Any) -> Job | None:
        """Of a job that is done elsewhere; None where it is over or unknown."""
        job = self._going_on(job_id)
        if job is None:
            return None
        after = structs.replace(job, **members)
        if state is not None and job.state != "cancelling":
            after = moved(after, state, self.now())
        if after != job:
            await self._keep(after)
        return after

    async def finish(
        self, job_id: str, state: JobState, result: JsonObject | None = None, errors: Sequence[JobError] = ()
    ) -> Job | None:
        """Its end, once: who was cancelled ends so. None where it is over already."""
        job = self._going_on(job_id)
        if job is None:
            return None
        shown = (*job.errors, *errors)[:MOST_ERRORS]
        end: JobState = "cancelled" if job.state == "cancelling" else state
        over = moved(structs.replace(job, result=result, errors=shown), end, self.now())
        self._ending.add(job_id)
        try:
            await self._keep(over, errors)
        finally:
            self._ending.discard(job_id)
        return over

    async def cancel(self, job_id: str) -> Job | None:
        """None where it is over, unknown, or can no longer be stopped. Twice is as good as once."""
        job = self._going_on(job_id)
        if job is None or not (job.cancellable or job.state == "cancelling"):
            return None
        if job.state == "cancelling":
            return job
        job = moved(job, "cancelling", self.now())
        await self._keep(job)
        if (scope := self._scopes.get(job_id)) is not None:
            scope.cancel()
        elif job.node_id is not None and self.withdraw is not None:
            await self.withdraw(job)
            return await self.finish(job_id, "cancelled") or job
        return job

    async def reported(self, node_id: str, report: JobReport) -> Job | None:
        """What a heartbeat says of a job of that node; None where it is none, of another node, or long over.

        What the node has begun cannot be taken back any more.
        """
        job = self.live.get(report.job_id) or await self._file.get(report.job_id)
        if job is None or job.node_id != node_id:
            return None
        if job.is_over:
            return job
        errors = [JobError(code="source_failed", message=text[:1_000]) for text in report.errors]
        state = _state_of(report, errors)
        if state in ("done", "done_with_errors", "failed", "cancelled"):
            end: JobState = "failed" if state == "cancelled" and job.state != "cancelling" else state
            return await self.finish(job.job_id, end, report.result or None, errors)
        return await self.progress(job.job_id, state, cancellable=False, **_progress_of(report))

    def _going_on(self, job_id: str) -> Job | None:
        """None as soon as its end is being written."""
        return None if job_id in self._ending else self.live.get(job_id)

    # --- running -------------------------------------------------------------------------------------------------

    async def resume(self, runners: Mapping[str, Run]) -> None:
        """Once, at the start."""
        for job in await self._file.unfinished():
            self.live[job.job_id] = job
            if job.state == "cancelling":
                await self.finish(job.job_id, "cancelled", job.result)
            elif job.node_id is None and (run := runners.get(job.kind)) is not None:
                self._nursery.start_soon(self._run, job.job_id, run)
            elif job.node_id is None:
                stopped = JobError(code="shutting_down", message="The server stopped meanwhile. Start it again.")
                await self.finish(job.job_id, "failed", job.result, [stopped])

    async def prune_often(self) -> None:
        """For ever."""
        while True:
            await trio.sleep(PRUNED_S)
            await self.prune()

    async def prune(self) -> None:
        """Forget what has been over for 90 days."""
        try:
            await self._file.forget_finished(time_text(int((self._clock() - KEPT_S) * 1_000_000)))
        except MosaicError as trouble:
            log.warning("old_jobs_kept", cause=str(trouble))

    async def _run(self, job_id: str, run: Run) -> None:
        work = Work(self, self.live[job_id])
        result: JsonObject | None = None
        failure: JobError | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write_progress, work)
            with trio.CancelScope() as scope:
                self._scopes[job_id] = scope
                if self.live[job_id].state == "cancelling":
                    scope.cancel()
                try:
                    work.progress("planning" if work.job.state == "queued" else None)
                    result = await run(work)
                except Exception as cause:  # noqa: BLE001 - whatever a job meets is told in the job
                    failure = _failure(cause, job_id)
            del self._scopes[job_id]
            nursery.cancel_scope.cancel()
        if failure is not None:
            work.error(failure)
        errors = work.take_errors()
        await _insistently(partial(self._keep, self.live[job_id], errors))
        await _insistently(partial(self.finish, job_id, _end_of(work.job, failure), result))

    async def _write_progress(self, work: Work) -> None:
        while True:
            if work.changed:
                work.changed = False
                errors = work.take_errors()
                await _insistently(partial(self._keep, work.job, errors))
            await trio.sleep(WRITTEN_S)

    async def _keep(self, job: Job, errors: Sequence[JobError] = ()) -> None:
        """On disk, then told. Although the caller is gone or the job was cancelled: it has happened."""
        with trio.CancelScope(shield=True):
            if not job.is_over:
                self.live[job.job_id] = job
            await self._file.put(job, errors)
        if job.is_over:
            self.live.pop(job.job_id, None)
        shown: JsonObject = msgspec.to_builtins(job)
        shown.pop("errors")  # type: ignore[attr-defined]  # made just now
        self._publish("job.changed", shown, job.node_id)
        self._changes.pop(job.job_id, trio.Event()).set()
        self._any_change.set()
        self._any_change = trio.Event()


@asynccontextmanager
async def open_jobs(
    state_dir: Path, publish: Publish, resumed: Mapping[str, Callable[[Jobs], Run]] | None = None, clock: Clock = time
) -> AsyncIterator[Jobs]:
    """`resumed` makes the runners of those kinds that can go on after a restart. What runs is cut off at the end."""
    async with open_own_database(state_dir / "jobs.db", FILE) as database, trio.open_nursery() as nursery:
        jobs = Jobs(JobFile(database), nursery, publish, clock)
        await jobs.resume({kind: make(jobs) for kind, make in (resumed or {}).items()})
        await jobs.prune()
        nursery.start_soon(jobs.prune_often)
        try:
            yield jobs
        finally:
            nursery.cancel_scope.cancel()


async def _insistently(write: Callable[[], Awaitable[object]]) -> None:
    """A disk that is full or busy now has room later; a job must not take the server with it."""
    failures = 0
    while True:
        try:
            await write()
        except MosaicError as trouble:
            failures += 1
            log.warning("jobs_not_kept", cause=str(trouble), attempt=failures)
            await trio.sleep(wait_after(failures))
        else:
            return


def _end_of(job: Job, failure: JobError | None) -> JobState:
    if failure is not None:
        return "failed"
    return "done_with_errors" if job.errors else "done"


def _state_of(report: JobReport, errors: Sequence[JobError]) -> JobState:
    """What a newer node may call otherwise counts as running."""
    if report.state == "done" and errors:
        return "done_with_errors"
    known = report.state in STATES - {"queued", "cancelling"}
    return report.state if known else "running"  # type: ignore[return-value]  # compared just now


def _progress_of(report: JobReport) -> dict[str, Any]:
    """Members that make no sense are left out: a node's word is no reason to lose its job."""
    found: dict[str, Any] = {}
    shapes = {"phase": str, "counts": Tally, "bytes": Amount, "rate_bps": int, "eta_s": int, "current": tuple[str, ...]}
    for name, shape in shapes.items():
        if name in report.progress:
            try:
                found[name] = msgspec.convert(report.progress[name], shape)
            except msgspec.ValidationError:
                log.info("progress_makes_no_sense", job_id=report.job_id, member=name)
    return found


def _failure(cause: Exception, job_id: str) -> JobError:
    if isinstance(cause, ApiError):
        return JobError(code=cause.code, message=cause.message)
    if isinstance(cause, MosaicError):
        return JobError(code="source_failed", message=str(cause))
    log.error("job_failed", job_id=job_id, exc_info=cause)
    return JobError(code="internal", message=f"The server failed; its log says more under {job_id}.")

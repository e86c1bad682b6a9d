"""Jobs over a real file: what runs here, what a node does, what a restart and a cancellation make of both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.heartbeat import JobReport
from mosaicfs.model.json import JsonObject
from mosaicfs_control.jobs.following import follow
from mosaicfs_control.jobs.job import MOST_ERRORS, Job, JobError, Tally
from mosaicfs_control.jobs.jobs import KEPT_S, Jobs, Run, Work, open_jobs
from plugins.builtin.control.tests.jobs.waiting import over

DAY_S = 86_400


class Told:
    """The events that were published."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.all: list[JsonObject] = []

    def publish(self, kind: str, data: JsonObject, node_id: str | None) -> None:
        assert kind == "job.changed"
        self.states.append(str(data["state"]))
        self.all.append(data)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def jobs(tmp_path: Path, told: Told) -> AsyncIterator[Jobs]:
    async with open_jobs(tmp_path, told.publish) as opened:
        yield opened


def doing(work: Callable[[Work], Awaitable[JsonObject | None]]) -> Run:
    return work


async def test_a_job_runs_and_keeps_its_result(jobs: Jobs, told: Told) -> None:
    async def run(work: Work) -> JsonObject:
        work.progress("running", phase="copying", counts=Tally(planned=2, done=2))
        return {"files": 2}

    job = await over(jobs, await jobs.create("reindex", {"path": "/a"}, "owner", run=run))
    assert (job.state, job.result, job.phase) == ("done", {"files": 2}, "copying")
    assert job.counts == Tally(planned=2, done=2)
    assert job.request == {"path": "/a"}
    assert job.started_at is not None
    assert not job.cancellable
    assert told.states[0] == "queued"
    assert told.states[-1] == "done"
    assert all("errors" not in data for data in told.all)


async def test_what_a_job_stumbles_over_is_told_in_the_job(jobs: Jobs) -> None:
    async def run(work: Work) -> None:
        raise SourceUnavailableError("node-nas")

    job = await over(jobs, await jobs.create("reindex", {}, "owner", run=run))
    assert job.state == "failed"
    assert [error.code for error in job.errors] == ["source_failed"]
    assert "node-nas is not available" in job.errors[0].message


@pytest.mark.allow_log("job_failed")
async def test_a_defect_says_nothing_of_its_text(jobs: Jobs) -> None:
    async def run(work: Work) -> None:
        raise ValueError("the secret")

    job = await over(jobs, await jobs.create("reindex", {}, "owner", run=run))
    assert [error.code for error in job.errors] == ["internal"]
    assert "secret" not in job.errors[0].message
    assert job.job_id in job.errors[0].message


async def test_errors_beyond_the_thousandth_are_kept_but_not_shown(jobs: Jobs) -> None:
    async def run(work: Work) -> None:
        for number in range(MOST_ERRORS + 5):
            work.error(JobError(code="source_failed", message=str(number)))
            if number == 3:
                await trio.sleep(1.1)  # so that they reach the disk in more than one go

    job = await over(jobs, await jobs.create("reindex", {}, "owner", run=run))
    assert job.state == "done_with_errors"
    assert len(job.errors) == MOST_ERRORS
    page = await jobs.errors(job.job_id, limit=10, offset=MOST_ERRORS)
    assert page.total == MOST_ERRORS + 5
    assert [error.message for error in page.errors] == [str(MOST_ERRORS + n) for n in range(5)]


async def test_a_cancelled_job_stops_and_says_what_was_done(jobs: Jobs, told: Told) -> None:
    began = trio.Event()

    async def run(work: Work) -> None:
        work.progress("running", counts=Tally(planned=9, done=4))
        began.set()
        await trio.sleep_forever()

    job = await jobs.create("reindex", {}, "owner", run=run)
    await began.wait()
    cancelling = await jobs.cancel(job.job_id)
    assert cancelling is not None
    assert cancelling.state == "cancelling"
    ended = await over(jobs, job)
    assert (ended.state, ended.counts.done) == ("cancelled", 4)
    assert told.states[-2:] == ["cancelling", "cancelled"] or told.states[-3:] == ["cancelling"] * 2 + ["cancelled"]
    assert await jobs.cancel(job.job_id) is None


async def test_who_waits_is_told_of_the_next_change(jobs: Jobs, nursery: trio.Nursery) -> None:
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    found: list[Job | None] = []

    async def wait() -> None:
        found.append(await jobs.get(job.job_id, wait_s=60))

    nursery.start_soon(wait)
    await trio.testing.wait_all_tasks_blocked()
    assert not found
    await jobs.progress(job.job_id, "running")
    await trio.testing.wait_all_tasks_blocked()
    assert found[0] is not None
    assert found[0].state == "running"


async def test_a_job_that_is_over_is_not_waited_for(jobs: Jobs) -> None:
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    await jobs.finish(job.job_id, "done")
    with trio.fail_after(10):
        found = await jobs.get(job.job_id, wait_s=60)
    assert found is not None
    assert found.state == "done"


# --- nodes -----------------------------------------------------------------------------------------------------------


async def test_a_node_tells_how_far_its_job_is(jobs: Jobs) -> None:
    job = await jobs.create("reindex", {}, "owner", "node-nas", waits=True)
    assert job.state == "waiting"
    progress: JsonObject = {"phase": "walking", "counts": {"planned": 5, "done": 1}, "eta_s": "soon", "unheard_of": 1}
    report = JobReport(job_id=job.job_id, state="running", progress=progress)
    running = await jobs.reported("node-nas", report)
    assert running is not None
    assert (running.state, running.phase, running.counts.done, running.eta_s) == ("running", "walking", 1, None)
    report = JobReport(job_id=job.job_id, state="done", result={"seen": 5}, errors=("/a cannot be read",))
    ended = await jobs.reported("node-nas", report)
    assert ended is not None
    assert (ended.state, ended.result) == ("done_with_errors", {"seen": 5})
    assert [error.message for error in ended.errors] == ["/a cannot be read"]
    assert await jobs.reported("node-nas", report) == await jobs.get(job.job_id)


async def test_a_node_has_no_say_in_the_jobs_of_others(jobs: Jobs) -> None:
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    assert await jobs.reported("node-laptop", JobReport(job_id=job.job_id, state="done")) is None
    assert await jobs.reported("node-laptop", JobReport(job_id="unheard-of", state="done")) is None
    assert await jobs.get(job.job_id) == job


async def test_a_state_that_a_newer_node_may_know_counts_as_running(jobs: Jobs) -> None:
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    found = await jobs.reported("node-nas", JobReport(job_id=job.job_id, state="daydreaming"))
    assert found is not None
    assert found.state == "running"


async def test_what_a_node_has_not_begun_is_taken_back(jobs: Jobs) -> None:
    taken_back: list[str] = []

    async def withdraw(job: Job) -> None:
        taken_back.append(job.job_id)

    jobs.withdraw = withdraw
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    cancelled = await jobs.cancel(job.job_id)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert taken_back == [job.job_id]


async def test_what_a_node_has_begun_cannot_be_cancelled(jobs: Jobs) -> None:
    async def withdraw(job: Job) -> None:
        raise AssertionError

    jobs.withdraw = withdraw
    job = await jobs.create("reindex", {}, "owner", "node-nas")
    await jobs.reported("node-nas", JobReport(job_id=job.job_id, state="running"))
    assert await jobs.cancel(job.job_id) is None


# --- a job of jobs ---------------------------------------------------------------------------------------------------


async def test_a_job_of_several_nodes_is_over_when_the_last_of_them_is(jobs: Jobs) -> None:
    parts = [await jobs.create("reindex", {}, "owner", node_id) for node_id in ("node-a", "node-b")]
    request: JsonObject = {"job_ids": [part.job_id for part in parts]}
    whole = await jobs.create("reindex", request, "owner", run=follow(jobs))
    await jobs.finish(parts[0].job_id, "done")
    await jobs.finish(parts[1].job_id, "failed", errors=[JobError(code="source_failed", message="no disk")])
    ended = await over(jobs, whole)
    assert (ended.state, ended.counts) == ("done_with_errors", Tally(planned=2, done=1, failed=1))
    assert [(error.name, error.message) for error in ended.errors] == [("node-b", "no disk")]


async def test_cancelling_the_whole_cancels_what_can_be(jobs: Jobs) -> None:
    async def withdraw(job: Job) -> None:
        pass

    jobs.withdraw = withdraw
    parts = [await jobs.create("reindex", {}, "owner", node_id) for node_id in ("node-a", "node-b")]
    await jobs.reported("node-a", JobReport(job_id=parts[0].job_id, state="running"))
    request: JsonObject = {"job_ids": [part.job_id for part in parts]}
    whole = await jobs.create("reindex", request, "owner", run=follow(jobs))
    await trio.testing.wait_all_tasks_blocked()
    await jobs.cancel(whole.job_id)
    assert (await over(jobs, whole)).state == "cancelled"
    states = [found.state for part in parts if (found := await jobs.get(part.job_id)) is not None]
    assert states == ["running", "cancelled"]


# --- restarts --------------------------------------------------------------------------------------------------------


async def test_a_restart_goes_on_with_what_can_and_fails_the_rest(tmp_path: Path, told: Told) -> None:
    async def forever(work: Work) -> None:
        work.progress("running")
        await trio.sleep_forever()

    async with open_jobs(tmp_path, told.publish) as jobs:
        lost = await jobs.create("node_forget", {}, "owner", run=forever)
        resumed = await jobs.create("reindex", {"job_ids": []}, "owner", run=forever)
        asked = await jobs.create("hold_confirm", {}, "owner", "node-nas")
        await trio.testing.wait_all_tasks_blocked()
    async with open_jobs(tmp_path, told.publish, {"reindex": follow}) as jobs:
        failed = await jobs.get(lost.job_id)
        assert failed is not None
        assert (failed.state, [error.code for error in failed.errors]) == ("failed", ["shutting_down"])
        assert (await over(jobs, resumed)).state == "done"
        assert await jobs.get(asked.job_id) == asked
        assert (await jobs.reported("node-nas", JobReport(job_id=asked.job_id, state="done"))) is not None


async def test_a_job_whose_cancellation_was_cut_off_is_cancelled_at_the_start(tmp_path: Path, told: Told) -> None:
    async def stubborn(work: Work) -> None:
        with trio.CancelScope(shield=True):
            await stop.wait()

    stop = trio.Event()
    async with open_jobs(tmp_path, told.publish) as jobs:
        job = await jobs.create("node_forget", {}, "owner", run=stubborn)
        await trio.testing.wait_all_tasks_blocked()
        await jobs.cancel(job.job_id)
        path = tmp_path / "jobs.db"
        for name in ("jobs.db", "jobs.db-wal"):
            (tmp_path / "killed").mkdir(exist_ok=True)
            (tmp_path / "killed" / name).write_bytes(path.with_name(name).read_bytes())
        stop.set()
    async with open_jobs(tmp_path / "killed", told.publish) as jobs:
        found = await jobs.get(job.job_id)
        assert found is not None
        assert found.state == "cancelled"


async def test_finished_jobs_are_forgotten_after_ninety_days_and_others_never(tmp_path: Path, told: Told) -> None:
    now = [1_000_000_000.0]
    async with open_jobs(tmp_path, told.publish, clock=lambda: now[0]) as jobs:
        old = await jobs.create("reindex", {}, "owner", "node-nas")
        await jobs.finish(old.job_id, "failed", errors=[JobError(code="internal", message="x")])
        waiting = await jobs.create("reindex", {}, "owner", "node-nas", waits=True)
        now[0] += DAY_S
        young = await jobs.create("reindex", {}, "owner", "node-nas")
        await jobs.finish(young.job_id, "done")
    now[0] += KEPT_S - 1
    async with open_jobs(tmp_path, told.publish, clock=lambda: now[0]) as jobs:
        page = await jobs.list((), (), limit=10, offset=0)
        assert [job.job_id for job in page.jobs] == [young.job_id, waiting.job_id]
        assert (await jobs.errors(old.job_id, 10, 0)).total == 0


@pytest.mark.allow_log("database begun anew")
async def test_a_damaged_file_is_moved_aside(tmp_path: Path, told: Told) -> None:
    (tmp_path / "jobs.db").write_bytes(b"not a database at all" * 100)
    async with open_jobs(tmp_path, told.publish) as jobs:
        assert (await jobs.list((), (), 10, 0)).total == 0
    assert (tmp_path / "jobs.db.aside").read_bytes().startswith(b"not a database")


async def test_jobs_are_listed_newest_first_and_by_what_they_are(jobs: Jobs) -> None:
    made = [await jobs.create("reindex", {}, "owner", "node-nas") for _ in range(3)]
    other = await jobs.create("path_accept", {}, "owner", "node-nas")
    await jobs.finish(made[0].job_id, "done")
    page = await jobs.list(("queued",), ("reindex",), limit=1, offset=1)
    assert (page.total, [job.job_id for job in page.jobs]) == (2, [made[1].job_id])
    assert [job.job_id for job in (await jobs.list((), ("path_accept",), 10, 0)).jobs] == [other.job_id]

"""Job states move only as the page on the REST API says, whatever is asked of them in whatever order."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_control.jobs.job import FINAL, IllegalMoveError, Job, JobState, moved

NOW = "2026-01-15T14:30:00Z"
STATES: tuple[JobState, ...] = get_args(JobState)

states = st.sampled_from(STATES)


def job(state: JobState = "queued") -> Job:
    return Job(
        job_id="j", kind="reindex", state=state, created_at=NOW, created_by="owner", cancellable=True, request={}
    )


@given(st.lists(states))
def test_a_job_that_is_over_never_moves_again(asked: list[JobState]) -> None:
    at = job()
    for state in asked:
        before = at
        try:
            at = moved(at, state, NOW)
        except IllegalMoveError:
            continue
        assert not before.is_over or at == before
        assert (at.finished_at is not None) == at.is_over == (at.state in FINAL)


@given(st.lists(states))
def test_what_is_to_be_cancelled_ends_as_cancelled(asked: list[JobState]) -> None:
    at = moved(job("running"), "cancelling", NOW)
    for state in asked:
        try:
            at = moved(at, state, NOW)
        except IllegalMoveError:
            continue
    assert at.state in ("cancelling", "cancelled")
    assert not at.cancellable


@pytest.mark.parametrize("state", STATES)
def test_nothing_goes_back_to_the_queue(state: JobState) -> None:
    if state != "queued":
        with pytest.raises(IllegalMoveError, match="cannot become queued"):
            moved(job(state), "queued", NOW)


@pytest.mark.parametrize("state", [state for state in STATES if state not in FINAL and state != "cancelling"])
def test_whatever_is_not_over_can_be_cancelled(state: JobState) -> None:
    assert moved(job(state), "cancelling", NOW).state == "cancelling"


def test_a_job_begins_when_it_leaves_the_queue_and_not_when_it_is_cancelled_there() -> None:
    assert moved(job(), "running", NOW).started_at == NOW
    assert moved(job(), "cancelling", NOW).started_at is None

"""Calls that hang keep their threads, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event

import pytest
import trio
import trio.testing

from mosaicfs.errors import TimedOutError
from mosaicfs.local_files.slow_calls import SlowCalls

pytestmark = pytest.mark.patient


@pytest.fixture
def gate() -> Event:
    return Event()


def hanging(gate: Event) -> Callable[[], str]:
    def call() -> str:
        assert gate.wait(20)
        return "late"

    return call


async def until(true: Callable[[], bool]) -> None:
    with trio.fail_after(20):
        while not true():  # noqa: ASYNC110 - a thread is waited for
            await trio.sleep(0.005)


async def test_what_ends_in_time_is_handed_over_and_not_discarded() -> None:
    discarded: list[str] = []
    calls = SlowCalls()
    assert await calls.run(lambda: "found", 5, "it", discarded.append) == "found"
    assert not discarded
    with pytest.raises(ZeroDivisionError):
        await calls.run(lambda: 1 / 0, 5, "it")
    assert not calls.is_stuck


async def test_with_every_thread_hanging_it_is_told_at_once(gate: Event) -> None:
    calls, discarded = SlowCalls(most=2), list[str]()
    for _ in range(2):
        assert not calls.is_stuck
        with pytest.raises(TimedOutError, match=r"^the disk did not answer"):
            await calls.run(hanging(gate), 0.5, "the disk", discarded.append)
    assert calls.is_stuck
    with pytest.raises(TimedOutError), trio.fail_after(30):
        await calls.run(lambda: "never asked", 600, "the disk")
    gate.set()
    await until(lambda: not calls.is_stuck)
    await until(lambda: discarded == ["late", "late"])
    assert await calls.run(lambda: "again", 5, "the disk") == "again"


async def test_waiting_for_a_turn_counts_as_waiting(gate: Event) -> None:
    calls = SlowCalls(most=1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(calls.run, hanging(gate), 5, "it")
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(TimedOutError):
            await calls.run(lambda: "never", 0.01, "it")
        assert not calls.is_stuck, "somebody still waits for the call that runs"
        gate.set()


async def test_who_is_cancelled_leaves_nothing_open(gate: Event) -> None:
    calls, discarded = SlowCalls(), list[str]()
    with trio.move_on_after(0.5):  # by then it has begun, or nothing would be found to discard
        await calls.run(hanging(gate), 60, "it", discarded.append)
    gate.set()
    await until(lambda: discarded == ["late"])


async def test_what_nobody_waits_for_is_done_in_order_by_one_thread(gate: Event) -> None:
    calls, done = SlowCalls(), list[int]()
    calls.later(lambda: gate.wait(20))
    for number in range(3):
        calls.later(partial(done.append, number))
    assert done == []
    assert not calls.is_stuck
    gate.set()
    await until(lambda: done == [0, 1, 2])
    calls.later(lambda: done.append(3))
    await until(lambda: len(done) == 4)

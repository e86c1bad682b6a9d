"""Many wait for one commit, and nobody is told before what he put is on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs_extraction.engines.committing import Commits, Pace


@dataclass
class Disk:
    """`on_disk` holds what was put before the last commit."""

    put: list[int] = field(default_factory=list)
    on_disk: set[int] = field(default_factory=set)
    commits: int = 0

    async def put_one(self, number: int) -> None:
        self.put.append(number)

    async def commit(self) -> None:
        await trio.lowlevel.checkpoint()
        self.commits += 1
        self.on_disk = set(self.put)


@pytest.fixture
def disk() -> Disk:
    return Disk()


async def put(commits: Commits, disk: Disk, number: int, pace: Pace, before: trio.Event | None = None) -> None:
    with commits.present():
        if before is not None:
            await before.wait()
        await commits.write(partial(disk.put_one, number), pace)
    assert number in disk.on_disk


async def test_enough_of_them_are_committed_at_once(disk: Disk) -> None:
    commits = Commits(disk.commit)
    async with trio.open_nursery() as nursery:
        for number in range(30):
            nursery.start_soon(put, commits, disk, number, Pace(10, 3600))
    assert len(disk.on_disk) == 30
    assert disk.commits <= 6


async def test_nobody_waits_for_somebody_who_does_not_come(disk: Disk, autojump_clock: trio.testing.MockClock) -> None:
    commits = Commits(disk.commit)
    await put(commits, disk, 1, Pace(500, 3600))
    assert disk.commits == 1


async def test_one_who_is_slow_keeps_the_others_no_longer_than_agreed(
    disk: Disk, autojump_clock: trio.testing.MockClock
) -> None:
    commits, late = Commits(disk.commit), trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(put, commits, disk, 1, Pace(500, 5), late)
        began = trio.current_time()
        await put(commits, disk, 2, Pace(500, 5))
        assert 5 <= trio.current_time() - began < 6
        late.set()
    assert disk.on_disk == {1, 2}


async def test_another_leads_where_the_leader_is_cancelled(disk: Disk, autojump_clock: trio.testing.MockClock) -> None:
    commits, late = Commits(disk.commit), trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(put, commits, disk, 1, Pace(500, 50), late)
        with trio.move_on_after(1) as leader:
            await put(commits, disk, 2, Pace(500, 50))
        assert leader.cancelled_caught
        await put(commits, disk, 3, Pace(500, 50))
        assert disk.on_disk == {2, 3}
        late.set()


async def test_a_commit_that_fails_is_told_to_one_and_tried_again_for_the_others(disk: Disk) -> None:
    fails = [OSError("full")]

    async def commit() -> None:
        if fails:
            raise fails.pop()
        await disk.commit()

    commits, told = Commits(commit), []

    async def one(number: int) -> None:
        try:
            await put(commits, disk, number, Pace(2, 3600))
        except OSError as error:
            told.append(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one, 1)
        nursery.start_soon(one, 2)
    assert len(told) == 1
    assert disk.on_disk == {1, 2}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 20)), min_size=1, max_size=20),
    st.integers(1, 8),
)
def test_whoever_comes_and_goes_the_rest_are_on_disk(callers: list[tuple[int, int | None]], most: int) -> None:
    """Each comes after a while, and some are cancelled after another."""
    disk = Disk()

    async def main() -> None:
        commits = Commits(disk.commit)

        async def one(number: int, after: int, patience: int | None) -> None:
            await trio.sleep(after / 10)
            with trio.move_on_after(float("inf") if patience is None else patience / 20):
                await put(commits, disk, number, Pace(most, 1))

        async with trio.open_nursery() as nursery:
            for number, (after, patience) in enumerate(callers):
                nursery.start_soon(one, number, after, patience)
        assert {n for n, (_, patience) in enumerate(callers) if patience is None} <= disk.on_disk

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))

"""Slower when a service says so, faster again by and by, readers first."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import ThrottledError
from mosaicfs_bridge_s3.pacing import SLOWEST_RATE, Pace, Pacer


def test_each_slow_down_halves_the_rate() -> None:
    pace = Pace()
    for expected in (25.0, 12.5, 6.25):
        pace.throttled(0.0, None)
        assert pace.rate == expected


def test_a_minute_gives_ten_percent_back_and_never_more_than_there_was() -> None:
    pace = Pace()
    pace.throttled(0.0, None)
    pace.sent(60.0)
    assert pace.rate == pytest.approx(27.5)
    pace.sent(3600.0 * 24)
    assert pace.rate == pace.top


def test_nothing_is_sent_before_the_time_that_was_asked_for() -> None:
    pace = Pace()
    pace.throttled(100.0, 7.0)
    assert pace.wait(100.0) == 7.0


@given(st.lists(st.tuples(st.floats(0, 100), st.one_of(st.none(), st.floats(0, 60))), max_size=60))
def test_a_rate_stays_between_its_ends(events: list[tuple[float, float | None]]) -> None:
    pace, now = Pace(), 0.0
    for passed, asked in events:
        now += passed
        pace.throttled(now, asked)
        assert SLOWEST_RATE <= pace.rate <= pace.top
        assert pace.wait(now) >= 1 / pace.rate - 1e-6


class Clock:
    """Time passes only in waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.now += seconds
        await trio.lowlevel.checkpoint()


async def test_requests_keep_the_rate() -> None:
    clock = Clock()
    pacer = Pacer("account", Pace(rate=10, top=10), clock=clock, pause=clock.pause)
    for _ in range(31):
        await pacer.turn(reading=True)
    assert clock.now == pytest.approx(3.0)


async def test_a_listing_lets_readers_go_first() -> None:
    clock, order = Clock(), list[str]()
    pacer = Pacer("account", Pace(rate=10, top=10), clock=clock, pause=clock.pause)
    await pacer.turn(reading=True)

    async def wait(name: str, *, reading: bool) -> None:
        await pacer.turn(reading=reading)
        order.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: wait("listing", reading=False))
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(5):
            nursery.start_soon(lambda: wait("reader", reading=True))
    assert order[-1] == "listing" or order.index("listing") <= 1


async def test_who_would_wait_long_is_told() -> None:
    clock = Clock()
    pacer = Pacer("account", clock=clock, pause=clock.pause)
    pacer.throttled(600.0)
    with pytest.raises(ThrottledError) as told:
        await pacer.turn(reading=True)
    assert told.value.retry_after_s == 600.0

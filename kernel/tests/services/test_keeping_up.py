"""A task that dies is started again, and the node says so meanwhile."""

import pytest
import trio
from structlog.testing import capture_logs
from trio.testing import MockClock

from mosaicfs.errors import StoreUnreachableError
from mosaicfs.services.keeping_up import keep_up
from mosaicfs.services.standing import NodeStanding

pytestmark = pytest.mark.allow_log("a task of the agent died")


class Dies:
    def __init__(self, times: int, lasts_s: float = 0) -> None:
        self.times = times
        self.lasts_s = lasts_s
        self.began: list[float] = []

    async def __call__(self) -> None:
        self.began.append(trio.current_time())
        await trio.sleep(self.lasts_s)
        if len(self.began) <= self.times:
            raise ZeroDivisionError("a defect")
        await trio.sleep_forever()


async def test_it_is_started_again_with_growing_waits(autojump_clock: MockClock) -> None:
    work = Dies(3)
    with trio.move_on_after(100):
        await keep_up("storage", work, NodeStanding("node-attic"))
    waits = [later - earlier for earlier, later in zip(work.began, work.began[1:], strict=False)]
    assert waits == [pytest.approx(1, abs=0.26), pytest.approx(2, abs=0.51), pytest.approx(4, abs=1.1)]


async def test_its_part_is_degraded_until_it_has_stood_for_a_while(autojump_clock: MockClock) -> None:
    standing = NodeStanding("node-attic")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_up, "storage", Dies(1), standing)
        await trio.sleep(30)
        assert standing.subsystems["storage"].status == "degraded"
        assert standing.overall == "degraded"
        await trio.sleep(60)
        assert standing.subsystems["storage"].status == "healthy"
        (error,) = standing.status().recent_errors
        assert "a defect" in error.message
        nursery.cancel_scope.cancel()


async def test_one_that_stood_for_long_begins_with_short_waits(autojump_clock: MockClock) -> None:
    work = Dies(8, lasts_s=100)
    with trio.move_on_after(1000):
        await keep_up("storage", work, NodeStanding("node-attic"))
    waits = [later - earlier for earlier, later in zip(work.began, work.began[1:], strict=False)]
    assert max(waits) <= 100 + 1.25


async def test_one_that_only_has_to_wait_is_no_defect(autojump_clock: MockClock) -> None:
    async def waits() -> None:
        raise StoreUnreachableError("http://store.example", "nobody listens")

    with capture_logs() as told, trio.move_on_after(0.5):
        await keep_up("requests", waits, NodeStanding("node-attic"))
    assert [(line["log_level"], "nobody listens" in line["cause"], "exc_info" in line) for line in told] == [
        ("warning", True, False)
    ]


async def test_one_that_ends_well_is_done(autojump_clock: MockClock) -> None:
    async def done() -> None:
        await trio.lowlevel.checkpoint()

    with trio.fail_after(1):
        await keep_up("storage", done, NodeStanding("node-attic"))

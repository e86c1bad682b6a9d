"""When a face is put up again, when the duty ends, and when all of it counts as started."""

from collections.abc import Callable

import pytest
import trio
import trio.lowlevel
from trio.testing import MockClock

from mosaicfs.errors import ConfigError, SourceUnavailableError, ThrottledError
from mosaicfs.services.serve import Face, serve

Started = Callable[..., None]

pytestmark = pytest.mark.allow_log("face fell over")


class FallsOver:
    """A face that fails as it is told, time after time, and then stands."""

    def __init__(self, *failures: Exception, starts: bool = True, lasts_s: float = 0) -> None:
        self.failures = list(failures)
        self.starts = starts
        self.lasts_s = lasts_s
        self.asked_at: list[float] = []

    async def __call__(self, started: Started) -> None:
        self.asked_at.append(trio.current_time())
        if self.starts:
            started(url="http://127.0.0.1:1")
        await trio.sleep(self.lasts_s)
        if self.failures:
            raise self.failures.pop(0)
        await trio.sleep_forever()

    @property
    def waits(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.asked_at, self.asked_at[1:], strict=False)]


def unavailable() -> Exception:
    return SourceUnavailableError("the store")


async def run_for(seconds: float, *faces: Callable[[Started], object]) -> list[dict[str, str]]:
    """What `on_ready` was told meanwhile."""
    told: list[dict[str, str]] = []
    with trio.move_on_after(seconds):
        await serve([Face(f"face{n}", face) for n, face in enumerate(faces)], told.append)  # type: ignore[arg-type]
    return told


async def test_a_face_that_asks_to_be_tried_later_is_put_up_again(autojump_clock: MockClock) -> None:
    face = FallsOver(*[unavailable() for _ in range(4)], starts=False)
    await run_for(100, face)
    assert [round(wait / middle, 1) for wait, middle in zip(face.waits, (1, 2, 4, 8), strict=True)] == pytest.approx(
        [1, 1, 1, 1], abs=0.26
    )


async def test_the_wait_that_was_asked_for_is_kept(autojump_clock: MockClock) -> None:
    face = FallsOver(ThrottledError("the store", retry_after_s=300))
    await run_for(1000, face)
    assert face.waits == pytest.approx([300])


async def test_a_face_that_stood_for_long_begins_with_short_waits_again(autojump_clock: MockClock) -> None:
    face = FallsOver(*[unavailable() for _ in range(8)], lasts_s=100)
    await run_for(2000, face)
    assert max(face.waits) <= 100 + 1.25


async def test_a_defect_of_a_face_that_has_served_is_an_accident(autojump_clock: MockClock) -> None:
    face = FallsOver(ExceptionGroup("", [ZeroDivisionError(), OSError()]))
    await run_for(10, face)
    assert len(face.asked_at) == 2


async def test_a_face_that_never_came_up_ends_the_duty() -> None:
    with pytest.RaisesGroup(ZeroDivisionError):
        await run_for(10, FallsOver(ZeroDivisionError(), starts=False))


async def test_what_only_a_person_can_change_ends_the_duty() -> None:
    with pytest.RaisesGroup(ConfigError):
        await run_for(10, FallsOver(ConfigError("m.toml:1", "wrong"), starts=True), FallsOver())


async def test_a_face_that_falls_over_leaves_the_others_standing(autojump_clock: MockClock) -> None:
    shaky, steady = FallsOver(*[unavailable() for _ in range(50)]), FallsOver()
    await run_for(1000, shaky, steady)
    assert len(shaky.asked_at) > 10
    assert len(steady.asked_at) == 1


async def test_ready_is_told_once_when_the_last_face_has_started(autojump_clock: MockClock) -> None:
    async def slow(started: Started) -> None:
        await trio.sleep(5)
        started(mount="/mnt")
        await trio.sleep_forever()

    quick = FallsOver(unavailable())
    assert await run_for(4, quick, slow) == []
    assert await run_for(60, FallsOver(unavailable()), slow) == [{"url": "http://127.0.0.1:1", "mount": "/mnt"}]


async def test_a_face_with_nothing_to_serve_is_not_waited_for(autojump_clock: MockClock) -> None:
    async def nothing_here(started: Started) -> None:
        await trio.lowlevel.checkpoint()

    assert await run_for(60, nothing_here) == [{}]


async def test_nothing_of_a_face_goes_on_after_the_end(autojump_clock: MockClock) -> None:
    ended = []

    async def face(started: Started) -> None:
        started()
        try:
            await trio.sleep_forever()
        finally:
            ended.append("face")

    await run_for(1, face)
    assert ended == ["face"]

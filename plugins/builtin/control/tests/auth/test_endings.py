"""How the end of rights reaches answers that are open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
import trio.testing

from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.auth.principal import OWNER, Principal
from plugins.builtin.control.tests.auth.world import START, Clock

KEY = Principal("access_key", "MOSAICFS_0123456789ABCDEF", "full", "jti", START + 100)


async def test_who_waits_is_woken_and_goes_on(autojump_clock: trio.testing.MockClock) -> None:
    endings, order = Endings(Clock()), []

    async def stream() -> None:
        with endings.watch(KEY) as ending:
            while not ending.over:
                with ending.ends_the_wait():
                    await trio.sleep(10)
                order.append(ending.revoked)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream)
        await trio.sleep(15)
        endings.end_all_of("somebody else")
        endings.end_all_of(KEY.name)
    assert order == [False, True]


async def test_a_wait_that_begins_after_the_end_is_over_at_once() -> None:
    endings = Endings(Clock())
    with endings.watch(KEY) as ending:
        endings.end_all_of(KEY.name)
        with trio.fail_after(30), ending.ends_the_wait():
            await trio.sleep(3600)
        assert ending.over


async def test_an_answer_ends_with_its_token(autojump_clock: trio.testing.MockClock) -> None:
    clock = Clock()
    endings, began = Endings(clock), trio.current_time()
    with endings.watch(KEY) as ending:
        with ending.ends_the_wait():
            await trio.sleep(3600)
        assert trio.current_time() - began == pytest.approx(100)
        before = ending.over
        clock.now += 100
        assert (before, ending.over) == (False, True), "the clock of the tokens decides"
        assert not ending.revoked


@pytest.mark.parametrize("who", [Principal("node", "node-a"), Principal("access_key", "K", "read")])
def test_what_was_signed_for_once_lasts_an_hour(who: Principal) -> None:
    clock = Clock()
    with Endings(clock).watch(who) as ending:
        clock.now += 3599
        assert not ending.over
        clock.now += 1
        assert ending.over


def test_the_owners_answers_never_end_by_themselves() -> None:
    clock = Clock()
    with Endings(clock).watch(OWNER) as ending:
        clock.now += 10**9
        assert not ending.over


def test_what_is_closed_is_forgotten() -> None:
    endings = Endings(Clock())
    asked: list[str] = []

    def whose(principal: Principal) -> bool:
        asked.append(principal.name)
        return True

    look: Callable[[Principal], bool] = whose
    with endings.watch(KEY):
        pass
    endings.end(look)
    assert asked == []

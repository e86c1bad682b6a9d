"""A task is woken from wherever, and no call is lost."""

from threading import Thread

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from mosaicfs.services.waking import Wake


async def test_a_call_before_the_wait_counts() -> None:
    wake = Wake()
    wake.call()
    with trio.fail_after(30):
        await wake.wait()


async def test_many_calls_wake_once(autojump_clock: MockClock) -> None:
    wake = Wake()
    for _ in range(5):
        wake.call()
    await wake.wait()
    with trio.move_on_after(10) as patience:
        await wake.wait()
    assert patience.cancelled_caught


async def test_the_wait_ends_when_its_time_is_over(autojump_clock: MockClock) -> None:
    began = trio.current_time()
    await Wake().wait(5)
    assert trio.current_time() - began == 5


async def test_a_thread_may_call() -> None:
    wake = Wake()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wake.wait)
        await wait_all_tasks_blocked()
        thread = Thread(target=wake.call)
        thread.start()
        await trio.to_thread.run_sync(thread.join)


def test_a_call_after_the_end_harms_nobody() -> None:
    wake = Wake()
    trio.run(wake.wait, 0.0)
    wake.call()

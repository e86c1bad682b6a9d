"""What a node can be asked for is told when it changes, and only then."""

from __future__ import annotations

import trio

from mosaicfs.services.querying.advertising import advertise


async def test_a_change_is_told_once(autojump_clock: trio.testing.MockClock) -> None:
    capabilities: list[tuple[str, ...]] = [()]
    told: list[float] = []
    with trio.move_on_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(advertise, lambda: capabilities[-1], lambda: told.append(trio.current_time()))
            await trio.sleep(5.5)
            assert told == []
            capabilities.append(("search",))
            await trio.sleep(4)
            assert len(told) == 1
            capabilities.append(())
    assert len(told) == 2

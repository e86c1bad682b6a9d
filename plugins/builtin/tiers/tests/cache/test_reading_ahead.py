"""What is fetched before anybody asks: only for who reads in order, behind those who wait, and not for long."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import trio

from mosaicfs_tiers.cache.block_map import BLOCK
from mosaicfs_tiers.cache.pace import Pace, ReadAhead
from plugins.builtin.tiers.tests.cache.sources import MIB, Source, cache_at, content_at, entry_named, until

STEP = 128 << 10


def test_a_span_grows_while_it_is_quick() -> None:
    pace, sizes = Pace(), []
    for seconds in (0.1, 0.9, 1.5, 0.2, 0.2):
        sizes.append(pace.blocks)
        pace.took(seconds)
    assert (sizes, pace.blocks) == ([1, 2, 4, 4, 8], 8)


def test_the_first_read_and_a_jump_fetch_nothing_ahead() -> None:
    ahead = ReadAhead()
    assert ahead.note(0, STEP) is None
    assert ahead.note(50 * BLOCK, 50 * BLOCK + STEP) is None
    assert ahead.note(20 * BLOCK, 20 * BLOCK + STEP) is None


def test_what_is_fetched_ahead_doubles_each_time_the_reader_arrives_there() -> None:
    ahead = ReadAhead()
    noted = [ahead.note(offset, offset + STEP) for offset in range(0, 60 * BLOCK, STEP)]
    windows = [blocks for blocks in noted if blocks is not None]
    assert [end - start for start, end in windows] == [2, 4, 8, 16, 32, 32]
    assert all(end == start for (_, end), (start, _) in pairwise(windows))


def test_a_small_gap_or_step_back_is_no_jump() -> None:
    ahead = ReadAhead()
    ahead.note(0, STEP)
    assert ahead.note(2 * STEP, 3 * STEP) == (1, 3)
    assert ahead.note(2 * STEP, 3 * STEP) is None
    assert ahead.is_on
    ahead.note(10 * BLOCK, 11 * BLOCK)
    assert not ahead.is_on


async def test_the_second_read_in_order_fetches_two_blocks_ahead(tmp_path: Path) -> None:
    size = 100 * MIB
    cache, source = cache_at(tmp_path), Source(size)
    handle = await cache.keep(entry_named(1, size), source)
    await handle.read(0, STEP)
    await trio.sleep(0.1)
    assert source.fetched == MIB
    await handle.read(STEP, STEP)
    await until(lambda: source.fetched == 3 * MIB)
    await trio.sleep(0.1)
    assert source.fetched == 3 * MIB
    await handle.close()


async def test_nothing_is_fetched_ahead_after_the_handle_is_closed(tmp_path: Path) -> None:
    async def slow(offset: int, length: int) -> None:
        await trio.sleep(0.05)

    size = 100 * MIB
    cache, source = cache_at(tmp_path), Source(size, before=slow)
    handle = await cache.keep(entry_named(1, size), source)
    for offset in range(0, 4 * MIB, STEP):
        assert await handle.read(offset, STEP) == content_at(offset, STEP)
    await handle.close()
    await until(lambda: source.closed)
    reads = len(source.reads)
    await trio.sleep(0.2)
    assert len(source.reads) == reads


async def test_who_waits_goes_before_what_is_fetched_ahead(tmp_path: Path) -> None:
    gate = trio.Event()

    async def gated(offset: int, length: int) -> None:
        await gate.wait()

    size = 100 * MIB
    cache = cache_at(tmp_path)
    waited_for = await cache.keep(entry_named(2, size), Source(size, before=gated))
    source = Source(size)
    handle = await cache.keep(entry_named(1, size), source)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waited_for.read, 0, 10)
        await trio.sleep(0.02)
        await handle.read(0, STEP)
        await handle.read(STEP, STEP)
        await trio.sleep(0.1)
        assert source.fetched == MIB
        gate.set()
        await until(lambda: source.fetched == 3 * MIB)
    await handle.close()
    await waited_for.close()


async def test_a_few_spans_are_on_their_way_at_once_and_no_more(tmp_path: Path) -> None:
    running, seen, size = 0, [], 64 * MIB

    async def takes_a_while(offset: int, length: int) -> None:
        nonlocal running
        running += 1
        seen.append(running)
        await trio.sleep(0.02)
        running -= 1

    cache, source = cache_at(tmp_path), Source(size, takes_a_while)
    handle = await cache.keep(entry_named(1, size), source)
    for offset in range(0, size, MIB):
        assert await handle.read(offset, MIB) == content_at(offset, MIB)
    await handle.close()
    assert 1 < max(seen) <= 4
    assert source.fetched == size


def test_parts_that_the_system_asks_for_at_once_are_in_order_whichever_comes_first() -> None:
    ahead = ReadAhead()
    ahead.note(0, BLOCK)
    for first in range(1, 60, 4):
        for block in (first + 3, first + 1, first, first + 2):
            ahead.note(block * BLOCK, (block + 1) * BLOCK)
            assert ahead.is_on
    ahead.note(90 * BLOCK, 91 * BLOCK)
    assert not ahead.is_on


async def test_a_reader_in_large_steps_leaves_no_hole_behind(tmp_path: Path) -> None:
    async def takes_a_while(offset: int, length: int) -> None:
        await trio.sleep(0.02)

    size = 200 * MIB
    cache, source = cache_at(tmp_path), Source(size, takes_a_while)
    handle = await cache.keep(entry_named(1, size), source)
    for offset in range(0, size, MIB):
        await handle.read(offset, MIB)
    await handle.close()
    assert source.fetched == size
    assert [length for offset, length in source.reads if offset > 40 * MIB and length < 4 * MIB] == []


async def test_who_waits_for_what_is_fetched_ahead_does_not_keep_the_next_from_being_fetched(tmp_path: Path) -> None:
    gates = [trio.Event() for _ in range(100)]

    async def gated(offset: int, length: int) -> None:
        if offset >= 3 * MIB:
            await gates[offset // MIB].wait()

    size = 100 * MIB
    cache, source = cache_at(tmp_path), Source(size, gated)
    handle = await cache.keep(entry_named(1, size), source)
    await handle.read(0, STEP)
    await handle.read(STEP, STEP)
    await until(lambda: source.fetched == 3 * MIB)
    await handle.read(MIB, MIB)
    await until(lambda: (3 * MIB, 4 * MIB) in source.reads)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(handle.read, 2 * MIB, 2 * MIB)
        await trio.sleep(0.05)
        nursery.start_soon(handle.read, 7 * MIB, STEP)
        await until(lambda: len(source.reads) > 3)
        for gate in gates:
            gate.set()
    await handle.close()

"""What gives way, what never does, and that a full cache or disk fails no read."""

from __future__ import annotations

import errno
import subprocess
from pathlib import Path

import pytest
import trio

from mosaicfs.model.configuration import CacheSettings
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_tiers.cache import in_blocks, tier, whole
from mosaicfs_tiers.cache.data_files import DataFiles, write_within
from mosaicfs_tiers.cache.index import Row
from mosaicfs_tiers.cache.room import Room
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    data_files,
    entry_named,
    offered,
    read_here,
    until,
    until_offered,
)

pytestmark = pytest.mark.patient

FULL = "cache_near_capacity"


async def fetched(cache: FileCache, number: int, size: int) -> None:
    entry = entry_named(number, size)
    handle = await cache.keep(entry, Source(size))
    assert await handle.read(0, size) == content_at(0, size)
    await until_offered(cache, entry)
    await handle.close()


def used(cache: FileCache) -> int:
    found = cache.report()["bytes"]
    assert isinstance(found, int)
    return found


async def test_what_was_read_longest_ago_gives_way(tmp_path: Path) -> None:
    clock = iter(range(1_800_000_000, 1_900_000_000, 10))
    cache = cache_at(tmp_path, max_bytes=3 * MIB, clock=lambda: float(next(clock)))
    for number in (1, 2, 3):
        await fetched(cache, number, MIB)
    await read_here(cache, entry_named(1, MIB))
    await fetched(cache, 4, MIB)
    assert [number for number in (1, 2, 3, 4) if await offered(cache, entry_named(number, MIB))] == [1, 3, 4]
    assert len(data_files(tmp_path)) == 3
    assert cache.report()["evictions"] == 1


async def test_on_a_disk_too_full_even_for_the_word_of_it_bytes_give_way_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cache_at(tmp_path, min_free=1)
    for number in (1, 2):
        await fetched(cache, number, MIB)
    delete = Room._delete

    def has_no_room(room: Room, rows: list[Row]) -> None:
        if all(room._files.path(row.cache_key).stat().st_size for row in rows):
            raise OSError(errno.ENOSPC, "database or disk is full")
        delete(room, rows)

    monkeypatch.setattr(Room, "_delete", has_no_room)
    monkeypatch.setattr(DataFiles, "free", lambda files: 0)
    await cache._shelf.room.settle()
    monkeypatch.undo()
    assert len(data_files(tmp_path)) == 1
    assert [number for number in (1, 2) if await offered(cache, entry_named(number, MIB))] == [2]


@pytest.mark.parametrize("size", [2 * MIB, 8 * MIB])
async def test_an_open_entry_never_gives_way_and_what_comes_then_is_not_kept(tmp_path: Path, size: int) -> None:
    notices = FakeNotices()
    cache = cache_at(tmp_path, max_bytes=size + MIB, notices=notices)
    await fetched(cache, 1, size)
    offer = await cache.offer(entry_named(1, size))
    assert offer is not None
    held = await cache.open(entry_named(1, size), offer)
    other = cache_at(tmp_path, max_bytes=size + MIB)  # as another process has it
    for each in (cache, other):
        handle = await each.keep(entry_named(2, size), Source(size))
        assert await handle.read(0, size) == content_at(0, size)
        await handle.close()
    assert await held.read(0, size) == content_at(0, size)
    assert used(cache) <= size + MIB
    await until(lambda: FULL in notices.holding)
    await held.close()
    await trio.sleep(1.1)  # it is not tried again at once
    await fetched(cache, 2, size)
    assert not await offered(cache, entry_named(1, size))


async def test_a_lowered_cap_is_kept_to_at_the_start(tmp_path: Path) -> None:
    for number in range(1, 6):
        await fetched(cache_at(tmp_path), number, MIB)
    cache = cache_at(tmp_path, max_bytes=2 * MIB)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cache.work)
        await until(lambda: used(cache) <= 2 * MIB)
        nursery.cancel_scope.cancel()


async def test_a_cap_that_is_lowered_meanwhile_is_kept_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "_TENDED_EVERY_S", 0.01)
    now = [CacheSettings(min_free_bytes=0)]
    cache = FileCache(tmp_path, lambda: now[0], MemoryStore(), FakeNotices())
    for number in range(1, 6):
        await fetched(cache, number, MIB)
    assert used(cache) == 5 * MIB
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cache.work)
        now[0] = CacheSettings(max_bytes=2 * MIB, min_free_bytes=0)
        await until(lambda: used(cache) <= 2 * MIB)
        nursery.cancel_scope.cancel()
    assert cache.report()["max_bytes"] == 2 * MIB


async def test_what_many_took_at_once_is_given_back_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of a disk that others fill as well is looked at more often than the rest is tended."""
    monkeypatch.setattr(tier, "_LOOKED_AFTER_EVERY_S", 0.01)
    free, looks = [1 << 40], [0]

    def look(_: DataFiles) -> int:
        looks[0] += 1
        return free[0]

    monkeypatch.setattr(DataFiles, "free", look)
    cache = cache_at(tmp_path, min_free=MIB)
    for number in range(1, 4):
        await fetched(cache, number, MIB)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cache.work)
        await until(lambda: looks[0] > 50)
        free[0] = 0
        await until(lambda: used(cache) <= 2 * MIB)
        free[0] = 1 << 40
        nursery.cancel_scope.cancel()


async def test_free_space_is_left_on_the_disk(tmp_path: Path) -> None:
    notices = FakeNotices()
    cache = cache_at(tmp_path, min_free=1 << 60, notices=notices)
    for size in (2 * MIB, 9 * MIB):
        handle = await cache.keep(entry_named(1, size), Source(size))
        assert await handle.read(0, size) == content_at(0, size)
        await handle.close()
    assert used(cache) == 0
    await until(lambda: FULL in notices.holding)


async def test_small_steps_through_memory_fetch_each_block_once(tmp_path: Path) -> None:
    size = 20 * MIB
    cache, source = cache_at(tmp_path, max_bytes=0), Source(size)
    handle = await cache.keep(entry_named(1, size), source)
    for offset in range(0, size, 128 << 10):
        assert await handle.read(offset, 128 << 10) == content_at(offset, 128 << 10)
    await handle.close()
    await until(lambda: source.closed)
    assert source.fetched == size


@pytest.mark.parametrize("size", [3 * MIB, 12 * MIB])
async def test_a_disk_that_fills_up_fails_no_read(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def write(file: int, whole_size: int, content: bytes, offset: int) -> None:
        nonlocal written
        written += len(content)
        if written > 2 * MIB:
            raise OSError(28, "No space left on device")
        write_within(file, whole_size, content, offset)

    monkeypatch.setattr(in_blocks, "write_within", write)
    monkeypatch.setattr(whole, "write_within", write)
    notices = FakeNotices()
    cache = cache_at(tmp_path, notices=notices)
    handle = await cache.keep(entry_named(1, size), Source(size))
    for offset in range(0, size, MIB):
        assert await handle.read(offset, MIB) == content_at(offset, MIB)
    assert await handle.read(0, size) == content_at(0, size)
    await handle.close()
    await until(lambda: FULL in notices.holding)


@pytest.mark.alone
@pytest.mark.patient
@pytest.mark.parametrize("size", [6 * MIB, 60 * MIB])
async def test_a_file_system_without_room_fails_no_read(tmp_path: Path, size: int) -> None:
    mounted = await trio.run_process(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path)], check=False, stderr=subprocess.DEVNULL
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small file system")
    try:
        cache = cache_at(tmp_path, threshold=50 * MIB)
        for _ in range(2):
            handle = await cache.keep(entry_named(1, size), Source(size))
            assert await handle.read(0, size) == content_at(0, size)
            await handle.close()
    finally:
        await trio.run_process(["umount", "-l", str(tmp_path)])

"""A complete large file is read straight from the disk where it is not in memory, and gives the same bytes."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
import trio

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.tier import Handle
from mosaicfs_tiers.cache import straight
from mosaicfs_tiers.cache.past_pages import PastPages
from mosaicfs_tiers.cache.sealed import LARGE
from mosaicfs_tiers.cache.straight import Straight
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    cache_at,
    content_at,
    data_files,
    entry_named,
    open_files,
    until,
    until_offered,
)
from plugins.builtin.tiers.tests.cache.test_past_pages import Lending

SIZE = LARGE + 5 * MIB + 77
ENTRY = entry_named(1, SIZE)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where in the file somebody wanted to read straight."""
    offsets: list[int] = []
    lend = Straight.lend

    async def noted(self: Straight, offset: int, length: int) -> memoryview | None:
        offsets.append(offset)
        return await lend(self, offset, length)

    monkeypatch.setattr(Straight, "lend", noted)
    return offsets


async def complete(root: Path) -> FileCache:
    cache = cache_at(root)
    handle = await cache.keep(ENTRY, Lending(SIZE))
    for offset in range(0, SIZE, MIB):
        await handle.read(offset, MIB)
    await handle.close()
    await until_offered(cache, ENTRY)
    await until(lambda: not open_files(root))
    leave_memory(root)
    return cache


def leave_memory(root: Path) -> None:
    file = os.open(data_files(root)[0], os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


async def opened(cache: FileCache) -> Handle:
    offer = await cache.offer(ENTRY)
    assert offer is not None
    return await cache.open(ENTRY, offer)


async def test_what_a_reader_in_order_is_given_from_memory_is_written_past_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []
    write = PastPages.write

    def noted(self: PastPages, content: memoryview, offset: int) -> int:
        lengths.append(len(content))
        return write(self, content, offset)

    monkeypatch.setattr(PastPages, "write", noted)
    await complete(tmp_path)
    assert sum(lengths) > SIZE // 2


@pytest.mark.parametrize("step", [128 << 10, MIB, 3 * MIB + 5, 8 * MIB])
async def test_who_reads_in_order_gets_the_bytes(tmp_path: Path, step: int, asked: list[int]) -> None:
    handle = await opened(await complete(tmp_path))
    for offset in range(0, SIZE, step):
        assert await handle.read(offset, step) == content_at(offset, min(step, SIZE - offset))
    await handle.close()
    assert asked or stays_in_memory(tmp_path)
    await until(lambda: not open_files(tmp_path))


async def test_parts_that_are_asked_for_at_once_and_in_any_order_are_the_right_ones(tmp_path: Path) -> None:
    handle, chance = await opened(await complete(tmp_path)), Random(5)

    async def right(offset: int) -> None:
        length = min(MIB, SIZE - offset)
        assert await handle.read(offset, MIB) == content_at(offset, length)

    for begin in range(0, SIZE, 4 * MIB):
        parts = list(range(begin, min(begin + 4 * MIB, SIZE), MIB))
        chance.shuffle(parts)
        async with trio.open_nursery() as nursery:
            for offset in parts:
                nursery.start_soon(right, offset)
    await handle.close()


async def test_a_jump_and_small_parts_are_read_as_ever(tmp_path: Path) -> None:
    handle, chance = await opened(await complete(tmp_path)), Random(6)
    for _ in range(60):
        offset, length = chance.randrange(SIZE), chance.choice([1, 4096, 200_000, 2 * MIB])
        assert await handle.read(offset, length) == content_at(offset, min(length, SIZE - offset))
    await handle.close()


@pytest.mark.parametrize("refused", ["at the opening", "in a read"])
async def test_where_the_disk_refuses_the_file_is_read_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    def refuses(*_: object) -> memoryview:
        raise OSError("Invalid argument")

    cache = await complete(tmp_path)
    if refused == "in a read":
        monkeypatch.setattr(Straight, "_read_in_thread", refuses)
    else:
        monkeypatch.setattr(straight, "_DIRECT", 0)
    handle = await opened(cache)
    for offset in range(0, SIZE, MIB):
        assert await handle.read(offset, MIB) == content_at(offset, min(MIB, SIZE - offset))
    await handle.close()
    await until(lambda: not open_files(tmp_path))


async def test_a_file_that_somebody_changes_is_no_copy_any_more(tmp_path: Path) -> None:
    handle = await opened(await complete(tmp_path))
    assert await handle.read(0, MIB) == content_at(0, MIB)
    with data_files(tmp_path)[0].open("r+b") as meddled:
        meddled.seek(9 * MIB)
        meddled.write(b"other")
    with pytest.raises(EntryUnreadableError):
        await handle.read(MIB, MIB)
    await handle.close()


async def test_what_is_closed_while_it_reads_ahead_leaves_nothing_open(tmp_path: Path) -> None:
    cache = await complete(tmp_path)
    for _ in range(2 * straight.MOST_AT_ONCE):
        leave_memory(tmp_path)
        handle = await opened(cache)
        await handle.read(0, MIB)
        await handle.close()
    await until(lambda: not open_files(tmp_path))


async def test_only_a_few_are_read_this_way_at_once(tmp_path: Path) -> None:
    cache = await complete(tmp_path)
    handles = [await opened(cache) for _ in range(straight.MOST_AT_ONCE + 2)]
    for handle in handles:
        leave_memory(tmp_path)
        assert await handle.read(0, MIB) == content_at(0, MIB)
    assert len(open_files(tmp_path)) <= len(handles) + straight.MOST_AT_ONCE
    for handle in handles:
        await handle.close()
    await until(lambda: not open_files(tmp_path))


def stays_in_memory(root: Path) -> bool:
    """Where no disk is below the file system, whatever it is advised."""
    leave_memory(root)
    file = os.open(data_files(root)[0], os.O_RDONLY)
    try:
        return os.preadv(file, [bytearray(MIB)], SIZE // 2, os.RWF_NOWAIT) == MIB
    except BlockingIOError:
        return False
    finally:
        os.close(file)

"""Spans that are written past the pages of the system are the same bytes as any others."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.tier import Fills
from mosaicfs_tiers.cache.block_map import BLOCK
from mosaicfs_tiers.cache.fetches import MOST_UNREAD, Unread, by_block
from mosaicfs_tiers.cache.past_pages import UNIT, PastPages
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    entry_named,
    open_files,
    read_here,
    until,
    until_offered,
)

SIZE = 2 * MIB + 77


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    file = os.open(tmp_path / "data", os.O_RDWR | os.O_CREAT)
    os.ftruncate(file, SIZE)
    yield file
    os.close(file)


def room_with(content: bytes) -> memoryview:
    """Where a page begins."""
    room = memoryview(mmap.mmap(-1, len(content)))
    room[:] = content
    return room


def test_whole_units_go_and_the_rest_is_left(file: int) -> None:
    past, content = PastPages(file), room_with(content_at(0, SIZE))
    done = past.write(content, 0)
    past.close()
    assert done in (0, SIZE - 77), "a file system may not have that way"
    assert os.pread(file, SIZE, 0) == content_at(0, done) + bytes(SIZE - done)


@pytest.mark.parametrize(("begin", "offset"), [(1, 0), (0, 512)])
def test_what_does_not_fit_is_left_and_nothing_is_written(file: int, begin: int, offset: int) -> None:
    past, content = PastPages(file), room_with(content_at(0, 3 * UNIT))
    if past.write(content[begin:], offset) == 0:
        assert os.pread(file, SIZE, 0) == bytes(SIZE)
    past.close()


def test_what_the_disk_refuses_is_left_to_the_ordinary_way(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError("No space left on device")

    past, content = PastPages(file), room_with(content_at(0, UNIT))
    monkeypatch.setattr(os, "pwrite", full)
    assert past.write(content, 0) == 0
    monkeypatch.undo()
    assert past.write(content, 0) == 0, "it is not tried again"
    past.close()


def test_nothing_goes_that_way_after_it_was_closed(file: int) -> None:
    past = PastPages(file)
    past.close()
    assert past.write(room_with(content_at(0, UNIT)), 0) == 0


@given(st.lists(st.tuples(st.integers(0, 4 * BLOCK - 1), st.integers(1, BLOCK + 9)), max_size=20))
def test_what_was_not_read_yet_is_read_right_or_not_at_all(asked: list[tuple[int, int]]) -> None:
    unread, whole = Unread(), content_at(BLOCK, 3 * BLOCK)
    assert unread.add(by_block((1, 4), whole))
    for offset, length in asked:
        found = unread.read(offset, length)
        assert found is None or found == content_at(offset, min(length, 4 * BLOCK - offset))


def test_a_block_is_let_go_once_it_was_read_in_whatever_order() -> None:
    unread = Unread()
    unread.add(by_block((0, 1), content_at(0, BLOCK)))
    half = BLOCK // 2
    assert unread.read(half, half) == content_at(half, half)
    assert unread.read(0, half) == content_at(0, half)
    assert unread.read(0, 1) is None


def test_no_more_is_held_than_there_is_room_for() -> None:
    unread, block = Unread(), memoryview(bytes(BLOCK))
    assert unread.add(dict.fromkeys(range(MOST_UNREAD), block))
    assert not unread.add({MOST_UNREAD: block})
    unread.clear()
    assert unread.add({MOST_UNREAD: block})


class Lending(Source):
    """Its spans begin where a page does, as those of another node do."""

    async def lend(self, offset: int, length: int) -> memoryview:
        return room_with(await self.read(offset, length))


@pytest.mark.parametrize("step", [100_001, 256 << 10, MIB, 3 * MIB])
async def test_who_reads_in_order_gets_the_bytes_and_so_does_the_next_one(tmp_path: Path, step: int) -> None:
    size = 40 * MIB + 77
    cache, source, entry = cache_at(tmp_path), Lending(size), entry_named(1, size)
    handle = await cache.keep(entry, source)
    for offset in range(0, size, step):
        assert await handle.read(offset, step) == content_at(offset, min(step, size - offset))
    await handle.close()
    await until_offered(cache, entry)
    assert source.fetched == size
    assert await read_here(cache, entry) == content_at(0, size)
    await until(lambda: not open_files(tmp_path))


async def test_what_is_filled_is_read_from_the_disk(tmp_path: Path) -> None:
    size = 20 * MIB + 5
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    handle = await cache.keep(entry, Lending(size))
    assert isinstance(handle, Fills)
    await handle.fill(0, size)
    assert await handle.read(7 * MIB + 3, 9 * MIB) == content_at(7 * MIB + 3, 9 * MIB)
    await handle.close()
    await until_offered(cache, entry)
    assert await read_here(cache, entry) == content_at(0, size)

"""A file that lies here in too many pieces: it is completed, or its shortest pieces are given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs_tiers.cache import in_blocks
from mosaicfs_tiers.cache.index import Index
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    data_files,
    entry_named,
    read_here,
    until,
    until_offered,
)

pytestmark = pytest.mark.patient

SIZE = 60 * MIB
ENTRY = entry_named(1, SIZE)
KEY = ENTRY.file_id.removeprefix("file::")


@pytest.fixture(autouse=True)
def few_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_blocks, "MOST_STORED", 10)
    monkeypatch.setattr(in_blocks, "LEFT_AFTER_GIVING_UP", 5)


async def test_a_file_that_fits_is_completed(tmp_path: Path) -> None:
    cache, source = cache_at(tmp_path), Source(SIZE)
    handle = await cache.keep(ENTRY, source)
    for block in range(0, 30, 2):
        await handle.read(block * MIB, 1)
    await until_offered(cache, ENTRY)
    await handle.close()
    await until(lambda: source.closed)
    assert source.fetched == SIZE
    assert await read_here(cache, ENTRY) == content_at(0, SIZE)


async def test_of_a_file_that_does_not_fit_the_shortest_pieces_are_given_up(tmp_path: Path) -> None:
    cache, source, index = cache_at(tmp_path, max_bytes=40 * MIB), Source(SIZE), Index(tmp_path / "index.db")
    handle = await cache.keep(ENTRY, source)
    await handle.read(50 * MIB, 3 * MIB)
    for block in range(0, 26, 2):
        assert await handle.read(block * MIB, 1) == content_at(block * MIB, 1)
        row = index.row(KEY)
        assert row is not None
        assert len(row.blocks()) <= 10
    await until(lambda: (row := index.row(KEY)) is not None and 3 < len(row.blocks()) <= 8)
    row = index.row(KEY)
    assert row is not None
    assert row.blocks().has_all(50, 53)
    data = data_files(tmp_path)[0]
    await until(lambda: data.stat().st_blocks * 512 <= 12 * MIB)
    for block in range(0, 60, 3):
        assert await handle.read(block * MIB, 10) == content_at(block * MIB, 10)
    await handle.close()


async def test_pieces_that_another_process_has_open_stay_on_disk(tmp_path: Path) -> None:
    one, other = (cache_at(tmp_path, max_bytes=40 * MIB) for _ in range(2))
    mine, theirs = await one.keep(ENTRY, Source(SIZE)), await other.keep(ENTRY, Source(SIZE))
    for block in range(0, 8, 2):
        await theirs.read(block * MIB, 1)
    for block in range(0, 30, 2):
        await mine.read(block * MIB, 1)
    for block in range(60):
        for handle in (mine, theirs):
            assert await handle.read(block * MIB + 7, 10) == content_at(block * MIB + 7, 10)
    await mine.close()
    await theirs.close()

"""Small files that came whole with their opening: here at once, on disk soon, and never noted before that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Offer
from mosaicfs_tiers.cache import arrivals, data_files
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache import sources
from plugins.builtin.tiers.tests.cache.sources import (
    Source,
    cache_at,
    content_at,
    entry_named,
    offered,
    open_files,
    read_here,
    until,
)

SIZE = 20_000
data_files_in = sources.data_files


@dataclass
class Come(Source):
    """All of it is in memory already."""

    def at_hand(self) -> bytes | None:
        return content_at(0, self.size)


async def keep(cache: FileCache, entry: Entry) -> None:
    source = Come(entry.size)
    handle = await cache.keep(entry, source)
    assert await handle.read(0, entry.size) == content_at(0, entry.size)
    assert await handle.read(100, 50) == content_at(100, 50)
    assert await handle.read(entry.size, 10) == b""
    await handle.close()
    assert (source.reads, source.closed) == ([], 1)


def noted(cache: FileCache) -> int:
    entries: int = cache._shelf.index.totals()[0]
    return entries


async def test_it_is_here_at_once_and_soon_for_every_process(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, SIZE)
    await keep(cache, entry)
    assert noted(cache) == 0
    assert await read_here(cache, entry) == content_at(0, SIZE)
    await until(lambda: noted(cache))
    assert await read_here(cache_at(tmp_path), entry) == content_at(0, SIZE)


async def test_what_waits_for_the_disk_is_opened_and_read_at_once(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, SIZE)
    await keep(cache, entry)
    handle = cache.open_now(entry, Offer(200))
    assert noted(cache) == 0
    assert handle is not None
    assert handle.glance(100, 50) == content_at(100, 50)
    handle.leave()
    assert cache.open_now(replace(entry, mtime="2026-02-01T00:00:00.000000Z"), Offer(200)) is None
    await until(lambda: noted(cache))


async def test_many_are_put_down_together(tmp_path: Path) -> None:
    cache = cache_at(tmp_path)
    entries = [entry_named(number, SIZE + number) for number in range(1, 60)]
    for entry in entries:
        await keep(cache, entry)
    await until(lambda: noted(cache) == len(entries))
    other = cache_at(tmp_path)
    for entry in entries:
        assert await read_here(other, entry) == content_at(0, entry.size)
    await until(lambda: not open_files(tmp_path))
    assert list((tmp_path / "tmp").iterdir()) == []
    await until(lambda: cache._shelf.room.pending == 0)


async def test_no_row_speaks_of_it_before_its_bytes_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, seen, really = cache_at(tmp_path), [], data_files.flush

    def looks(files: Sequence[int], folders: Collection[Path]) -> None:
        seen.append((noted(cache), len(files)))
        really(files, folders)

    monkeypatch.setattr(data_files, "flush", looks)
    for number in range(1, 4):
        await keep(cache, entry_named(number, SIZE))
    await until(lambda: noted(cache) == 3)
    assert seen == [(0, 3)]


async def test_a_disk_that_fails_keeps_nothing_and_fails_no_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(files: Sequence[int], folders: Collection[Path]) -> None:
        raise OSError("the disk fails")

    monkeypatch.setattr(data_files, "flush", fails)
    cache, entry = cache_at(tmp_path), entry_named(1, SIZE)
    await keep(cache, entry)
    await until(lambda: not cache._arrivals.find(entry))
    assert (noted(cache), await offered(cache, entry)) == (0, False)
    assert list((tmp_path / "tmp").iterdir()) == data_files_in(tmp_path) == []
    await keep(cache, entry)


@pytest.mark.parametrize("other", [{"mtime": "2026-01-16T14:30:00.123456Z"}, {"version": "2"}])
async def test_another_version_is_not_served_from_what_waits(tmp_path: Path, other: dict[str, object]) -> None:
    cache = cache_at(tmp_path)
    await keep(cache, entry_named(1, SIZE))
    assert not await offered(cache, entry_named(1, SIZE, **other))


async def test_bytes_that_are_not_those_of_the_document_are_not_kept(tmp_path: Path) -> None:
    right = f"sha256:{sha256(content_at(0, SIZE)).hexdigest()}"
    cache = cache_at(tmp_path)
    await keep(cache, entry_named(1, SIZE, digest=f"sha256:{'0' * 64}"))
    await keep(cache, entry_named(2, SIZE, digest=right))
    await until(lambda: noted(cache))
    assert await offered(cache, entry_named(2, SIZE, digest=right))
    assert not await offered(cache, entry_named(1, SIZE))


async def test_what_has_no_room_passes_by(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path, max_bytes=SIZE - 1), entry_named(1, SIZE)
    await keep(cache, entry)
    await until(lambda: not cache._arrivals.find(entry))
    assert noted(cache) == 0


async def test_more_than_may_wait_goes_the_way_of_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_WAITING", SIZE)
    cache, second = cache_at(tmp_path), Come(SIZE)
    await keep(cache, entry_named(1, SIZE))
    handle = await cache.keep(entry_named(2, SIZE), second)
    assert await handle.read(0, SIZE) == content_at(0, SIZE)
    await handle.close()
    assert second.reads == [(0, SIZE)]
    await until(lambda: noted(cache) == 2)
    with trio.fail_after(10):
        await cache.calm()


async def test_what_was_fetched_by_somebody_else_is_here_at_once_and_soon_on_disk(tmp_path: Path) -> None:
    cache = cache_at(tmp_path)
    entries = [entry_named(number, SIZE) for number in range(1, 40)]
    await cache.take_whole([(each, content_at(0, SIZE)) for each in entries])
    for each in entries:
        assert await read_here(cache, each) == content_at(0, SIZE)
    await until(lambda: noted(cache) == len(entries))
    assert await read_here(cache_at(tmp_path), entries[-1]) == content_at(0, SIZE)


async def test_whoever_brings_more_than_may_wait_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_WAITING", 2 * SIZE)
    cache = cache_at(tmp_path)
    entries = [entry_named(number, SIZE) for number in range(1, 8)]
    await cache.take_whole([(each, content_at(0, SIZE)) for each in entries])
    assert noted(cache) >= 5
    await until(lambda: noted(cache) == len(entries))


async def test_a_stale_entry_gives_way_to_what_was_fetched_by_somebody_else(tmp_path: Path) -> None:
    cache, newer = cache_at(tmp_path), entry_named(1, SIZE, mtime="2026-01-16T14:30:00.123456Z")
    older = entry_named(1, SIZE)
    await cache.take_whole([(older, content_at(0, SIZE))])
    await until(lambda: noted(cache) and not cache._arrivals.find(older))
    await cache.take_whole([(newer, content_at(1, SIZE))])
    await until(lambda: not cache._arrivals.find(newer))
    assert await read_here(cache, newer) == content_at(1, SIZE)

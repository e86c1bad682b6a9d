"""Reads through the cache: the bytes of the source or an error, each block fetched once, and what is here stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import (
    DigestMismatchError,
    EntryChangedError,
    EntryUnreadableError,
    MosaicError,
    SourceUnavailableError,
)
from mosaicfs_tiers.cache.leases import LEASE_S
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    data_files,
    entry_named,
    offered,
    open_files,
    read_here,
    refuses,
    until,
    until_offered,
)

pytestmark = pytest.mark.patient

SIZES = [1, MIB - 1, MIB, 3 * MIB + 17, 4 * MIB, 9 * MIB + 1, 21 * MIB + 5]


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_read_is_here_the_next_time(tmp_path: Path, size: int) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    source = Source(size)
    assert not await offered(cache, entry)
    handle = await cache.keep(entry, source)
    assert await handle.read(0, size + 5) == content_at(0, size)
    await until_offered(cache, entry)
    await handle.close()
    assert (source.fetched, source.closed) == (size, 1)
    assert cache.here(entry) == size
    assert await read_here(cache_at(tmp_path), entry) == content_at(0, size)


async def test_an_empty_file_is_kept_too(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, 0)
    handle = await cache.keep(entry, Source(0))
    assert await handle.read(0, 10) == b""
    await handle.close()
    await until_offered(cache, entry)
    assert await read_here(cache, entry) == b""


@pytest.mark.parametrize("size", [3 * MIB, 30 * MIB])
async def test_readers_of_one_missing_block_cause_one_fetch(tmp_path: Path, size: int) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    sources = [Source(size, before=partial(_takes, 0.01)) for _ in range(10)]
    handles = [await cache.keep(entry, source) for source in sources]
    async with trio.open_nursery() as nursery:
        for handle in handles:
            nursery.start_soon(_expects, handle.read, 2 * MIB + 3, 1000)
    assert sum(offset <= 2 * MIB < offset + length for source in sources for offset, length in source.reads) == 1
    for handle in handles:
        await handle.close()
    await until(lambda: all(source.closed == 1 for source in sources))


async def test_a_reader_that_gives_up_takes_nothing_from_the_others(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, 30 * MIB)
    began, goes_on = trio.Event(), trio.Event()

    async def wait(offset: int, length: int) -> None:
        began.set()
        await goes_on.wait()

    first, second = Source(30 * MIB, before=wait), Source(30 * MIB)
    one, other = await cache.keep(entry, first), await cache.keep(entry, second)
    async with trio.open_nursery() as nursery, trio.open_nursery() as givers_up:
        givers_up.start_soon(one.read, 0, 10)
        await began.wait()
        nursery.start_soon(_expects, other.read, 5, 10)
        await trio.testing.wait_all_tasks_blocked()
        givers_up.cancel_scope.cancel()
        with trio.CancelScope(shield=True):
            await one.close()
        goes_on.set()
    assert (len(first.reads), second.reads) == (1, [])
    await other.close()
    await until(lambda: first.closed == second.closed == 1)


async def test_closing_ends_the_reads_that_run(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, 30 * MIB)
    handle = await cache.keep(entry, Source(30 * MIB, before=_never))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_fails_with, SourceUnavailableError, handle.read)
        await trio.sleep(0.02)
        await handle.close()
        await handle.close()
    with pytest.raises(MosaicError):
        await handle.read(0, 1)


async def test_only_what_is_read_is_fetched_of_a_large_file(tmp_path: Path) -> None:
    size = 10 << 30
    cache, entry, source = cache_at(tmp_path), entry_named(1, size), Source(size)
    handle = await cache.keep(entry, source)
    places = [0, 3 << 30, (5 << 30) + 12_345, (7 << 30) - 1, size - 100]
    for place in places:
        assert await handle.read(place, 4096) == content_at(place, min(4096, size - place))
    await handle.close()
    blocks = {offset // MIB + n for offset, length in source.reads for n in range(-(-length // MIB))}
    wanted = {block for place in places for block in (place // MIB, min(place + 4095, size - 1) // MIB)}
    assert blocks == wanted
    await until(lambda: cache.here(entry) == len(wanted) * MIB)
    data = data_files(tmp_path)[0]
    assert data.stat().st_size == size
    assert data.stat().st_blocks * 512 <= (len(wanted) + 1) * MIB


async def test_missing_neighbours_are_one_request(tmp_path: Path) -> None:
    size = 64 * MIB
    cache, entry, source = cache_at(tmp_path), entry_named(1, size), Source(size)
    handle = await cache.keep(entry, source)
    for block in (20, 30, 40, 8):
        await handle.read(block * MIB, 1)
    source.reads.clear()
    assert await handle.read(5 * MIB, 4 * MIB) == content_at(5 * MIB, 4 * MIB)
    assert source.reads == [(5 * MIB, 3 * MIB)]
    await handle.close()


async def test_a_small_file_is_one_request(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path, threshold=50 * MIB), entry_named(1, 8 * MIB)
    source = Source(8 * MIB)
    handle = await cache.keep(entry, source)
    await handle.read(5 * MIB, 10)
    await handle.close()
    assert source.reads == [(0, 8 * MIB)]


async def test_a_file_whose_size_was_unknown_fits_the_document_that_follows(tmp_path: Path) -> None:
    cache, size = cache_at(tmp_path), 6 * MIB
    handle = await cache.keep(entry_named(1, 0, size_known=False), Source(size))
    assert await handle.read(0, size) == content_at(0, size)
    await handle.close()
    await until_offered(cache, entry_named(1, size))


async def test_a_source_of_another_size_is_another_version(tmp_path: Path) -> None:
    with pytest.raises(EntryChangedError):
        await cache_at(tmp_path).keep(entry_named(1, 10), Source(11))


@pytest.mark.parametrize(
    "facts", [{"mtime": "2026-01-15T14:30:00.123457Z"}, {"version": "b"}, {"version": "a", "digest": "sha256:00"}]
)
@pytest.mark.parametrize("size", [MIB, 9 * MIB])
async def test_another_version_is_never_served_from_the_old_entry(
    tmp_path: Path, facts: dict[str, object], size: int
) -> None:
    digest = f"sha256:{sha256(content_at(0, size)).hexdigest()}"
    cache, entry = cache_at(tmp_path), entry_named(1, size, version="a", digest=digest)
    handle = await cache.keep(entry, Source(size))
    await handle.read(0, size)
    await handle.close()
    await until_offered(cache, entry)
    newer = entry_named(1, size, **{"version": "a", **facts})
    assert not await offered(cache, newer)
    assert cache.here(newer) == 0
    source = Source(size)
    handle = await cache.keep(newer, source)
    await handle.read(0, 1)
    await handle.close()
    assert source.reads


# --- failing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2 * MIB, 9 * MIB])
async def test_a_source_that_fails_is_an_error_and_nothing_is_kept(tmp_path: Path, size: int) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    handle = await cache.keep(entry, Source(size, before=refuses))
    with pytest.raises(SourceUnavailableError):
        await handle.read(0, 10)
    await handle.close()
    assert cache.here(entry) == 0


@pytest.mark.parametrize("size", [2 * MIB, 9 * MIB])
async def test_an_answer_that_was_cut_is_an_error(tmp_path: Path, size: int) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    handle = await cache.keep(entry, Source(size, cut=1))
    with pytest.raises(EntryUnreadableError):
        await handle.read(0, 10)
    await handle.close()


async def test_who_waits_for_a_source_that_fails_asks_their_own(tmp_path: Path) -> None:
    async def fails_late(offset: int, length: int) -> None:
        await trio.sleep(0.02)
        await refuses(offset, length)

    cache, entry = cache_at(tmp_path), entry_named(1, 30 * MIB)
    bad = await cache.keep(entry, Source(30 * MIB, before=fails_late))
    good = await cache.keep(entry, Source(30 * MIB))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_fails_with, SourceUnavailableError, bad.read)
        await trio.sleep(0.005)
        nursery.start_soon(_expects, good.read, 0, 10)
    await bad.close()
    await good.close()


@pytest.mark.parametrize("size", [2 * MIB, 9 * MIB])
async def test_a_wrong_digest_of_the_whole_drops_it_and_fails_its_handles(tmp_path: Path, size: int) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size, digest="sha256:" + 64 * "0")
    handle = await cache.keep(entry, Source(size))
    await handle.read(0, size)
    with trio.fail_after(10):
        while True:
            try:
                await handle.read(0, 10)
            except DigestMismatchError:
                break
            await trio.sleep(0.01)
    await handle.close()
    assert not await offered(cache, entry)
    assert data_files(tmp_path) == []


async def test_a_reader_that_stops_half_way_keeps_no_other_process_waiting(tmp_path: Path) -> None:
    async def fails_later(offset: int, length: int) -> None:
        if offset:
            await refuses(offset, length)

    size = 20 * MIB
    entry, one, other = entry_named(1, size), *(cache_at(tmp_path, threshold=50 * MIB) for _ in range(2))
    stuck = await one.keep(entry, Source(size, before=fails_later))
    assert await stuck.read(0, 10) == content_at(0, 10)
    with pytest.raises(SourceUnavailableError):
        await stuck.read(5 * MIB, 10)
    handle = await other.keep(entry, Source(size))
    with trio.fail_after(LEASE_S - 5):
        assert await handle.read(0, size) == content_at(0, size)
    await until_offered(one, entry)
    assert await stuck.read(0, size) == content_at(0, size)
    await handle.close()
    await stuck.close()


# --- meddling --------------------------------------------------------------------------------------------------------


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(100)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(50)
        file.write(b"something else")


@pytest.mark.parametrize("meddle", [_cut, _overwrite, Path.unlink])
@pytest.mark.parametrize("size", [MIB, 9 * MIB])
async def test_a_data_file_that_somebody_changed_is_an_error_and_never_wrong_bytes(
    tmp_path: Path, meddle: Callable[[Path], None], size: int
) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, size)
    handle = await cache.keep(entry, Source(size))
    await handle.read(0, size)
    await until_offered(cache, entry)
    await handle.close()
    offer = await cache.offer(entry)
    assert offer is not None
    opened = await cache.open(entry, offer)
    await trio.sleep(0.01)  # a tick of the clock that file times are taken from
    meddle(data_files(tmp_path)[0])
    with suppress(EntryUnreadableError):
        assert await opened.read(0, 200) == content_at(0, 200)
    await opened.close()
    try:
        again = await cache.open(entry, offer)
    except EntryUnreadableError:
        await until(lambda: cache.here(entry) == 0)
    else:
        assert await again.read(0, 200) == content_at(0, 200)
        await again.close()


async def test_a_data_file_that_is_cut_while_it_is_fetched_is_fetched_again(tmp_path: Path) -> None:
    size = 9 * MIB
    cache, entry, source = cache_at(tmp_path), entry_named(1, size), Source(size)
    handle = await cache.keep(entry, source)
    await handle.read(0, 3 * MIB)
    _cut(data_files(tmp_path)[0])
    assert await handle.read(0, size) == content_at(0, size)
    await handle.close()
    await until(lambda: source.closed)
    assert not await offered(cache, entry)


# --- whatever happens ------------------------------------------------------------------------------------------------


@given(
    size=st.integers(1, 12 * MIB),
    threshold=st.sampled_from([MIB, 6 * MIB, 50 * MIB]),
    max_bytes=st.sampled_from([0, 2 * MIB, 1 << 34]),
    seed=st.integers(0, 1 << 30),
)
def test_many_readers_get_the_bytes_of_the_source_or_an_error(
    size: int, threshold: int, max_bytes: int, seed: int
) -> None:
    with TemporaryDirectory() as root:
        trio.run(_many_readers, Path(root), size, threshold, max_bytes, Random(seed))


async def _many_readers(root: Path, size: int, threshold: int, max_bytes: int, random: Random) -> None:
    cache, entry = cache_at(root, threshold=threshold, max_bytes=max_bytes), entry_named(1, size)

    async def moody(offset: int, length: int) -> None:
        mood = random.random()
        if mood < 0.1:
            raise SourceUnavailableError("the far node")
        await trio.sleep(0 if mood < 0.7 else 0.003)

    sources = [Source(size, before=moody), Source(size, before=moody), Source(size, cut=3), Source(size)]

    async def read(source: Source) -> None:
        for _ in range(3):
            handle = await cache.keep(entry, source)
            for _ in range(4):
                offset, length = random.randrange(size), random.choice([1, 4096, MIB, 3 * MIB])
                with trio.move_on_after(random.choice([0.001, 5])):
                    try:
                        found = await handle.read(offset, length)
                    except MosaicError:
                        continue
                    assert found == content_at(offset, min(length, size - offset))
            await handle.close()

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            for source in sources:
                nursery.start_soon(read, source)
    await until(lambda: not open_files(root))
    staging = root / "tmp"
    assert not staging.is_dir() or not list(staging.iterdir())
    await until(lambda: cache.report()["leases"] == 0)
    if await offered(cache, entry):
        assert await read_here(cache, entry) == content_at(0, size)
    assert max_bytes >= cache.report()["bytes"]  # type: ignore[operator]


async def _takes(seconds: float, offset: int, length: int) -> None:
    await trio.sleep(seconds)


async def _never(offset: int, length: int) -> None:
    await trio.sleep_forever()


async def _expects(read: Callable[[int, int], Awaitable[bytes]], offset: int, length: int) -> None:
    assert await read(offset, length) == content_at(offset, length)


async def _fails_with(kind: type[Exception], read: Callable[[int, int], Awaitable[bytes]]) -> None:
    with pytest.raises(kind):
        await read(0, 10)

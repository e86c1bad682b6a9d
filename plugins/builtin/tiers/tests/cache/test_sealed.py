"""What is complete is never written to again, so whoever has its descriptor reads one version to the end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, LocalDescriptor, Offer
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    data_files,
    entry_named,
    open_files,
    read_here,
    until_offered,
)

pytestmark = pytest.mark.patient

FULL, IN_BLOCKS = 2 * MIB + 5, 9 * MIB + 5


@pytest.mark.parametrize("size", [FULL, IN_BLOCKS])
async def test_a_newer_version_comes_beside_the_one_that_is_read(tmp_path: Path, size: int) -> None:
    cache, old = cache_at(tmp_path), entry_named(1, size)
    new = replace(old, mtime="2026-02-01T00:00:00.000000Z")
    await kept(cache, old, Source(size))
    handle, descriptor = await opened(cache, old)
    await kept(cache, new, Reversed(size))
    assert os.pread(descriptor, size, 0) == content_at(0, size)
    assert await handle.read(7, 100) == content_at(7, 100)
    assert await read_here(cache, new) == content_at(0, size)[::-1]
    await handle.close()


@pytest.mark.parametrize("size", [FULL, IN_BLOCKS])
async def test_what_is_still_being_filled_has_no_descriptor(tmp_path: Path, size: int) -> None:
    cache = cache_at(tmp_path)
    handle: object = await cache.keep(entry_named(1, size), Source(size))
    assert not isinstance(handle, LocalDescriptor)


async def test_what_is_here_is_opened_read_and_left_at_once(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, FULL)
    assert cache.open_now(entry, Offer(200)) is None
    await kept(cache, entry, Source(FULL))
    handle = cache.open_now(entry, Offer(200))
    assert handle is not None
    assert [handle.glance(7, 100), handle.glance(FULL - 5, 100)] == [content_at(7, 100), content_at(FULL - 5, 5)]
    assert handle.glance(FULL, 1) == b""
    handle.leave()
    assert open_files(tmp_path) == []
    assert cache.open_now(replace(entry, mtime="2026-02-01T00:00:00.000000Z"), Offer(200)) is None
    assert open_files(tmp_path) == []


async def test_what_somebody_changed_is_neither_read_nor_opened_at_once(tmp_path: Path) -> None:
    cache, entry = cache_at(tmp_path), entry_named(1, FULL)
    await kept(cache, entry, Source(FULL))
    handle = cache.open_now(entry, Offer(200))
    assert handle is not None
    with data_files(tmp_path)[0].open("r+b") as file:
        file.write(b"other")
    assert (handle.glance(0, 10), cache.open_now(entry, Offer(200))) == (None, None)
    with pytest.raises(EntryUnreadableError):
        await handle.read(0, 10)
    await handle.close()


class Reversed(Source):
    """Other bytes of the same length."""

    async def read(self, offset: int, length: int) -> bytes:
        return content_at(self.size - offset - length, length)[::-1]


async def kept(cache: FileCache, entry: Entry, source: Source) -> None:
    handle = await cache.keep(entry, source)
    await handle.read(0, source.size)
    await until_offered(cache, entry)
    await handle.close()


async def opened(cache: FileCache, entry: Entry) -> tuple[Handle, int]:
    offer = await cache.offer(entry)
    assert offer is not None
    handle = await cache.open(entry, offer)
    shown: object = handle
    assert isinstance(shown, LocalDescriptor)
    return handle, shown.fd()

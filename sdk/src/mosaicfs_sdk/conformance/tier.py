"""What every tier must do, wherever it keeps its bytes.

class TestTier(TierConformance):
    plugin = plugin

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf: ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
import trio

from mosaicfs import PluginHost
from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Tier
from mosaicfs_sdk.conformance.suite import Suite

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
READS = [(0, SIZE), (0, 1), (255, 300), (SIZE - 1, 1), (SIZE - 1, 100), (17, 0), (SIZE, 1), (SIZE + 5, 10)]


class Shelf(Protocol):
    """What lies behind the tier."""

    def put(self, content: bytes) -> Entry:
        """Keep a file that the tier can serve, and describe it as the kernel would."""

    def cut(self, size: int) -> None:
        """Shorten that file behind the tier's back."""

    def replace(self, content: bytes) -> None:
        """Put another version in its place, behind the tier's back."""


class TierConformance(Suite):
    """The fixture `shelf` is an empty one."""

    hook = "tier"

    @pytest.fixture
    def shelf(self) -> Shelf:
        raise NotImplementedError("a subclass says where the bytes of the test lie")

    async def test_it_has_a_name_and_a_cost_within_bounds(self, host: PluginHost) -> None:
        tier = await the_tier(host)
        assert tier.name
        assert 0 <= tier.cost <= 1000

    @pytest.mark.parametrize(("offset", "length"), READS)
    async def test_a_read_is_exactly_that(self, host: PluginHost, shelf: Shelf, offset: int, length: int) -> None:
        async with opened(host, shelf.put(CONTENT)) as handle:
            assert await handle.read(offset, length) == CONTENT[offset : offset + length]

    async def test_the_handle_tells_what_was_opened(self, host: PluginHost, shelf: Shelf) -> None:
        entry = shelf.put(CONTENT)
        async with opened(host, entry) as handle:
            assert (handle.size, handle.version) == (SIZE, entry.version)

    async def test_an_empty_file_is_opened(self, host: PluginHost, shelf: Shelf) -> None:
        async with opened(host, shelf.put(b"")) as handle:
            assert (handle.size, await handle.read(0, 10)) == (0, b"")

    async def test_reads_may_run_at_the_same_time(self, host: PluginHost, shelf: Shelf) -> None:
        found: dict[int, bytes] = {}

        async def read(handle: Handle, offset: int) -> None:
            found[offset] = await handle.read(offset, 512)

        async with opened(host, shelf.put(CONTENT)) as handle, trio.open_nursery() as nursery:
            for offset in range(0, SIZE, 512):
                nursery.start_soon(read, handle, offset)
        assert b"".join(found[offset] for offset in sorted(found)) == CONTENT

    async def test_what_is_not_there_is_not_offered(self, host: PluginHost, shelf: Shelf) -> None:
        shelf.put(CONTENT)
        assert await (await the_tier(host)).offer(absent()) is None

    async def test_a_file_that_was_cut_is_an_error_and_never_a_short_read(self, host: PluginHost, shelf: Shelf) -> None:
        async with opened(host, shelf.put(CONTENT)) as handle:
            shelf.cut(1000)
            assert await handle.read(0, 500) == CONTENT[:500]
            with pytest.raises(MosaicError):
                await handle.read(900, 200)

    async def test_another_version_is_never_opened(self, host: PluginHost, shelf: Shelf) -> None:
        entry = shelf.put(CONTENT)
        shelf.replace(b"another")
        tier = await the_tier(host)
        offer = await tier.offer(entry)
        if offer is not None:
            with pytest.raises(MosaicError):
                await tier.open(entry, offer)

    async def test_closing_twice_is_closing_once(self, host: PluginHost, shelf: Shelf) -> None:
        async with opened(host, shelf.put(CONTENT)) as handle:
            await handle.close()


async def the_tier(host: PluginHost) -> Tier:
    (tier,) = await host.hooks.tier()
    return tier


@asynccontextmanager
async def opened(host: PluginHost, entry: Entry) -> AsyncIterator[Handle]:
    tier = await the_tier(host)
    offer = await tier.offer(entry)
    assert offer is not None, "the tier does not offer what lies in it"
    handle = await tier.open(entry, offer)
    try:
        yield handle
    finally:
        await handle.close()


def absent() -> Entry:
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000002",
        node_id="conformance",
        export_path="/conformance/absent.txt",
        name="absent.txt",
        size=1,
        mtime="2026-01-15T14:30:00.123456Z",
    )

"""The tier of storage backends: by the suite of all tiers, and by what is its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from mosaicfs.errors import (
    ArchivedError,
    DigestMismatchError,
    EntryChangedError,
    EntryUnreadableError,
    SourceUnavailableError,
)
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.tier import Offer
from mosaicfs_sdk.conformance.tier import Shelf, TierConformance
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_tiers.materialize import plugin
from mosaicfs_tiers.materialize.tier import FIRST, Materializing

NODE = "node-conformance"
LARGE = bytes(range(256)) * 8 * 1024 + b"the end"


@dataclass(slots=True)
class ServiceKernel(FakeKernel):
    """A kernel behind which a service holds one object."""

    stored: bytes = b""
    length: int = 0
    asked: list[Span] = field(default_factory=list)
    trouble: Exception | None = None
    streams: int = 0

    async def materialize(self, entry: Entry, span: Span) -> AsyncGenerator[bytes, None]:
        self.asked.append(span)
        if self.trouble is not None:
            raise self.trouble
        if entry.version != version_of(self.stored):
            raise EntryChangedError(entry.file_id)
        end = None if span.length is None else span.offset + span.length
        return self._pieces(entry, self.stored[span.offset : end])

    async def _pieces(self, entry: Entry, content: bytes) -> AsyncGenerator[bytes, None]:
        self.streams += 1
        try:
            for start in range(0, len(content), 65_536):
                await trio.lowlevel.checkpoint()
                if self.length < len(self.stored):
                    raise EntryUnreadableError(entry.file_id, "it ended too soon")
                yield content[start : start + 65_536]
        finally:
            self.streams -= 1


def version_of(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


class ServiceShelf:
    def __init__(self, kernel: ServiceKernel) -> None:
        self._kernel = kernel

    def put(self, content: bytes) -> Entry:
        self._kernel.stored, self._kernel.length = content, len(content)
        return Entry(
            file_id="file::0195c1de-0000-7000-8000-000000000002",
            node_id=NODE,
            export_path="/photos/a.bin",
            name="a.bin",
            size=len(content),
            mtime="2026-01-15T14:30:00Z",
            native_id="a.bin",
            version=version_of(content),
            backend="photos",
        )

    def cut(self, size: int) -> None:
        self._kernel.length = size

    def replace(self, content: bytes) -> None:
        self._kernel.stored, self._kernel.length = content, len(content)


@pytest.fixture
def kernel(tmp_path: Path) -> ServiceKernel:
    return ServiceKernel(FakePlaces(tmp_path / "ours"), NODE)


@pytest.fixture
def shelf(kernel: ServiceKernel) -> ServiceShelf:
    return ServiceShelf(kernel)


@pytest.fixture
def tier(kernel: ServiceKernel) -> Materializing:
    return Materializing(kernel, NODE, kernel.places.cache_dir)


class TestTier(TierConformance):
    plugin = plugin

    @pytest.fixture
    def kernel(self, tmp_path: Path) -> Kernel:
        return ServiceKernel(FakePlaces(tmp_path / "ours"), NODE)

    @pytest.fixture
    def shelf(self, kernel: ServiceKernel) -> Shelf:
        return ServiceShelf(kernel)


async def test_a_kernel_without_backends_has_no_such_tier(tmp_path: Path) -> None:
    assert await plugin.tier(FakeKernel(FakePlaces(tmp_path))) is None


async def test_only_files_of_backends_of_this_node_are_offered(tier: Materializing, shelf: ServiceShelf) -> None:
    entry = shelf.put(b"content")
    offer = await tier.offer(entry)
    assert offer is not None
    assert (offer.cost, offer.network, offer.keep, offer.where) == (900, True, True, "")
    assert await tier.offer(replace(entry, backend=None)) is None
    assert await tier.offer(replace(entry, node_id="node-other")) is None


async def offered(tier: Materializing, entry: Entry) -> tuple[Entry, Offer]:
    offer = await tier.offer(entry)
    assert offer is not None
    return entry, offer


async def test_a_small_file_comes_with_its_opening_and_nothing_is_asked_again(
    tier: Materializing, shelf: ServiceShelf, kernel: ServiceKernel
) -> None:
    handle = await tier.open(*await offered(tier, shelf.put(b"content")))
    assert (await handle.read(0, 100), await handle.read(3, 2)) == (b"content", b"te")
    await handle.close()
    assert kernel.asked == [Span(0, 7)]


async def test_of_a_large_file_only_what_is_read_is_asked_for(
    tier: Materializing, shelf: ServiceShelf, kernel: ServiceKernel
) -> None:
    handle = await tier.open(*await offered(tier, shelf.put(LARGE)))
    assert await handle.read(FIRST - 3, 6) == LARGE[FIRST - 3 : FIRST + 3]
    assert await handle.read(len(LARGE) - 7, 100) == b"the end"
    assert await handle.read(0, 10) == LARGE[:10]
    await handle.close()
    assert kernel.asked == [Span(0, FIRST), Span(FIRST, 3), Span(len(LARGE) - 7, 7)]
    assert kernel.streams == 0


async def test_a_refusal_is_known_when_it_is_opened(
    tier: Materializing, shelf: ServiceShelf, kernel: ServiceKernel
) -> None:
    entry = replace(shelf.put(b"content"), state="archived")
    kernel.trouble = ArchivedError("a.bin")
    with pytest.raises(ArchivedError):
        await tier.open(*await offered(tier, entry))


async def test_a_small_file_that_is_not_what_its_digest_says_is_refused(
    tier: Materializing, shelf: ServiceShelf
) -> None:
    entry = shelf.put(b"content")
    right, wrong = (f"sha256:{sha256(each).hexdigest()}" for each in (b"content", b"other"))
    await tier.open(*await offered(tier, replace(entry, digest=right)))
    await tier.open(*await offered(tier, replace(entry, digest="md5:9a0364b9e99bb480dd25e1f0284c8555")))
    with pytest.raises(DigestMismatchError):
        await tier.open(*await offered(tier, replace(entry, digest=wrong)))


async def test_a_file_of_unknown_size_comes_whole_first(
    tier: Materializing, shelf: ServiceShelf, kernel: ServiceKernel
) -> None:
    entry = replace(shelf.put(LARGE), size=0, size_known=False)
    handle = await tier.open(*await offered(tier, entry))
    assert (handle.size, await handle.read(len(LARGE) - 7, 100)) == (len(LARGE), b"the end")
    await handle.close()
    assert kernel.asked == [Span()]
    assert list(kernel.places.cache_dir.iterdir()) == []
    with pytest.raises(SourceUnavailableError):
        await handle.read(0, 1)


async def test_closing_ends_a_read_that_waits(tier: Materializing, shelf: ServiceShelf, kernel: ServiceKernel) -> None:
    handle = await tier.open(*await offered(tier, shelf.put(LARGE)))
    ended = trio.Event()

    async def read() -> None:
        with pytest.raises(SourceUnavailableError):
            await handle.read(FIRST, len(LARGE))
        ended.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.lowlevel.checkpoint()
        await handle.close()
        await ended.wait()
    assert kernel.streams == 0

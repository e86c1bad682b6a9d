"""The real server and the real tier: every byte arrives, or none does, whatever happens in between."""

from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
import trio
from msgspec import structs

from mosaicfs.errors import (
    AccessRefusedError,
    EntryChangedError,
    EntryGoneError,
    SourceUnavailableError,
)
from mosaicfs.model.tier import Handle
from mosaicfs_tiers.owning_node.fetching import SPAN
from plugins.builtin.transfer.tests.node import LAPTOP, Nas
from tests.transfers.conftest import Laptop

pytestmark = pytest.mark.patient

Relay = Callable[[int], Awaitable[int]]
LARGE = Random(7).randbytes(2 * SPAN + 12_345)


async def test_a_large_file_arrives_as_it_is_in_spans(nas: Nas, laptop: Laptop) -> None:
    entry = await nas.put(LARGE)
    assert sha256(await laptop.read(entry)).digest() == sha256(LARGE).digest()
    assert laptop.tier.bytes_in >= len(LARGE)


@pytest.mark.parametrize("size", [0, 1, 4096, 1024 * 1024, 1024 * 1024 + 1])
async def test_a_file_of_any_size_arrives(nas: Nas, laptop: Laptop, size: int) -> None:
    entry = await nas.put(LARGE[:size])
    assert await laptop.read(entry) == LARGE[:size]


async def test_parts_anywhere_are_those_of_the_file(nas: Nas, laptop: Laptop) -> None:
    entry, random = await nas.put(LARGE), Random(11)
    for _ in range(20):
        offset, length = random.randrange(len(LARGE) + 10), random.randrange(1 << 17)
        assert await laptop.read(entry, offset, length) == LARGE[offset : offset + length]


async def test_many_reads_at_once_are_all_served(nas: Nas, laptop: Laptop) -> None:
    """More than a node serves one caller at a time: they queue here instead of being refused there."""
    entry = await nas.put(LARGE[: 3 << 20])
    found: dict[int, bytes] = {}

    async def read(offset: int) -> None:
        found[offset] = await laptop.read(entry, offset, 100_000)

    async with trio.open_nursery() as nursery:
        for offset in range(0, 3_000_000, 100_000):
            nursery.start_soon(read, offset)
    assert all(found[offset] == LARGE[offset : offset + 100_000] for offset in found)
    assert len(found) == 30


async def test_a_file_that_is_replaced_by_one_of_equal_size_is_never_read_as_the_old_one(
    nas: Nas, laptop: Laptop
) -> None:
    entry = await nas.put(LARGE[: 2 << 20])
    offer = await laptop.tier.offer(entry)
    assert offer is not None
    handle = await laptop.tier.open(entry, offer)
    _replace(Path(entry.export_path), bytes(2 << 20))
    with pytest.raises(EntryChangedError):
        await handle.read(1 << 20, 1000)
    await handle.close()


async def test_a_new_document_at_the_owner_refuses_the_old_version_at_once(nas: Nas, laptop: Laptop) -> None:
    entry = await nas.put(LARGE[:100])
    with pytest.raises(EntryChangedError):
        await laptop.read(structs.replace(entry, mtime="2020-01-01T00:00:00Z"))


async def test_what_is_gone_is_gone(nas: Nas, laptop: Laptop) -> None:
    entry = await nas.put(LARGE[:100])
    _remove(Path(entry.export_path))
    with pytest.raises(EntryGoneError):
        await laptop.read(entry)


async def test_attack_13_a_disabled_node_reads_nothing_more(nas: Nas, laptop: Laptop) -> None:
    entry = await nas.put(LARGE)
    offer = await laptop.tier.offer(entry)
    assert offer is not None
    handle = await laptop.tier.open(entry, offer)
    await nas.node(LAPTOP, nas.laptop.public_key, status="disabled")
    with trio.fail_after(30), pytest.raises((AccessRefusedError, SourceUnavailableError)):
        await _read_on(handle)
    with pytest.raises(AccessRefusedError):
        await laptop.read(entry)
    await handle.close()


async def test_a_node_that_stops_is_unavailable_and_a_node_that_comes_back_is_read_again(
    nas: Nas, laptop: Laptop
) -> None:
    entry = await nas.put(LARGE[: 2 << 20])
    assert await laptop.read(entry, 0, 10) == LARGE[:10]
    await nas.stop()
    with pytest.raises(SourceUnavailableError):
        await laptop.read(entry)
    await nas.start()
    await laptop.learn()
    assert await laptop.read(entry, 0, 10) == LARGE[:10]


async def _read_on(handle: Handle) -> None:
    while True:
        await handle.read(0, 1000)


# --- a line that breaks --------------------------------------------------------------------------------------------


@pytest.fixture
async def relay(nas: Nas) -> AsyncIterator[Relay]:
    """A wire to the NAS that is cut once after so many bytes; answers its port."""
    async with trio.open_nursery() as nursery:

        async def lay(after: int) -> int:
            left = [after]

            async def pump(source: trio.SocketStream, sink: trio.SocketStream, *, counts: bool) -> None:
                async for some in source:
                    if counts and 0 < left[0] <= len(some):
                        left[0] = 0
                        raise trio.BrokenResourceError
                    left[0] -= len(some) if counts and left[0] else 0
                    await sink.send_all(some)

            async def one(stream: trio.SocketStream) -> None:
                inner = await trio.open_tcp_stream("127.0.0.1", nas.port)
                try:
                    async with inner, stream, trio.open_nursery() as both:
                        both.start_soon(_until_over(both, pump), stream, inner, False)
                        both.start_soon(_until_over(both, pump), inner, stream, True)
                except* (trio.BrokenResourceError, trio.ClosedResourceError):
                    pass

            listeners = await nursery.start(trio.serve_tcp, one, 0)
            return int(listeners[0].socket.getsockname()[1])

        yield lay
        nursery.cancel_scope.cancel()


def _until_over(both: trio.Nursery, pump: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def run(source: trio.SocketStream, sink: trio.SocketStream, counts: bool) -> None:
        await pump(source, sink, counts=counts)
        both.cancel_scope.cancel()

    return run


@pytest.mark.parametrize("after", [1, 700, 5_000, 70_000, 1_000_000, SPAN, 2 * SPAN, 2 * SPAN + 10_000])
async def test_property_15_a_resumed_transfer_has_the_digest_of_an_unbroken_one(
    nas: Nas, laptop: Laptop, relay: Relay, after: int
) -> None:
    entry = await nas.put(LARGE)
    await laptop.learn(await relay(after))
    assert sha256(await laptop.read(entry)).digest() == sha256(LARGE).digest()


def _replace(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _remove(path: Path) -> None:
    path.unlink()

"""Files from afar for the tests of the cache: what they hold follows from the offset, and each says what was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import time
from uuid import UUID

import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.configuration import CacheSettings
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import Clock
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_tiers.cache.tier import FileCache

MIB = 1 << 20
_TABLE = Random(7).randbytes(MIB + 4099)


def content_at(offset: int, length: int) -> bytes:
    """Of a file without an end, in which no two blocks are equal."""
    found = bytearray()
    while length > 0:
        block, within = divmod(offset, MIB)
        shift = block * 31 % 4099
        piece = _TABLE[shift + within : shift + min(MIB, within + length)]
        found += piece
        offset += len(piece)
        length -= len(piece)
    return bytes(found)


def entry_named(number: int, size: int, **facts: object) -> Entry:
    known = {"mtime": "2026-01-15T14:30:00.123456Z", "version": None} | facts
    file_id = f"file::{UUID(int=number | 7 << 76 | 8 << 60)}"
    return Entry(file_id=file_id, node_id="far", export_path="/far/film.mkv", name="film.mkv", size=size, **known)  # type: ignore[arg-type]


@dataclass
class Source:
    """`before` runs in each read, and may raise or wait; `cut` makes answers short."""

    size: int
    before: Callable[[int, int], Awaitable[None]] | None = None
    cut: int = 0
    version: str | None = None
    reads: list[tuple[int, int]] = field(default_factory=list)
    closed: int = 0

    async def read(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        await trio.lowlevel.checkpoint()
        if self.before is not None:
            await self.before(offset, length)
        return content_at(offset, max(0, min(length, self.size - offset) - self.cut))

    async def close(self) -> None:
        self.closed += 1

    @property
    def fetched(self) -> int:
        return sum(length for _, length in self.reads)


async def refuses(offset: int, length: int) -> None:
    raise SourceUnavailableError("the far node")


def cache_at(
    root: Path,
    *,
    max_bytes: int = 1 << 34,
    threshold: int = 4 * MIB,
    min_free: int = 0,
    store: MemoryStore | None = None,
    notices: FakeNotices | None = None,
    clock: Clock = time,
) -> FileCache:
    settings = CacheSettings(max_bytes=max_bytes, min_free_bytes=min_free, block_threshold_bytes=threshold)
    return FileCache(root, lambda: settings, store or MemoryStore(), notices or FakeNotices(), clock=clock)


async def until(holds: Callable[[], object], limit_s: float = 10.0) -> None:
    with trio.fail_after(limit_s):
        while not holds():  # noqa: ASYNC110 - what it waits for tells nobody
            await trio.sleep(0.01)


def data_files(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("??/*") if path.is_file())


def open_files(root: Path) -> list[str]:
    """Of this process, but for the index."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(descriptor.readlink()))
    return [path for path in found if path.startswith(f"{root}/") and "/index." not in path]


async def offered(cache: FileCache, entry: Entry) -> bool:
    return await cache.offer(entry) is not None


async def until_offered(cache: FileCache, entry: Entry) -> None:
    with trio.fail_after(10):
        while not await offered(cache, entry):  # noqa: ASYNC110 - what it waits for tells nobody
            await trio.sleep(0.01)


async def read_here(cache: FileCache, entry: Entry) -> bytes:
    """All of it, from the complete entry alone."""
    offer = await cache.offer(entry)
    assert offer is not None
    handle = await cache.open(entry, offer)
    try:
        return await handle.read(0, handle.size)
    finally:
        await handle.close()

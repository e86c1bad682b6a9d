"""A place that keeps copies, in memory. It keeps every promise of `model.target`, until its faults say otherwise."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from hashlib import sha256
from pathlib import Path

import trio

from mosaicfs.errors import EntryChangedError, EntryGoneError
from mosaicfs.model.entry import Span
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import CopyFacts, Kept, KeptPage, Stored, TargetHealth
from mosaicfs_sdk.fakes.faults import Faults

SERVICE = "the memory target"
PIECE = 4096


class MemoryTarget:
    """`copies` is what is kept, by key. A page of a listing holds `page` entries."""

    def __init__(self, faults: Faults | None = None, page: int = 2) -> None:
        self.copies: dict[str, tuple[bytes, str]] = {}
        self.faults = faults or Faults()
        self.page = page

    async def put(self, key: str, path: Path, meta: CopyFacts) -> Stored:
        content = await trio.Path(path).read_bytes()
        for at in range(0, len(content), PIECE):
            await meta.limiter.wait_for(len(content[at : at + PIECE]))
            await self.faults.before(SERVICE)
        digest = sha256(content).hexdigest()
        if (len(content), digest) != (meta.size, meta.sha256):
            raise EntryChangedError(meta.file_id)
        self.copies[key] = content, meta.mtime
        return Stored(key, len(content), f"sha256:{digest}")

    async def get(self, key: str, span: Span) -> ByteStream:
        await self.faults.before(SERVICE)
        if key not in self.copies:
            raise EntryGoneError(key)
        end = None if span.length is None else span.offset + span.length
        return self.faults.stream(_pieces(self.copies[key][0][span.offset : end]))

    async def delete(self, key: str) -> bool:
        await self.faults.before(SERVICE)
        self.copies.pop(key, None)
        return True

    async def list(self, prefix: str, cursor: str | None) -> KeptPage:
        await self.faults.before(SERVICE)
        keys = sorted(key for key in self.copies if key.startswith(prefix) and key > (cursor or ""))
        found = [self._described(key) for key in keys[: self.page]]
        return KeptPage(found, keys[self.page - 1] if len(keys) > self.page else None)

    async def stat(self, key: str) -> Kept | None:
        await self.faults.before(SERVICE)
        return self._described(key) if key in self.copies else None

    async def check(self) -> TargetHealth:
        await self.faults.before(SERVICE)
        return TargetHealth("ok", "it is in memory")

    def _described(self, key: str) -> Kept:
        content, mtime = self.copies[key]
        return Kept(key, len(content), mtime, f"sha256:{sha256(content).hexdigest()}")


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for at in range(0, len(content), PIECE):
        yield content[at : at + PIECE]

"""The tier `materialize`: what no other tier holds is asked of the service that the file lies at.

An opening fetches the first bytes, so that a refusal (archived, signed out, gone, changed) is known before anybody
reads. A file of which nobody knows how long it is comes whole into a file without a name first.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import trio

from mosaicfs.errors import DigestMismatchError, SourceUnavailableError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.materializing import Materializes
from mosaicfs.model.tier import Handle, Offer

NAME: Final = "materialize"
COST: Final = 900
MORE_S: Final = 30.0
FIRST: Final = 1024 * 1024
"""A file that is not larger comes with the opening, and is checked by its digest where one is known."""


@dataclass(frozen=True, slots=True)
class Materializing:
    """`model.tier.Tier`."""

    kernel: Materializes
    node_id: str
    cache_dir: Path

    @property
    def name(self) -> str:
        return NAME

    @property
    def cost(self) -> int:
        return COST

    @property
    def least_cost(self) -> int:
        return COST

    async def offer(self, entry: Entry) -> Offer | None:
        if entry.node_id != self.node_id or entry.backend is None:
            return None
        told = f"{entry.backend} has it archived" if entry.state == "archived" else f"{entry.backend} has it"
        reason = f"{told}, and this node hosts that backend"
        return Offer(COST, network=True, reason=reason, keep=True, more_s=MORE_S, is_ours=True)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        if not entry.size_known:
            return await self._whole(entry)
        beginning = await self._bytes(entry, 0, min(FIRST, entry.size))
        if len(beginning) == entry.size:
            _require_digest(entry, beginning)
        return ServiceHandle(self._bytes, entry, beginning)

    async def _bytes(self, entry: Entry, offset: int, length: int) -> bytes:
        found = bytearray()
        async with aclosing(await self.kernel.materialize(entry, Span(offset, length))) as stream:
            async for piece in stream:
                found += piece
        return bytes(found)

    async def _whole(self, entry: Entry) -> Handle:
        spool = await trio.to_thread.run_sync(self._spool)
        try:
            async with aclosing(await self.kernel.materialize(entry, Span())) as stream:
                async for piece in stream:
                    await trio.to_thread.run_sync(spool.write, piece)
            await trio.to_thread.run_sync(spool.flush)
        except BaseException:
            spool.close()
            raise
        return SpooledHandle(spool, os.fstat(spool.fileno()).st_size, entry.version)

    def _spool(self) -> IO[bytes]:
        self.cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self.cache_dir)


@dataclass(slots=True, eq=False)
class ServiceHandle:
    """`fetch` gives exactly the bytes that it is asked for. `beginning` are the first ones, of a small file all."""

    fetch: Callable[[Entry, int, int], Awaitable[bytes]]
    entry: Entry
    beginning: bytes
    is_closed: bool = False
    _reads: set[trio.CancelScope] = field(default_factory=set)

    @property
    def size(self) -> int:
        return self.entry.size

    @property
    def version(self) -> str | None:
        return self.entry.version

    async def read(self, offset: int, length: int) -> bytes:
        with trio.CancelScope() as scope:
            if self.is_closed:
                scope.cancel()
            self._reads.add(scope)
            try:
                return await self._read(offset, length)
            finally:
                self._reads.discard(scope)
        raise SourceUnavailableError(self.entry.file_id, "it was closed")

    async def _read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        held = self.beginning[offset:end] if end > offset else b""
        missing = max(0, end - max(offset, len(self.beginning)))
        if not missing:
            await trio.lowlevel.checkpoint()
            return held
        return held + await self.fetch(self.entry, end - missing, missing)

    async def close(self) -> None:
        self.is_closed = True
        self.beginning = b""
        for scope in self._reads:
            scope.cancel()


@dataclass(slots=True, eq=False)
class SpooledHandle:
    """All of it is on this machine already."""

    spool: IO[bytes]
    size: int
    version: str | None

    async def read(self, offset: int, length: int) -> bytes:
        await trio.lowlevel.checkpoint()
        if self.spool.closed:
            raise SourceUnavailableError("The file", "it was closed")
        return os.pread(self.spool.fileno(), max(0, min(length, self.size - offset)), offset)

    async def close(self) -> None:
        self.spool.close()


def _require_digest(entry: Entry, content: bytes) -> None:
    """Other algorithms are hints at most."""
    is_known = entry.digest is not None and entry.digest.startswith("sha256:")
    if is_known and f"sha256:{sha256(content).hexdigest()}" != entry.digest:
        raise DigestMismatchError(entry.file_id, entry.backend or "its service")

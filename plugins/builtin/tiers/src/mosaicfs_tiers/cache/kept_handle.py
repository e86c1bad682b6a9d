"""What a reader holds of a file that is being kept."""

from __future__ import annotations

import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs_tiers.cache.block_map import BLOCK, blocks_in
from mosaicfs_tiers.cache.fetches import Content, Reader
from mosaicfs_tiers.cache.kept_file import KeptFile
from mosaicfs_tiers.cache.shelf import Figures


class KeptHandle:
    """What is here is read in the thread of the event loop; anything else waits for a fetch."""

    def __init__(self, kept: KeptFile, reader: Reader, figures: Figures) -> None:
        self._kept = kept
        self._reader = reader
        self._figures = figures
        self._waiting: set[trio.CancelScope] = set()
        self.size = kept.size
        self.version = reader.source.version

    async def read(self, offset: int, length: int) -> bytes:
        return bytes(await self.lend(offset, length))

    async def lend(self, offset: int, length: int) -> memoryview:
        wanted = max(0, min(length, self.size - offset))
        if wanted == 0:
            return memoryview(b"")
        if self._reader.is_closed:
            raise SourceUnavailableError(self._kept.entry.file_id, "it was closed")
        found = self._kept.ready(offset, wanted)
        if found is None:
            self._figures.misses += 1
            found = await self._fetched(offset, wanted)
        else:
            self._figures.hits += 1
        if (ahead := self._reader.ahead.note(offset, offset + wanted)) is not None:
            self._kept.go_ahead(self._reader, ahead)
        return memoryview(found)

    async def fill(self, offset: int, length: int) -> None:
        end = min(offset + length, self.size)
        with trio.CancelScope() as scope:
            self._waiting.add(scope)
            try:
                return await self._kept.fill(self._reader, (offset // BLOCK, blocks_in(end)))
            finally:
                self._waiting.discard(scope)
        raise SourceUnavailableError(self._kept.entry.file_id, "it was closed")

    async def _fetched(self, offset: int, wanted: int) -> Content:
        with trio.CancelScope() as scope:
            self._waiting.add(scope)
            try:
                return await self._kept.read(self._reader, offset, wanted)
            finally:
                self._waiting.discard(scope)
        raise SourceUnavailableError(self._kept.entry.file_id, "it was closed")

    async def close(self) -> None:
        if self._reader.is_closed:
            return
        for scope in self._waiting:
            scope.cancel()
        await self._kept.close(self._reader)

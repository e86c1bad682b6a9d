"""What may be kept of a file that is read where it lies: only what was read while it still was the version it was."""

from __future__ import annotations

from dataclasses import dataclass

from mosaicfs.errors import EntryChangedError
from mosaicfs.model.tier import Handle, Live


def unchanging(file_id: str, handle: Handle) -> Handle:
    """The handle itself, unless it shows a file that may become another version under it."""
    seen: object = handle
    return Unchanging(file_id, handle, seen) if isinstance(seen, Live) else handle


@dataclass(frozen=True, slots=True)
class Unchanging:
    """A look after each read: bytes of a file that changed meanwhile may be of both versions."""

    file_id: str
    handle: Handle
    seen: Live

    @property
    def size(self) -> int:
        return self.handle.size

    @property
    def version(self) -> str | None:
        return self.handle.version

    async def read(self, offset: int, length: int) -> bytes:
        found = await self.handle.read(offset, length)
        if self.seen.differs:
            raise EntryChangedError(self.file_id)
        return found

    async def close(self) -> None:
        await self.handle.close()

"""A `Tier` made of one that has nothing to open: its offer is its cost, each read one call."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

from mosaicfs.errors import EntryUnreadableError, SourceUnavailableError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.tier import Handle, Offer, ReadingTier, Tier


@dataclass(frozen=True, slots=True)
class OpenedByReading:
    """The tier says "not here" only when it is read, so it offers everything."""

    reading: ReadingTier

    @property
    def name(self) -> str:
        return self.reading.name

    @property
    def cost(self) -> int:
        return self.reading.cost

    @property
    def least_cost(self) -> int:
        return self.reading.cost

    async def offer(self, entry: Entry) -> Offer | None:
        return Offer(self.reading.cost)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        return _Handle(self.reading, entry)


@dataclass(frozen=True, slots=True)
class _Handle:
    reading: ReadingTier
    entry: Entry

    @property
    def size(self) -> int:
        return self.entry.size

    @property
    def version(self) -> str | None:
        return self.entry.version

    async def read(self, offset: int, length: int) -> bytes:
        size = max(0, min(length, self.size - offset))
        stream = await self.reading.read(self.entry, Span(offset, size))
        if stream is None:
            raise SourceUnavailableError(self.reading.name, f"it does not hold {self.entry.file_id}")
        found = bytearray()
        async with aclosing(stream):
            async for piece in stream:
                found += piece
        if len(found) != size:
            raise EntryUnreadableError(self.entry.file_id, f"{self.reading.name} gave {len(found)} of {size} bytes")
        return bytes(found)

    async def close(self) -> None:
        """There is nothing that stays open between reads."""


def as_tier(found: Tier | ReadingTier) -> Tier:
    return found if isinstance(found, Tier) else OpenedByReading(found)

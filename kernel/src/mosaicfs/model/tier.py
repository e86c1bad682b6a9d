"""A place on this machine that can produce the bytes of a file, and what it hands out when it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream


@dataclass(frozen=True, slots=True)
class Offer:
    """`cost` orders offers, 0 is the best of 1,000; `network` says that opening needs one; `reason` is for people."""

    cost: int
    network: bool = False
    reason: str = ""


class Handle(Protocol):
    """One opened version of one file. Reads may run at the same time."""

    @property
    def size(self) -> int: ...

    @property
    def version(self) -> str | None: ...

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `max(0, min(length, size - offset))` bytes of that version, or an error."""

    async def close(self) -> None:
        """Release everything, also under a running read. Never fails."""


@runtime_checkable
class Tier(Protocol):
    """`name` is its identity, `cost` what it usually offers."""

    @property
    def name(self) -> str: ...

    @property
    def cost(self) -> int: ...

    async def offer(self, entry: Entry) -> Offer | None:
        """From memory and the local store, within 50 ms; no network, no path of a remote file system."""

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        """May take its time, and may find that it cannot: then one of the errors of the three branches."""


@runtime_checkable
class ReadingTier(Protocol):
    """The short form of a tier, for one that has nothing to open; the host makes a `Tier` of it."""

    @property
    def name(self) -> str: ...

    @property
    def cost(self) -> int: ...

    async def read(self, entry: Entry, span: Span) -> ByteStream | None:
        """Exactly the bytes of `span`. None when the entry is not here."""

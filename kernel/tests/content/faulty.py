"""Tiers that go wrong in every way that a tier can, and say exactly what they were asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Offer

Fault = Literal["none", "refuse_open", "break_open", "other_size", "fail", "short", "long", "break", "hang"]


@dataclass(slots=True)
class FaultyTier:
    """It holds `content`. Its fault shows in the `after`-th read, counted over all its handles."""

    name: str
    cost: int
    content: bytes
    fault: Fault = "none"
    after: int = 0
    network: bool = False
    worth_keeping: bool = False
    error: Callable[[], MosaicError] = lambda: SourceUnavailableError("it", "the test says so")
    opened: int = 0
    closed: int = 0
    reads: list[tuple[int, int]] = field(default_factory=list)

    async def offer(self, entry: Entry) -> Offer | None:
        return Offer(self.cost, network=self.network, keep=self.worth_keeping)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        if self.fault == "refuse_open":
            raise self.error()
        if self.fault == "break_open":
            raise RuntimeError("the test says so")
        self.opened += 1
        return FaultyHandle(self)


@dataclass(slots=True)
class FaultyHandle:
    tier: FaultyTier
    version: str | None = None

    @property
    def size(self) -> int:
        return len(self.tier.content) + (1 if self.tier.fault == "other_size" else 0)

    async def read(self, offset: int, length: int) -> bytes:
        await trio.lowlevel.checkpoint()
        tier = self.tier
        tier.reads.append((offset, length))
        found = tier.content[offset : offset + length]
        if len(tier.reads) <= tier.after:
            return found
        match tier.fault:
            case "fail":
                raise tier.error()
            case "short":
                return found[:-1]
            case "long":
                return found + b"x"
            case "break":
                raise KeyError("the test says so")
            case "hang":
                await trio.sleep_forever()
        return found

    async def close(self) -> None:
        self.tier.closed += 1


@dataclass(slots=True)
class PromptTier(FaultyTier):
    """It has everything at once. What goes wrong then is told by `open` and `read`."""

    def offer_now(self, entry: Entry) -> Offer | None:
        return Offer(self.cost, network=self.network, keep=self.worth_keeping)

    def open_now(self, entry: Entry, offer: Offer) -> PromptHandle | None:
        if self.fault == "refuse_open":
            return None
        if self.fault == "break_open":
            raise RuntimeError("the test says so")
        self.opened += 1
        return PromptHandle(self)


@dataclass(slots=True)
class PromptHandle(FaultyHandle):
    def glance(self, offset: int, length: int) -> bytes | None:
        tier = self.tier
        found = tier.content[offset : offset + length]
        if len(tier.reads) < tier.after or tier.fault in ("none", "other_size"):
            tier.reads.append((offset, length))
            return found
        return found[:-1] if tier.fault == "short" else found + b"x" if tier.fault == "long" else None

    def leave(self) -> None:
        self.tier.closed += 1

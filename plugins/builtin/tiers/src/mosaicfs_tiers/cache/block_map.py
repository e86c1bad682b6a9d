"""Which blocks of a file are here: a sorted list of half-open intervals, disjoint and not touching.

A film that was watched in two places is two pairs of numbers, however long it is. Only numbers; who fetches, writes and
commits the blocks is elsewhere.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final, TypeAlias

BLOCK: Final = 1 << 20
MOST_STORED: Final = 1_000
LEFT_AFTER_GIVING_UP: Final = 500
_PAIR: Final = 16

Blocks: TypeAlias = tuple[int, int]
"""From the first number up to, and without, the second."""


class BadMapError(ValueError):
    """The stored form is not one that we write."""


class BlockMap:
    def __init__(self, total: int, intervals: Iterable[Blocks] = ()) -> None:
        self.total = total
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in intervals:
            self.add(start, end)

    def __len__(self) -> int:
        """Of intervals, not of blocks."""
        return len(self._starts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockMap) and self.total == other.total and self.intervals() == other.intervals()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def intervals(self) -> list[Blocks]:
        return list(zip(self._starts, self._ends, strict=True))

    def has(self, block: int) -> bool:
        at = bisect_right(self._starts, block) - 1
        return at >= 0 and block < self._ends[at]

    def has_all(self, start: int, end: int) -> bool:
        """Also of no block at all."""
        at = bisect_right(self._starts, start) - 1
        return start >= end or (at >= 0 and end <= self._ends[at])

    def missing(self, start: int, end: int) -> list[Blocks]:
        """The gaps of `[start, end)`, sorted."""
        gaps = []
        at = bisect_right(self._ends, start)
        while start < end and at < len(self._starts) and self._starts[at] < end:
            if start < self._starts[at]:
                gaps.append((start, self._starts[at]))
            start = self._ends[at]
            at += 1
        if start < end:
            gaps.append((start, end))
        return gaps

    def add(self, start: int, end: int) -> None:
        if start >= end:
            return
        if not self._ends or start > self._ends[-1]:
            self._starts.append(start)
            self._ends.append(end)
        elif start >= self._starts[-1]:
            self._ends[-1] = max(self._ends[-1], end)
        else:
            self._merge(start, end)

    def _merge(self, start: int, end: int) -> None:
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def add_all(self, other: BlockMap) -> None:
        for start, end in other.intervals():
            if not self.has_all(start, end):
                self.add(start, end)

    def count(self) -> int:
        return sum(self._ends) - sum(self._starts)

    def complete(self) -> bool:
        """A file without bytes is complete from the beginning."""
        return self.total == 0 or (self._starts == [0] and self._ends == [self.total])

    def longest(self, most: int) -> BlockMap:
        """What is left when the shortest intervals are given up until there are at most `most`."""
        kept = sorted(self.intervals(), key=lambda one: one[0] - one[1])[:most]
        return BlockMap(self.total, sorted(kept))

    def bytes_of(self, file_size: int) -> int:
        """The last block counts by its true length."""
        if not self._ends:
            return 0
        beyond = max(0, self._ends[-1] * BLOCK - file_size)
        return self.count() * BLOCK - beyond

    def encode(self) -> bytes:
        flat = [number for pair in zip(self._starts, self._ends, strict=True) for number in pair]
        return struct.pack(f"<{len(flat)}Q", *flat)

    @classmethod
    def decode(cls, stored: bytes, total: int) -> BlockMap:
        """`BadMapError` for whatever `encode` does not write."""
        if len(stored) % _PAIR:
            raise BadMapError("it is cut")
        found = cls(total)
        before = -1
        for start, end in struct.iter_unpack("<QQ", stored):
            if start <= before or start >= end or end > total:
                raise BadMapError(f"no interval of {total} blocks can be {start}-{end} after {before}")
            found._starts.append(start)
            found._ends.append(end)
            before = end
        return found


def blocks_in(size: int) -> int:
    return -(-size // BLOCK)

"""A complete data file straight from the disk, a span ahead of who reads much of it in order.

What such a reader is given the system keeps for him in the pages of the mount. To keep it in those of the data file as
well costs more than to read it, and the disk would be waited for where everybody waits. So it is read by threads, past
the pages. Where a file system cannot do that, or something goes wrong, the file is read like anything else.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import trio

from mosaicfs_tiers.cache.past_pages import UNIT
from mosaicfs_tiers.cache.shelf import Shelf
from mosaicfs_tiers.owning_node.rooms import SPAN, Rooms

__all__ = ["AHEAD", "MOST_AT_ONCE", "SPAN", "Straight"]

AHEAD: Final = 1
"""Spans that are on their way, or here, behind the one that is read."""
MOST_AT_ONCE: Final = 4
"""Handles that are read this way; each has up to three spans in memory."""
_DIRECT: Final = getattr(os, "O_DIRECT", 0)


@dataclass(eq=False)
class _Span:
    """`content` stays empty where it could not be read."""

    content: memoryview = field(default_factory=lambda: memoryview(b""))
    is_read: trio.Event = field(default_factory=trio.Event)


class Straight:
    """Of one handle."""

    def __init__(self, shelf: Shelf, file: int, size: int) -> None:
        self._shelf = shelf
        self._file = file
        self._size = size
        self._way = -1
        self._running = 0
        self._is_over = not _DIRECT
        self._rooms = Rooms()
        self._spans: dict[int, _Span] = {}

    def has(self, offset: int) -> bool:
        """It is here, or on its way."""
        return offset // SPAN in self._spans

    async def lend(self, offset: int, length: int) -> memoryview | None:
        """None where it cannot be had this way."""
        first, last = offset // SPAN, (offset + length - 1) // SPAN
        self._go_on(first, last + AHEAD)
        parts: list[memoryview] = []
        for number in range(first, last + 1):
            if (span := self._spans.get(number)) is None:
                return None
            await span.is_read.wait()
            begin = number * SPAN
            parts.append(span.content[max(0, offset - begin) : offset + length - begin])
        found = parts[0] if len(parts) == 1 else memoryview(b"".join(parts))
        return found if len(found) == length else None

    def close(self) -> None:
        """A thread may still read, so its number is not given free before the end."""
        self._is_over = True
        self._spans.clear()
        if not self._running and self._way >= 0:
            way, self._way = self._way, -1
            os.close(way)
            self._shelf.straight -= 1

    def _go_on(self, first: int, last: int) -> None:
        """Those just behind are kept: the system asks for a few parts at once, and they come in any order."""
        for number in [each for each in self._spans if not first - 1 <= each <= last]:
            del self._spans[number]
        for number in range(first, min(last, (self._size - 1) // SPAN) + 1):
            if number not in self._spans and self._is_open():
                self._spans[number] = span = _Span()
                self._running += 1
                self._shelf.spawn(self._read, number, span)

    def _is_open(self) -> bool:
        if self._way < 0 and not self._is_over and self._shelf.straight < MOST_AT_ONCE:
            try:
                self._way = os.open(f"/proc/self/fd/{self._file}", os.O_RDONLY | os.O_CLOEXEC | _DIRECT)
                self._shelf.straight += 1
            except OSError:
                self._is_over = True
        return self._way >= 0 and not self._is_over

    async def _read(self, number: int, span: _Span) -> None:
        try:
            room = self._rooms.one(SPAN)
            with suppress(OSError):
                span.content = await trio.to_thread.run_sync(self._read_in_thread, room, number * SPAN)
        finally:
            span.is_read.set()
            self._running -= 1
            if self._is_over:
                self.close()

    def _read_in_thread(self, room: memoryview, offset: int) -> memoryview:
        length, done = min(SPAN, self._size - offset), 0
        while done < length and done % UNIT == 0:
            got = os.preadv(self._way, [room[done:]], offset + done)
            if not got:
                break
            done += got
        return room[:done]

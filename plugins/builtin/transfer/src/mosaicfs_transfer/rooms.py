"""Memory for spans that are on their way out: so much at once, and some of it used again.

To be given a large piece by the system and to have it cleared takes longer than to read a file into it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

SPAN = 8 * 1024 * 1024
SMALL = 256 * 1024
"""Up to this much costs nothing worth speaking of."""
MOST = 24
KEPT = 4


class Rooms:
    def __init__(self) -> None:
        self._turns = trio.CapacityLimiter(MOST)
        self._free: list[bytearray] = []

    @asynccontextmanager
    async def one(self, length: int) -> AsyncIterator[memoryview]:
        """Of that length, at most a span; what was in it before may still be. It belongs to nobody after the block."""
        async with self._turns:
            if length <= SMALL:
                yield memoryview(bytearray(length))
                return
            room = self._free.pop() if self._free else bytearray(SPAN)
            try:
                yield memoryview(room)[:length]
            finally:
                if len(self._free) < KEPT:
                    self._free.append(room)

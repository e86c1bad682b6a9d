"""How much to ask for at once, and how much before anybody asks: from what was read and how long it took.

Numbers only; nothing here reads.
"""

from __future__ import annotations

from typing import Final

from mosaicfs_tiers.cache.block_map import BLOCK, Blocks, blocks_in

MOST_IN_ONE_SPAN: Final = 8
QUICK_S: Final = 1.0
GAP: Final = 128 << 10
MOST_AT_ONCE: Final = 4
"""So many parts the system asks for at a time."""
FIRST_AHEAD: Final = 2
MOST_AHEAD: Final = 32


class Pace:
    """`blocks` is how many the next span of this handle may have."""

    def __init__(self, blocks: int = 1) -> None:
        self.blocks = blocks

    def took(self, seconds: float) -> None:
        if seconds < QUICK_S:
            self.blocks = min(self.blocks * 2, MOST_IN_ONE_SPAN)


class ReadAhead:
    """Of one handle. A reader that goes on in order gets two blocks ahead, and twice as many whenever it arrives at
    what was fetched for it.
    """

    def __init__(self) -> None:
        self._end = -1
        self._window = 0
        self._began = 0
        self._until = 0

    def note(self, offset: int, end: int) -> Blocks | None:
        """What to fetch now that `[offset, end)` was read. The system asks for a few parts at once and they come in any
        order, so a step of some of their lengths is no jump either, forward or back.
        """
        follows = self._end >= 0 and abs(offset - self._end) <= max(GAP, MOST_AT_ONCE * (end - offset))
        self._end = max(end, self._end) if follows else end
        if not follows:
            self._window = 0
            return None
        first = blocks_in(self._end)
        if self._window == 0:
            self._window, start = FIRST_AHEAD, first
        elif self._end > self._began * BLOCK:
            self._window, start = min(self._window * 2, MOST_AHEAD), max(first, self._until)
        else:
            return None
        self._began, self._until = start, start + self._window
        return start, self._until

    @property
    def is_on(self) -> bool:
        return self._window > 0

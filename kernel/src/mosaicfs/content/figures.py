"""What each tier did for readers since the start of this process. Counting costs no more than an addition.

What a face reads by the descriptor of a file is read by nobody here, and is not counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import Final

from mosaicfs.model.content import TierFigures

BOUNDS: Final = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)
"""Seconds; a local file is opened in the first, and nothing may take longer than the last but a little."""

GOOD: Final = "ok"


class Counted:
    """Of one tier. `reads` are by `ok`, or by the reason of what went wrong."""

    __slots__ = ("_opens", "_seconds", "good", "read_bytes", "tier", "troubles")

    def __init__(self, tier: str) -> None:
        self.tier = tier
        self.good = 0
        self.read_bytes = 0
        self.troubles: Counter[str] = Counter()
        self._opens = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def gave(self, size: int) -> None:
        self.good += 1
        self.read_bytes += size

    def failed(self, reason: str) -> None:
        self.troubles[reason] += 1

    def opened(self, seconds: float) -> None:
        """Whether it worked or not: who waited, waited."""
        self._opens[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def figures(self) -> TierFigures:
        return TierFigures(
            tier=self.tier,
            reads={GOOD: self.good, **self.troubles},
            read_bytes=self.read_bytes,
            opens=dict(zip((*map(str, BOUNDS), "+Inf"), accumulate(self._opens), strict=True)),
            open_seconds=self._seconds,
        )

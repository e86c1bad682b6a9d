"""How many jobs of one plugin have ended how, and what they took, since its agent started."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import Final

from mosaicfs.model.json import Json, JsonObject

BOUNDS: Final = (0.01, 0.1, 1.0, 10.0, 60.0)
"""Seconds, from the question to the answer."""

ENDS: Final = ("acked", "failed", "again")


class JobFigures:
    """A job that waits for the store or for its plugin to come back has not ended, and is not counted."""

    __slots__ = ("_ends", "_seconds", "_spread")

    def __init__(self) -> None:
        self._ends: Counter[str] = Counter()
        self._spread = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def ended(self, how: str, seconds: float) -> None:
        if how in ENDS:
            self._ends[how] += 1
            self._spread[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def told(self) -> JsonObject:
        """`took` is how many took at most so many seconds, for each bound and at last for all."""
        upto: dict[str, Json] = {}
        upto.update(zip((*map(str, BOUNDS), "+Inf"), accumulate(self._spread), strict=True))
        ends: dict[str, Json] = {how: self._ends[how] for how in ENDS}
        return {"ended": ends, "took": upto, "took_seconds": round(self._seconds, 3)}

"""The last troubles of a node, equal ones folded: a disk that fails a thousand times is one line with a number."""

from __future__ import annotations

from collections import deque
from threading import Lock
from time import time
from typing import Literal

from msgspec import structs

from mosaicfs.model.agent_status import RecentError
from mosaicfs.model.times import Clock, time_text

MOST = 50
FOLDED_S = 60.0
LONGEST = 1_000


class Troubles:
    def __init__(self, clock: Clock = time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: deque[tuple[float, RecentError]] = deque(maxlen=MOST)

    def add(self, subsystem: str, level: Literal["warning", "error"], message: str) -> bool:
        """False when it was only counted: an equal one was listed less than a minute ago."""
        with self._lock:
            return self._added(subsystem, level, message)

    def _added(self, subsystem: str, level: Literal["warning", "error"], message: str) -> bool:
        now = self._clock()
        for place, (first, known) in enumerate(self._kept):
            is_equal = (known.subsystem, known.level, known.message) == (subsystem, level, message[:LONGEST])
            if is_equal and abs(now - first) < FOLDED_S:
                self._kept[place] = first, structs.replace(known, unknown={"count": _count(known) + 1})
                return False
        moment = time_text(int(now * 1_000_000))
        error = RecentError(time=moment, subsystem=subsystem, level=level, message=message[:LONGEST])
        self._kept.append((now, error))
        return True

    def listed(self) -> tuple[RecentError, ...]:
        """Oldest first. `count` is there where one stands for several."""
        with self._lock:
            return tuple(error for _, error in self._kept)


def _count(known: RecentError) -> int:
    count = known.unknown.get("count", 1)
    return count if isinstance(count, int) else 1

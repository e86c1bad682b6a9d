"""When so much happens that looking at each path costs more than crawling: whether it does, and since when not.

A plain state machine over counts and times. What is dropped in a storm, and how, is up to `watching`.
"""

from __future__ import annotations

from typing import NamedTuple

CALM_EVENTS_PER_S = 100
CALM_SECONDS = 2
LONGEST_S = 60.0
CRAWL_EVERY_S = 300.0
_KEPT_SECONDS = 10


class Turn(NamedTuple):
    """What has changed. `doubtful` are the roots to be crawled now."""

    began: bool = False
    ended: bool = False
    doubtful: tuple[bytes, ...] = ()


class Storm:
    """After a storm that calmed down its roots are crawled at once. One that goes on past a minute is interrupted,
    watching is tried again, and its roots are crawled once in five minutes.
    """

    def __init__(self, *, events_per_s: int, seconds: int) -> None:
        self._limit = events_per_s
        self._seconds = seconds
        self._counts: dict[int, int] = {}
        self._began: float | None = None
        self._owed: dict[bytes, None] = {}
        self._last_crawl = float("-inf")
        self.storms = 0

    @property
    def raging(self) -> bool:
        return self._began is not None

    def events_per_s(self, now: float) -> float:
        """Mean of the last ten full seconds."""
        return sum(self._in(second) for second in self._before(now, _KEPT_SECONDS)) / _KEPT_SECONDS

    def counted(self, events: int, now: float) -> None:
        second = int(now)
        self._counts[second] = self._in(second) + events
        kept = max(self._seconds, _KEPT_SECONDS) + 1
        if len(self._counts) > kept:
            self._counts = {each: count for each, count in self._counts.items() if each >= second - kept}

    def hit(self, root: bytes) -> None:
        """Something of this root was dropped; it will be doubtful when the storm is over."""
        self._owed[root] = None

    def turn(self, now: float) -> Turn:
        if self._began is None:
            if self._blows(now):
                self._began = now
                self.storms += 1
                return Turn(began=True)
            return Turn(doubtful=self._pay() if self._owed and now >= self._last_crawl + CRAWL_EVERY_S else ())
        if self._calm(now):
            self._began = None
            return Turn(ended=True, doubtful=self._pay())
        if now < self._began + LONGEST_S:
            return Turn()
        self._began = None
        if now < self._last_crawl + CRAWL_EVERY_S:
            return Turn(ended=True)
        self._last_crawl = now
        return Turn(ended=True, doubtful=self._pay())

    def deadline(self, now: float) -> float | None:
        """When `turn` is to be asked, though nothing may have been counted."""
        if self._began is not None:
            return float(int(now) + 1)
        return self._last_crawl + CRAWL_EVERY_S if self._owed else None

    def _blows(self, now: float) -> bool:
        ends = (int(now) + 1, int(now))  # this second counts as soon as it holds enough
        return any(all(self._in(end - back) > self._limit for back in range(1, self._seconds + 1)) for end in ends)

    def _calm(self, now: float) -> bool:
        if self._began is None or now < self._began + CALM_SECONDS:
            return False
        return all(self._in(second) < CALM_EVENTS_PER_S for second in (*self._before(now, CALM_SECONDS), int(now)))

    def _before(self, now: float, seconds: int) -> range:
        return range(int(now) - seconds, int(now))

    def _in(self, second: int) -> int:
        return self._counts.get(second, 0)

    def _pay(self) -> tuple[bytes, ...]:
        owed = tuple(self._owed)
        self._owed.clear()
        return owed

"""What was found out about files for one mount entry: a byte a file, and when time alone will change it."""

from __future__ import annotations

import math
from array import array
from collections.abc import Container, Iterator
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import Final


class Verdict(IntEnum):
    """`ODD`: passes, but has a name on its way that no directory can show. `ABSENT`: is no result of the search."""

    UNKNOWN = 0
    PASSES = 1
    FAILS = 2
    ODD = 3
    ABSENT = 4


_PAGE: Final = 1 << 12
_BYTES_A_PAGE: Final = _PAGE + 200


class Verdicts:
    """Memory follows what was touched: files of one crawl have numbers that lie together."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}
        self._flips = _Flips()

    def of(self, n: int) -> int:
        page = self._pages.get(n // _PAGE)
        return page[n % _PAGE] if page is not None else 0

    def put(self, n: int, verdict: int, until: float) -> None:
        page = self._pages.get(n // _PAGE)
        if page is None:
            page = self._pages[n // _PAGE] = bytearray(_PAGE)
        page[n % _PAGE] = verdict
        if until != math.inf:
            self._flips.put(until, n)

    def forget(self, n: int) -> None:
        page = self._pages.get(n // _PAGE)
        if page is not None:
            page[n % _PAGE] = Verdict.UNKNOWN

    def with_one_of(self, verdicts: Container[int]) -> Iterator[int]:
        """Files, by number."""
        for number, page in sorted(self._pages.items()):
            for offset, verdict in enumerate(page):
                if verdict in verdicts:
                    yield number * _PAGE + offset

    @property
    def next_flip(self) -> float:
        """Not later than the first moment at which a verdict may be another."""
        return self._flips.next

    def due(self, now: float) -> list[int]:
        """Files whose verdicts may be others now; each is told once."""
        return self._flips.due(now)

    @property
    def bytes(self) -> int:
        return len(self._pages) * _BYTES_A_PAGE + self._flips.bytes


class _Flips:
    """Moments of the hour that runs are in a heap; those of later hours wait in arrays, sixteen bytes each."""

    _HOUR: Final = 3_600

    def __init__(self) -> None:
        self._soon: list[tuple[float, int]] = []
        self._later: dict[int, tuple[array[float], array[int]]] = {}
        self._hours: list[int] = []
        self._begun = -math.inf
        self._waiting = 0

    def put(self, at: float, n: int) -> None:
        hour = math.floor(at / self._HOUR)
        if hour <= self._begun:
            heappush(self._soon, (at, n))
            return
        if hour not in self._later:
            self._later[hour] = array("d"), array("q")
            heappush(self._hours, hour)
        moments, numbers = self._later[hour]
        moments.append(at)
        numbers.append(n)
        self._waiting += 1

    @property
    def next(self) -> float:
        later = self._hours[0] * self._HOUR if self._hours else math.inf
        return min(later, self._soon[0][0]) if self._soon else later

    def due(self, now: float) -> list[int]:
        while self._hours and self._hours[0] * self._HOUR <= now:
            self._begin(heappop(self._hours))
        found = []
        while self._soon and self._soon[0][0] <= now:
            found.append(heappop(self._soon)[1])
        return found

    def _begin(self, hour: int) -> None:
        moments, numbers = self._later.pop(hour)
        self._soon += zip(moments, numbers, strict=True)
        heapify(self._soon)
        self._begun = hour
        self._waiting -= len(numbers)

    @property
    def bytes(self) -> int:
        return self._waiting * 16 + len(self._soon) * 112 + len(self._later) * 300

"""When missing files are too many to be believed: values only.

A disk that is away, a share that lists nothing, a wrong mount all look like a person who deletes everything. So more
than a part of the files, or every one of a few, waits for a person (`holds`).
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

ALL_OF = 10
"""A place that is empty now is suspicious from so many files on."""

WINDOW_S = 600.0


class Brake(NamedTuple):
    fraction: float
    min_files: int

    def holds(self, missing: int, known: int) -> bool:
        """`known` counts the active files before any of them was missing."""
        if missing >= ALL_OF and missing >= known:
            return True
        return missing >= self.min_files and missing > self.fraction * known


class Recently:
    """How many files of a place were deleted within the last ten minutes."""

    def __init__(self) -> None:
        self._deleted: deque[tuple[float, int]] = deque()

    def add(self, at: float, files: int) -> None:
        self._deleted.append((at, files))

    def count(self, now: float) -> int:
        while self._deleted and self._deleted[0][0] < now - WINDOW_S:
            self._deleted.popleft()
        return sum(files for _, files in self._deleted)

"""Folders that did not answer, and how long they are left alone for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import trio

from mosaicfs import SlowCalls
from mosaicfs.errors import MosaicError, TimedOutError

FIRST_S = 60.0
LONGEST_S = 900.0


@dataclass(slots=True)
class Doubted:
    """One folder. An answer clears everything, also one that says no."""

    calls: SlowCalls = field(default_factory=SlowCalls)
    clock: Callable[[], float] = trio.current_time
    _wait_s: float = 0.0
    _until: float = float("-inf")

    @property
    def is_left_alone(self) -> bool:
        return self.calls.is_stuck or self.clock() < self._until

    @contextmanager
    def judging(self) -> Iterator[None]:
        """By how the call in it ends."""
        try:
            yield
        except TimedOutError:
            self._hung()
            raise
        except MosaicError:
            self._answered()
            raise
        self._answered()

    def _hung(self) -> None:
        """Twice as long as the last time. Calls that were begun together count once."""
        if self.clock() < self._until:
            return
        self._wait_s = min(self._wait_s * 2 or FIRST_S, LONGEST_S)
        self._until = self.clock() + self._wait_s

    def _answered(self) -> None:
        self._wait_s, self._until = 0.0, float("-inf")

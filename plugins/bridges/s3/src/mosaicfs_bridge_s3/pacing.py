"""How fast an account is asked: as fast as its service bears, and readers before listings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

import trio

from mosaicfs.errors import ThrottledError

FIRST_RATE = 50.0
SLOWEST_RATE = 0.1
GAIN_A_MINUTE = 1.1
LONGEST_WAIT_S = 20.0
"""Whoever would have to wait longer is told so instead."""


@dataclass(slots=True)
class Pace:
    """Requests a second, and when the next one may go. Values only; times are of any one clock, in seconds."""

    rate: float = FIRST_RATE
    top: float = FIRST_RATE
    next_at: float = 0.0
    changed_at: float = 0.0

    def wait(self, now: float) -> float:
        return max(0.0, self.next_at - now)

    def sent(self, now: float) -> None:
        self._gain(now)
        self.next_at = max(self.next_at, now) + 1 / self.rate

    def throttled(self, now: float, asked_s: float | None) -> float:
        """Half as fast from now on, and nothing before the time that the service asked for; the seconds of that."""
        self._gain(now)
        self.rate = max(self.rate / 2, SLOWEST_RATE)
        before = max(self.next_at, now)
        self.next_at = max(self.next_at, now + max(asked_s or 0.0, 1 / self.rate))
        return self.next_at - before

    def _gain(self, now: float) -> None:
        if self.rate < self.top:
            minutes = max(0.0, now - self.changed_at) / 60
            self.rate = min(self.top, self.rate * GAIN_A_MINUTE ** min(minutes, 1e3))
        self.changed_at = now


class Pacer:
    """Turns at one account. A listing lets every reader that waits go first."""

    def __init__(
        self,
        account: str,
        pace: Pace | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[None]] = trio.sleep,
    ) -> None:
        self.pace = pace or Pace()
        self._account = account
        self._clock = clock
        self._pause = pause
        self._readers = 0

    async def turn(self, *, reading: bool) -> None:
        """Return when one request may be sent; `ThrottledError` when that would take long."""
        self._readers += reading
        try:
            while not self._taken(reading):
                await self._pause(self._next_look())
        finally:
            self._readers -= reading

    def throttled(self, asked_s: float | None) -> float:
        return self.pace.throttled(self._clock(), asked_s)

    def _taken(self, reading: bool) -> bool:
        now = self._clock()
        if (wait := self.pace.wait(now)) > LONGEST_WAIT_S:
            raise ThrottledError(self._account, round(wait, 1))
        if wait > 0 or (self._readers and not reading):
            return False
        self.pace.sent(now)
        return True

    def _next_look(self) -> float:
        return max(self.pace.wait(self._clock()), 1 / self.pace.top)

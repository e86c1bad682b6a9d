"""How fast bytes may go, as a bucket that fills while nobody takes from it. How the wait is spent is the taker's."""

from __future__ import annotations

from dataclasses import dataclass

BURST_S = 0.25
"""What was not used for so long may go at once; more of it would be felt by others on the same line."""

BYTES_OF_MBPS = 125_000


@dataclass(slots=True)
class Pace:
    """For one direction of one process. All who take from it share it, in the order in which they ask."""

    _taken_up_to: float = 0.0

    def wait_s(self, amount: int, per_s: float, now: float) -> float:
        """Take `amount` and tell how long to wait before it goes. Without a wait where `per_s` is 0, which is no limit.

        The rate may be another one at each call.
        """
        if per_s <= 0:
            return 0.0
        begins = max(self._taken_up_to, now - BURST_S)
        self._taken_up_to = begins + amount / per_s
        return max(0.0, self._taken_up_to - now)

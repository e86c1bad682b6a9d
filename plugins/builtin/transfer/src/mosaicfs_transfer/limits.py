"""How often and how much at once: who fails to prove himself is slowed down, and nobody takes this machine for himself.

The numbers are those of the API (security, section 13). All of it is in memory.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network
from math import inf

from mosaicfs.model.times import Clock
from mosaicfs_transfer.refusals import rate_limited

WINDOW_S = 60.0
MOST_REFUSED = 60
"""Requests of one source that end in 401, in a window."""
MOST_UNPROVEN_A_S = 10
MOST_A_S, MOST_IN_A_BURST = 100, 200
"""Requests of one caller, other than transfers."""
MOST_TRANSFERS_IN_A_BURST = 30_000
"""Fewer would make a folder of small files slow for no reason. With those that follow at the rate of everything else,
this leaves fewer nonces live than one caller may have."""
MOST_AT_ONCE = 16
"""Transfers of one caller."""
MOST_SOURCES = 10_000
AGAIN_S = 1.0


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused: dict[str, deque[float]] = defaultdict(deque)
        self._unproven: dict[str, deque[float]] = defaultdict(deque)
        self._free_at: dict[tuple[str, bool], float] = {}
        self.running: dict[str, int] = defaultdict(int)

    def may_fail(self, source: str) -> None:
        """`RefusalError` for a source that has failed too often: it is not even listened to."""
        times = _within(self._refused[_net(source)], self._clock() - WINDOW_S)
        if len(times) >= MOST_REFUSED:
            raise rate_limited("Too many requests from here were refused.", times[0] + WINDOW_S - self._clock())

    def failed(self, source: str) -> None:
        if len(self._refused) > MOST_SOURCES:
            self._refused.clear()
        self._refused[_net(source)].append(self._clock())

    def count_unproven(self, source: str) -> None:
        now = self._clock()
        if len(self._unproven) > MOST_SOURCES:
            self._unproven.clear()
        times = _within(self._unproven[_net(source)], now - 1)
        if len(times) >= MOST_UNPROVEN_A_S:
            raise rate_limited("Too many requests from here.", AGAIN_S)
        times.append(now)

    def count(self, caller: str, *, is_transfer: bool = False) -> None:
        """One more request of a caller that has proven itself."""
        now = self._clock()
        burst = MOST_TRANSFERS_IN_A_BURST if is_transfer else MOST_IN_A_BURST
        begins = max(self._free_at.get((caller, is_transfer), -inf), now - burst / MOST_A_S)
        if begins > now:
            raise rate_limited("This node asks too often.", begins - now)
        self._free_at[caller, is_transfer] = begins + 1 / MOST_A_S

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Around one transfer."""
        if self.running[caller] >= MOST_AT_ONCE:
            raise rate_limited(f"This node has {MOST_AT_ONCE} transfers under way here.", AGAIN_S)
        self.running[caller] += 1
        try:
            yield
        finally:
            self.running[caller] -= 1

    @property
    def active(self) -> int:
        return sum(self.running.values())


def _within(times: deque[float], since: float) -> deque[float]:
    while times and times[0] <= since:
        times.popleft()
    return times


def _net(source: str) -> str:
    """An IPv6 caller has as many addresses as it likes within its network."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network(f"{address}/64", strict=False))
    return source

"""How often somebody may ask: sliding windows and buckets in memory, by a clock that tests turn by hand.

An attempt over the limit costs nothing but the look and does not make the wait longer. Sources are addresses; requests
of the owner's socket have none and are not limited by it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from types import MappingProxyType
from typing import Literal

from mosaicfs.model.times import Clock
from mosaicfs_control.rest.refusals import ApiError

LOCAL = "local"
"""The source of the owner's socket."""

SourceKind = Literal["login", "join", "refused", "public"]
PrincipalKind = Literal["all", "search", "query"]
Kind = SourceKind | PrincipalKind
PlaceKind = Literal["streams", "downloads", "transfers"]


@dataclass(frozen=True, slots=True)
class Window:
    """So many in so many seconds."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """A steady rate, with a reserve for bursts."""

    per_second: float
    burst: float


BY_SOURCE = MappingProxyType(
    {"login": Window(5, 60), "join": Window(5, 60), "refused": Window(60, 60), "public": Window(10, 1)}
)
BY_PRINCIPAL = MappingProxyType({"all": Bucket(100, 200), "search": Bucket(20, 20), "query": Bucket(5, 5)})
PLACES = MappingProxyType({"streams": 10, "downloads": 32, "transfers": 16})
MOST_KEYS = 20_000
"""Of one kind. Beyond it those that were quiet longest are forgotten first: memory has an end, addresses have none."""


def rate_limited(wait_s: float) -> ApiError:
    wait = max(1, ceil(wait_s))
    return ApiError("rate_limited", f"Too many requests; ask again in {wait} s.", headers={"retry-after": str(wait)})


def source_of(address: str) -> str:
    """What is counted for an address: itself, the network of an IPv6 address, the address inside a mapped one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


class _Windows:
    """Times of the attempts that counted, oldest first."""

    def __init__(self, window: Window, clock: Clock) -> None:
        self._window, self._clock = window, clock
        self._times: dict[str, deque[float]] = {}

    def wait_s(self, key: str) -> float:
        """0 while there is room."""
        times = self._times.pop(key, None)
        if times is None:
            return 0.0
        now = self._clock()
        since = now - self._window.seconds
        while times and not since < times[0] <= now:  # or the clock was put back
            times.popleft()
        if times:
            self._times[key] = times  # at the end: who keeps trying is not forgotten
        return times[0] - since if len(times) >= self._window.most else 0.0

    def count(self, key: str) -> None:
        times = self._times.pop(key, None) or deque(maxlen=self._window.most)
        times.append(self._clock())
        self._times[key] = times
        _forget_oldest(self._times)


class _Buckets:
    """What is left of each reserve, and when that was."""

    def __init__(self, bucket: Bucket, clock: Clock) -> None:
        self._bucket, self._clock = bucket, clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait_s(self, key: str) -> float:
        missing = 1 - self._reserve(key)
        return missing / self._bucket.per_second if missing > 1e-9 else 0.0  # a float of a sum of tenths is not whole

    def count(self, key: str) -> None:
        left = self._reserve(key) - 1
        self._left.pop(key, None)
        self._left[key] = (left, self._clock())
        _forget_oldest(self._left)

    def _reserve(self, key: str) -> float:
        left, at = self._left.get(key, (self._bucket.burst, 0.0))
        passed = self._clock() - at
        if passed < 0:  # the clock was put back
            return self._bucket.burst
        return min(self._bucket.burst, left + passed * self._bucket.per_second)


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._windows = {kind: _Windows(window, clock) for kind, window in BY_SOURCE.items()}
        self._buckets = {kind: _Buckets(bucket, clock) for kind, bucket in BY_PRINCIPAL.items()}
        self._places: Counter[tuple[str, str]] = Counter()

    def check(self, kind: Kind, key: str) -> None:
        """Count an attempt of a source or a principal; `ApiError` `rate_limited` with `Retry-After` instead."""
        self.refuse_over(kind, key)
        self.count(kind, key)

    def refuse_over(self, kind: Kind, key: str) -> None:
        """Only look. A source is given as the address that it is."""
        counted = self._counted(kind, key)
        if counted is not None and (wait := counted[0](counted[1])) > 0:
            raise rate_limited(wait)

    def count(self, kind: Kind, key: str) -> None:
        """Only count, for what is known to be an attempt afterwards, such as a request that ended in 401."""
        if (window := self._windows.get(kind)) is not None:
            if key != LOCAL:
                window.count(source_of(key))
        else:
            self._buckets[kind].count(key)

    def _counted(self, kind: Kind, key: str) -> tuple[Callable[[str], float], str] | None:
        if (window := self._windows.get(kind)) is not None:
            return None if key == LOCAL else (window.wait_s, source_of(key))
        return self._buckets[kind].wait_s, key

    @contextmanager
    def place(self, kind: PlaceKind, name: str) -> Iterator[None]:
        """One of the answers that a principal may have open at once."""
        if self._places[kind, name] >= PLACES[kind]:
            raise rate_limited(1)
        self._places[kind, name] += 1
        try:
            yield
        finally:
            self._places[kind, name] -= 1
            if not self._places[kind, name]:
                del self._places[kind, name]


def _forget_oldest(by_key: dict[str, deque[float]] | dict[str, tuple[float, float]]) -> None:
    """A key goes to the end whenever it is tried, so the first was quiet longest."""
    if len(by_key) > MOST_KEYS:
        del by_key[next(iter(by_key))]

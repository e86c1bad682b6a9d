"""How many requests were answered with what, and how long they took: an application around the front counts them.

The labels are few whatever is asked: a method that HTTP does not know is `other`, and of a path only the part of the
API counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mosaicfs_control.auth.gate import is_replication_protocol
from mosaicfs_control.metrics.readings import Readings, Spread
from mosaicfs_control.routes.api import ROUTES

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
UNTIMED = frozenset({"events"})

_PARTS = frozenset(endpoint.path.split("/")[2] for endpoint in ROUTES if endpoint.path.startswith("/api/"))


class Traffic:
    """Counted since the server started."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._answered: Counter[tuple[str, str, str]] = Counter()
        self._spreads: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def counted(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose answers are counted here."""

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            code, began, part = "none", self._clock(), part_of(scope["raw_path"].decode("latin-1"))

            async def send_it(message: Message) -> None:
                nonlocal code
                if message["type"] == "http.response.start":
                    code = str(message["status"])
                await send(message)

            try:
                await app(scope, receive, send_it)
            finally:
                self.add(scope["method"], part, code, None if _is_open(scope, part) else self._clock() - began)

        return run

    def add(self, method: str, part: str, code: str, seconds: float | None) -> None:
        """`code` is `none` where the caller went away before the answer began; `seconds` None for an open stream."""
        self._answered[method if method in METHODS else OTHER, part, code] += 1
        if seconds is not None:
            self._spreads.setdefault(part, [0] * (len(BOUNDS_S) + 1))[bisect_left(BOUNDS_S, seconds)] += 1
            self._seconds[part] += seconds  # type: ignore[assignment]  # a sum of seconds is no whole number

    def read(self, readings: Readings) -> None:
        for (method, part, code), count in self._answered.items():
            readings.put("http_requests_total", count, method=method, part=part, code=code)
        for part, counts in self._spreads.items():
            bounds = [*map(str, BOUNDS_S), "+Inf"]
            upto = dict(zip(bounds, accumulate(counts), strict=True))
            readings.put_spread("http_request_seconds", Spread(upto, self._seconds[part]), part=part)


def part_of(path: str) -> str:
    """`files` of `/api/files/…`, `replication`, `metrics`, or `other` for what is nowhere."""
    if is_replication_protocol(path):
        return "replication"
    if path == "/metrics":
        return "metrics"
    first, _, rest = path.lstrip("/").partition("/")
    part = rest.partition("/")[0]
    return part if first == "api" and part in _PARTS else OTHER


def _is_open(scope: Scope, part: str) -> bool:
    """Feeds and streams last as long as somebody listens, which says nothing of the server."""
    path = scope["raw_path"].rstrip(b"/")
    return part in UNTIMED or (part == "replication" and path.endswith(b"/_changes"))

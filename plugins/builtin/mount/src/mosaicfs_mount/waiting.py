"""How many requests may wait for bytes at once: names and attributes must never wait behind them.

The system has a number of requests under way at most. A quarter of them is kept for what needs no bytes; a reader who
comes when the others wait already is told so at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog
import trio

from mosaicfs.errors import TooManyReadsError

LONG_S: Final = 60.0
LOOK_S: Final = 5.0

_log = structlog.get_logger(component="mount")


@dataclass(slots=True, eq=False)
class _Request:
    what: str
    path: str
    since: float
    is_told: bool = False


class Long(NamedTuple):
    """A request that has waited for longer than anybody should."""

    what: str
    path: str
    seconds: int


class Waiting:
    def __init__(self, max_requests: int) -> None:
        self._most = max(1, max_requests * 3 // 4)
        self._under_way: dict[int, _Request] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._under_way)

    @contextmanager
    def slot(self, what: str, path: str) -> Iterator[None]:
        """`TooManyReadsError` where none is free."""
        if len(self._under_way) >= self._most:
            raise TooManyReadsError(len(self._under_way))
        self._last += 1
        number = self._last
        self._under_way[number] = _Request(what, path, trio.current_time())
        try:
            yield
        finally:
            del self._under_way[number]

    def long(self) -> list[Long]:
        now = trio.current_time()
        old = [each for each in self._under_way.values() if now - each.since > LONG_S]
        return [Long(each.what, each.path, int(now - each.since)) for each in old]

    async def watch(self) -> None:
        """Each long one is worth one line."""
        while True:
            await trio.sleep(LOOK_S)
            now = trio.current_time()
            for each in self._under_way.values():
                if now - each.since > LONG_S and not each.is_told:
                    each.is_told = True
                    _log.warning("a request takes long", what=each.what, path=each.path, seconds=int(now - each.since))

"""Many callers, one commit: each waits until what it put is safe in an index, and they share the cost of getting there.

One of those who wait leads: it waits for more to come and commits for all. There is no task in the background, so
nothing has to be stopped; when a leader is cancelled, another one takes over. It commits as soon as enough wait, or the
first has waited long enough, or nobody is left who could bring more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import trio

QUIET_S = 0.1
"""For so long nobody else may come, when all who are here wait already."""


class Pace(NamedTuple):
    """A commit after so many, or after so long."""

    most: int
    longest_s: float


@dataclass(slots=True)
class Commits:
    """`commit` and what is written run one at a time."""

    commit: Callable[[], Awaitable[None]]
    _here: int = 0
    """Callers between their beginning and their end."""
    _waiting: int = 0
    _written: int = 0
    _committed: int = 0
    _first_at: float = 0.0
    _led: bool = False
    _news: trio.Event = field(default_factory=trio.Event)
    _writer: trio.Lock = field(default_factory=trio.Lock)

    @contextmanager
    def present(self) -> Iterator[None]:
        """Around all that one caller does, from before it knows what it will write."""
        self._here += 1
        self._tell()
        try:
            yield
        finally:
            self._here -= 1
            self._tell()

    async def write(self, change: Callable[[], Awaitable[None]], pace: Pace) -> None:
        """Return once it is committed. Cancelled, it may be committed all the same: writing twice changes nothing."""
        async with self._writer:
            if self._written == self._committed:
                self._first_at = trio.current_time()
            await change()
            self._written += 1
            mine = self._written
        self._waiting += 1
        self._tell()
        try:
            await self._until_committed(mine, pace)
        finally:
            self._waiting -= 1

    async def _until_committed(self, mine: int, pace: Pace) -> None:
        while self._committed < mine:
            if self._led:
                await self._news.wait()
                continue
            self._led = True
            try:
                await self._gather(pace)
                await self._commit()
            finally:
                self._led = False
                self._tell()

    async def _gather(self, pace: Pace) -> None:
        with trio.move_on_at(self._first_at + pace.longest_s):
            while self._waiting < pace.most:
                is_quiet = self._waiting >= self._here
                with trio.move_on_after(QUIET_S) as quiet:
                    await self._news.wait()
                if quiet.cancelled_caught and is_quiet:
                    return

    async def _commit(self) -> None:
        async with self._writer:
            reached = self._written
            await self.commit()
            self._committed = reached

    def _tell(self) -> None:
        self._news.set()
        self._news = trio.Event()

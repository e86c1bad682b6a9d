"""How the end of somebody's rights reaches the answers that are still being sent to them.

Whoever sends a long answer (a feed, an event stream, a download) watches its principal: the `Ending` is over when the
token is revoked, the key or the node is disabled, or its time has come. Nothing is looked up here; who takes rights
away says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

import trio

from mosaicfs.model.times import Clock
from mosaicfs_control.auth.principal import Principal

SIGNED_S = 3600.0
"""How long an answer lasts that was signed for once, at its start."""


class Ending:
    """Of one answer. `over` is checked between waits, `ends_the_wait` stands around each of them."""

    def __init__(self, principal: Principal, clock: Clock, until: float) -> None:
        self.principal = principal
        self._clock = clock
        self._until = until
        self._revoked = False
        self._waits: set[trio.CancelScope] = set()

    @property
    def over(self) -> bool:
        return self._revoked or self._clock() >= self._until

    @property
    def revoked(self) -> bool:
        """Rights were taken away; otherwise only the time was over."""
        return self._revoked

    @contextmanager
    def ends_the_wait(self) -> Iterator[None]:
        """What is inside is cancelled as soon as it is over; what comes after goes on and asks `over`."""
        with trio.CancelScope() as wait:
            if self._until != inf:
                wait.deadline = trio.current_time() + max(0.0, self._until - self._clock())
            self._waits.add(wait)
            try:
                if self.over:
                    wait.cancel()
                yield
            finally:
                self._waits.discard(wait)

    def end(self) -> None:
        self._revoked = True
        for wait in list(self._waits):
            wait.cancel()


class Endings:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: set[Ending] = set()

    @contextmanager
    def watch(self, principal: Principal) -> Iterator[Ending]:
        """Around one long answer. The owner's never end by themselves."""
        ending = Ending(principal, self._clock, self._until(principal))
        self._open.add(ending)
        try:
            yield ending
        finally:
            self._open.discard(ending)

    def end(self, whose: Callable[[Principal], bool]) -> None:
        for ending in [one for one in self._open if whose(one.principal)]:
            ending.end()

    def end_all_of(self, name: str) -> None:
        """Of an access key or a node, whatever it proved itself with."""
        self.end(lambda principal: principal.name == name)

    def _until(self, principal: Principal) -> float:
        if principal.expires_at is not None:
            return principal.expires_at
        if principal.kind in ("owner", "nobody"):
            return inf
        return self._clock() + SIGNED_S

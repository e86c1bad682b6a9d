"""Calls into a file system that may never answer: a few threads of its own, and nobody waits longer than he said.

A call that hangs keeps its thread, because nothing can take it back from the system; so a dead server holds as many
threads as it was given and no more, and slows nobody who does not need it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

import trio

from mosaicfs.errors import TimedOutError

T = TypeVar("T")


def _nothing(found: object) -> None: ...


class SlowCalls:
    """Of one place. At most `most` calls run at once; the others wait for their turn within their time."""

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._turns = trio.CapacityLimiter(most)
        self._calls: set[_Call[Any]] = set()
        self._closing = _Closing()

    @property
    def is_stuck(self) -> bool:
        """Every thread is kept by a call that nobody waits for any more."""
        return sum(call.is_left for call in self._calls) >= self._most

    async def run(
        self, function: Callable[[], T], limit_s: float, what: str, discard: Callable[[T], object] = _nothing
    ) -> T:
        """`TimedOutError`, which names `what`, when it takes longer, and at once while everything is stuck.

        A result that comes when nobody waits any more goes to `discard`, in the thread.
        """
        if self.is_stuck:
            raise TimedOutError(what, limit_s)
        call = _Call(function, discard)
        self._calls.add(call)
        try:
            with trio.move_on_after(limit_s):
                await trio.to_thread.run_sync(call.run, abandon_on_cancel=True, limiter=self._turns)
                return call.take()
            raise TimedOutError(what, limit_s)
        finally:
            call.leave()
            self._calls = {each for each in self._calls if not each.is_over}

    def later(self, function: Callable[[], object]) -> None:
        """Begin it when the place has done all that was asked for so before, and wait for nothing."""
        self._closing.add(function)


class _Closing:
    """One thread at most, and none while there is nothing to do."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._runs = False

    def add(self, function: Callable[[], object]) -> None:
        with self._lock:
            self._waiting.append(function)
            if self._runs:
                return
            self._runs = True
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while function := self._next():
            with suppress(OSError):
                function()

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            self._runs = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None


class _Call(Generic[T]):
    """What it found is taken once: by whoever waits, or else by `discard`."""

    def __init__(self, function: Callable[[], T], discard: Callable[[T], object]) -> None:
        self._function, self._discard = function, discard
        self._lock = Lock()
        self._found: list[T] = []
        self._has_begun = self._has_ended = self._left = False

    @property
    def is_left(self) -> bool:
        return self._left and self._has_begun and not self._has_ended

    @property
    def is_over(self) -> bool:
        return self._has_ended or (self._left and not self._has_begun)

    def run(self) -> None:
        if not self._begin():
            return
        try:
            found = self._function()
        finally:
            self._has_ended = True
        with self._lock:
            self._found.append(found)
            if self._left:
                self._drop()

    def _begin(self) -> bool:
        with self._lock:
            self._has_begun = not self._left
            return self._has_begun

    def take(self) -> T:
        return self._found.pop()

    def leave(self) -> None:
        with self._lock:
            self._left = True
            self._drop()

    def _drop(self) -> None:
        while self._found:
            self._discard(self._found.pop())

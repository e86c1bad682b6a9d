"""Waking a task from anywhere: from its own event loop, from a thread, before it runs and after it has ended."""

from __future__ import annotations

import math
from contextlib import suppress

import trio
import trio.lowlevel


class Wake:
    """One task waits; `call` never blocks and never raises. Calls before the wait are not lost."""

    def __init__(self) -> None:
        self._event = trio.Event()
        self._called = False
        self._token: trio.lowlevel.TrioToken | None = None

    def call(self) -> None:
        self._called = True
        if self._token is not None:
            # A thread may still have something to tell when the loop is over.
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._set, idempotent=True)

    async def wait(self, at_most_s: float = math.inf) -> None:
        """Return when somebody has called since the last wait, or when the time is over."""
        self._token = trio.lowlevel.current_trio_token()
        if not self._called:
            with trio.move_on_after(at_most_s):
                await self._event.wait()
        self._called = False
        self._event = trio.Event()
        await trio.lowlevel.checkpoint()

    def _set(self) -> None:
        self._event.set()

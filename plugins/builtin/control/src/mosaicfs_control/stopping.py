"""How the server's stop reaches those who wait: an open feed ends with its last line instead of being cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio


class Stopping:
    def __init__(self) -> None:
        self.begun = False
        self._waits: set[anyio.CancelScope] = set()

    def begin(self) -> None:
        self.begun = True
        for wait in self._waits:
            wait.cancel()

    @contextmanager
    def ends_the_wait(self) -> Iterator[None]:
        """Around one wait: it is over as soon as the server stops."""
        with anyio.CancelScope() as wait:
            self._waits.add(wait)
            try:
                if self.begun:
                    wait.cancel()
                yield
            finally:
                self._waits.discard(wait)

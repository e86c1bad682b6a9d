"""How the end reaches those who wait: an open feed closes with its last line instead of being cut off.

The server's stop is one such end, the end of somebody's rights another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

import anyio

from mosaicfs_control.auth.endings import Ending


class Ends(Protocol):
    @property
    def begun(self) -> bool: ...

    def ends_the_wait(self) -> AbstractContextManager[None]:
        """Around one wait: it is over as soon as the end begins."""


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


class EitherEnds:
    """The server's stop, or the end of the caller's rights."""

    def __init__(self, server: Ends, ending: Ending) -> None:
        self._server = server
        self._ending = ending

    @property
    def begun(self) -> bool:
        return self._server.begun or self._ending.over

    @contextmanager
    def ends_the_wait(self) -> Iterator[None]:
        with ExitStack() as waits:
            waits.enter_context(self._server.ends_the_wait())
            waits.enter_context(self._ending.ends_the_wait())
            yield

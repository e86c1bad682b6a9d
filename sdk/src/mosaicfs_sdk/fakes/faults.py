"""What goes wrong when a test says so: a line that is slow, drops or throttles; bytes that are too few, or others."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError, ThrottledError

Fault = Literal["delay", "drop", "throttle", "short", "wrong"]


class Faults:
    """Each fault that is coming happens once, in order; `always` happens to every call until it is taken away.

    A fake calls `before` where its service would be asked, and lets what it reads go through `stream`.
    """

    def __init__(self, delay_s: float = 1.0, retry_after_s: float = 30.0) -> None:
        self.delay_s = delay_s
        self.retry_after_s = retry_after_s
        self.coming: deque[Fault] = deque()
        self.always: MosaicError | None = None
        self.happened: list[Fault] = []

    async def before(self, service: str) -> None:
        """A checkpoint, whatever happens."""
        await trio.lowlevel.checkpoint()
        if self.always is not None:
            raise self.always
        match self._next("delay", "drop", "throttle"):
            case "delay":
                await trio.sleep(self.delay_s)
            case "drop":
                raise SourceUnavailableError(service, "the line was dropped")
            case "throttle":
                raise ThrottledError(service, self.retry_after_s)

    async def stream(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Spoilt in its first piece: a byte less, or another byte."""
        fault = self._next("short", "wrong")
        async for piece in pieces:
            match fault:
                case "short":
                    yield piece[:-1]
                case "wrong":
                    yield bytes([piece[0] ^ 0xFF]) + piece[1:] if piece else piece
                case _:
                    yield piece
            fault = None

    def _next(self, *kinds: Fault) -> Fault | None:
        if not self.coming or self.coming[0] not in kinds:
            return None
        self.happened.append(self.coming.popleft())
        return self.happened[-1]

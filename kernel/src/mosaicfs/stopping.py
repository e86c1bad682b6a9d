"""How a duty ends: the first signal asks it to stop, the second ends it at once, and so does the end of patience.

Nothing that is kept needs an orderly end; it is a courtesy to peers.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

PATIENCE_S = 20.0
FAILED, INTERRUPTED = 1, 130


async def until_told_to_stop(
    work: Callable[[], Awaitable[None]], *, on_stopping: Callable[[], None], patience_s: float = PATIENCE_S
) -> None:
    """Run `work` until it ends, or SIGINT or SIGTERM cancels it."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as watched:
            stopping = trio.CancelScope()
            watched.start_soon(_cancel_when_told, signals, stopping, on_stopping, patience_s)
            with stopping:
                await work()
            watched.cancel_scope.cancel()


async def _cancel_when_told(
    signals: AsyncIterator[int], stopping: trio.CancelScope, on_stopping: Callable[[], None], patience_s: float
) -> None:
    await anext(signals)
    on_stopping()
    stopping.cancel()
    with trio.move_on_after(patience_s) as patience:
        await anext(signals)
    # A thread that does not come back would keep an orderly exit waiting for ever.
    os._exit(FAILED if patience.cancelled_caught else INTERRUPTED)


@asynccontextmanager
async def orderly_end() -> AsyncIterator[trio.CancelScope]:
    """Only what runs in the scope given is cancelled at a stop; the store and what writes to it end after it."""
    async with trio.open_nursery() as nursery:
        stopping = trio.CancelScope()
        nursery.start_soon(_cancel_with_us, stopping)
        with trio.CancelScope(shield=True):
            yield stopping
        nursery.cancel_scope.cancel()


async def _cancel_with_us(scope: trio.CancelScope) -> None:
    try:
        await trio.sleep_forever()
    finally:
        scope.cancel()

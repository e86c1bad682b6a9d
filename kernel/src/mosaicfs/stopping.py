"""What signals mean to a duty: the first one asks it to stop, the second ends it at once, as the end of patience does.

SIGHUP asks it to read its configuration again, and never ends it.

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
    work: Callable[[], Awaitable[None]],
    *,
    on_stopping: Callable[[], None],
    on_hangup: Callable[[], None] = lambda: None,
    patience_s: float = PATIENCE_S,
) -> None:
    """Run `work` until it ends, or SIGINT or SIGTERM cancels it. `on_hangup` is called at each SIGHUP until then."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async with trio.open_nursery() as watched:
            stopping = trio.CancelScope()
            watched.start_soon(_obey, signals, stopping, on_stopping, on_hangup, patience_s)
            with stopping:
                await work()
            watched.cancel_scope.cancel()


async def _obey(
    signals: AsyncIterator[int],
    stopping: trio.CancelScope,
    on_stopping: Callable[[], None],
    on_hangup: Callable[[], None],
    patience_s: float,
) -> None:
    await until_stop(signals, on_hangup)
    on_stopping()
    stopping.cancel()
    with trio.move_on_after(patience_s) as patience:
        await until_stop(signals)
    # A thread that does not come back would keep an orderly exit waiting for ever.
    os._exit(FAILED if patience.cancelled_caught else INTERRUPTED)


async def until_stop(signals: AsyncIterator[int], on_hangup: Callable[[], None] = lambda: None) -> None:
    """Until one of them asks for an end."""
    while await anext(signals) == signal.SIGHUP:
        on_hangup()


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

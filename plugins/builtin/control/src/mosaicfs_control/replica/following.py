"""Events of a replica: what changes in this machine's store, from the moment that somebody asks for the first time.

The numbers are this machine's own, and as nothing is followed while nobody has asked, a number from an earlier life of
the agent is one that is not kept any more. What is told only by a control plane (jobs, sessions) is never among them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from mosaicfs import Store
from mosaicfs_control.events.events import Events, open_events
from mosaicfs_control.events.feeding import Feeder


class Following:
    """Good as long as its nursery."""

    def __init__(self, store: Store, state_dir: Path, nursery: trio.Nursery) -> None:
        self._store = store
        self._state_dir = state_dir
        self._nursery = nursery
        self._one_at_a_time = trio.Lock()
        self._events: Events | None = None

    async def events(self) -> Events:
        async with self._one_at_a_time:
            if self._events is None:
                self._events = await self._nursery.start(self._follow)
            return self._events

    async def _follow(self, task_status: trio.TaskStatus[Events]) -> None:
        async with open_events(self._state_dir) as events, trio.open_nursery() as nursery:
            await events.leave_gap()
            feeder = Feeder(self._store, events)
            await feeder.begin()
            nursery.start_soon(feeder.run)
            task_status.started(events)


@asynccontextmanager
async def following(store: Store, state_dir: Path) -> AsyncIterator[Following]:
    """Events end after what is inside, so whoever is still told something when the server ends is told it."""
    ending = trio.Event()
    async with trio.open_nursery() as nursery:
        followers = await nursery.start(_sheltered, ending)
        try:
            yield Following(store, state_dir, followers)
        finally:
            ending.set()


async def _sheltered(ending: trio.Event, task_status: trio.TaskStatus[trio.Nursery]) -> None:
    with trio.CancelScope(shield=True):
        async with trio.open_nursery() as followers:
            task_status.started(followers)
            await ending.wait()
            followers.cancel_scope.cancel()

"""All events of the instance: numbered as they happen, on disk before anybody sees them, kept for a day.

So no number is ever given twice to somebody, whatever moment the server is killed at, and a replay is exactly what
others have seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import NamedTuple

import msgspec
import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import Clock, now_text
from mosaicfs_control.events.activity import Deed, deeds_of
from mosaicfs_control.events.event import Event, Happening
from mosaicfs_control.events.event_file import FILE, EventFile, Extent
from mosaicfs_control.own_database import open_own_database

KEPT_S = 86_400
DEEDS_KEPT_S = 30 * 86_400
MOST_KEPT = 100_000
FORGOTTEN_S = 600.0
AT_HAND = 1_000
"""So many of the last ones are read without the disk; who follows is never further behind."""

log = structlog.get_logger(__name__)


class Seen(NamedTuple):
    """Events that somebody asked for; `reached` is the number to go on after."""

    events: list[Event]
    reached: int


class Events:
    def __init__(self, file: EventFile, extent: Extent, clock: Clock = time, most_kept: int = MOST_KEPT) -> None:
        self._file = file
        self._clock = clock
        self._most_kept = most_kept
        self._oldest, self._last = extent
        self._given = self._last
        self._waiting: list[Event] = []
        self._deeds: list[Deed] = []
        self._position: str | None = None
        self._due = trio.Event()
        self._grown = trio.Event()
        self._at_hand: deque[Event] = deque(maxlen=AT_HAND)

    @property
    def extent(self) -> Extent:
        return Extent(self._oldest, self._last)

    # --- telling -------------------------------------------------------------------------------------------------

    def publish(self, kind: str, data: JsonObject, node_id: str | None = None) -> int:
        """Its number; it can be seen once it is on disk. Never waits and never fails."""
        self._given += 1
        event = Event(id=self._given, type=kind, time=now_text(self._clock), node_id=node_id, data=dict(data))
        self._waiting.append(event)
        self._due.set()
        return event.id

    def publish_all(self, happenings: Sequence[Happening], position: str) -> None:
        """With how far their source has been read, which is kept together with them or not at all.

        What is significant among them stands in the activity for longer.
        """
        now = now_text(self._clock)
        for each in happenings:
            self.publish(each.type, each.data, each.node_id)
            for deed in deeds_of(each, now):
                self._deeds.append(deed)
                self.publish("activity", msgspec.to_builtins(deed), deed.node_id)
        self._position = position
        self._due.set()

    async def write(self) -> None:
        """For ever. Those that cannot be kept are seen all the same: only a replay will lack them."""
        while True:
            await self._due.wait()
            self._due = trio.Event()
            await self.write_due()

    async def write_due(self) -> None:
        events, deeds, position = self._waiting, self._deeds, self._position
        self._waiting, self._deeds, self._position = [], [], None
        if not events and position is None:
            return
        try:
            with trio.CancelScope(shield=True):
                await self._file.add(events, int(self._clock()), position, deeds)
        except MosaicError as trouble:
            log.warning("events_not_kept", count=len(events), cause=str(trouble))
        self._at_hand.extend(events)
        if events:
            self._last = events[-1].id
            self._grown.set()
            self._grown = trio.Event()

    async def forget_often(self) -> None:
        """For ever."""
        while True:
            await trio.sleep(FORGOTTEN_S)
            await self.forget_old()

    async def forget_old(self) -> None:
        """What is older than a day, and what is more than may be kept."""
        try:
            now = int(self._clock())
            await self._file.forget(now - KEPT_S, self._last - self._most_kept, now - DEEDS_KEPT_S)
            self._oldest = min((await self._file.extent()).oldest, self._last + 1)
        except MosaicError as trouble:
            log.warning("old_events_kept", cause=str(trouble))

    async def leave_gap(self) -> None:
        """For a source that was not followed all the time: whoever knows a number from before finds it gone."""
        await self._file.begin_anew(self._last + 1)
        self._last = self._given = self._last + 1
        self._oldest = self._last + 1

    # --- asking --------------------------------------------------------------------------------------------------

    def is_kept(self, since: int) -> bool:
        """Whether everything after that number can be told; not for one that was never given either."""
        return self._oldest - 1 <= since <= self._last

    async def read(self, since: int, types: Collection[str], node_id: str | None, limit: int) -> Seen:
        """What came after, in order. No type is every one."""
        last = self._last
        if since >= last:
            return Seen([], last)
        if self._at_hand and self._at_hand[0].id <= since + 1:
            after = (event for event in self._at_hand if event.id > since)
            found = [event for event in after if _is_asked(event, types, node_id)]
        else:
            found = await self._file.read(since, last, list(types), node_id, limit)
        if len(found) < limit:
            return Seen(found, last)
        return Seen(found[:limit], found[limit - 1].id)

    async def wait_beyond(self, number: int) -> None:
        """Until there is a newer one."""
        while self._last <= number:
            await self._grown.wait()

    async def activity(self, node_id: str | None, limit: int) -> list[Deed]:
        """What was significant in the last 30 days, newest first."""
        return await self._file.activity(node_id, limit)

    async def position(self) -> str:
        """What `publish_all` was told last, also before a restart; empty where it never was."""
        return await self._file.position()


def _is_asked(event: Event, types: Collection[str], node_id: str | None) -> bool:
    return (not types or event.type in types) and node_id in (None, event.node_id)


@asynccontextmanager
async def open_events(state_dir: Path, clock: Clock = time, most_kept: int = MOST_KEPT) -> AsyncIterator[Events]:
    """What was published reaches the disk before this ends."""
    async with open_own_database(state_dir / "events.db", FILE) as database, trio.open_nursery() as nursery:
        file = EventFile(database)
        events = Events(file, await file.extent(), clock, most_kept)
        await events.forget_old()
        nursery.start_soon(events.write)
        nursery.start_soon(events.forget_often)
        try:
            yield events
        finally:
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True):
                await events.write_due()

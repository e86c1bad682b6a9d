"""One open stream of server-sent events: what was missed, then what happens, for as long as its reader may read.

A stream says four words of its own besides the events. They carry the number that the reader has reached, so whoever
comes back with it has missed nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

import trio

from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Write
from mosaicfs_control.auth.endings import Ending
from mosaicfs_control.events.event import Event, frame
from mosaicfs_control.events.events import AT_HAND, Events
from mosaicfs_control.stopping import Stopping

MEDIA_TYPE = "text/event-stream"
SILENCE_S = 15.0
PAGE = 200
FARTHEST_BEHIND = AT_HAND


class Asked(NamedTuple):
    """`since` None begins with what happens next."""

    since: int | None
    types: Collection[str]
    node_id: str | None


@dataclass(slots=True)
class EventStream:
    events: Events
    asked: Asked
    ending: Ending
    stopping: Stopping
    _reached: int = 0
    _said: float = field(default_factory=trio.current_time)

    async def write(self, write: Write) -> None:
        oldest, last = self.events.extent
        since = last if self.asked.since is None else self.asked.since
        self._reached = since
        await self._say(write, "hello", {"last": last, "oldest": oldest})
        if not self.events.is_kept(since):
            self._reached = last
            await self._say(write, "reset", {"oldest": oldest, "last": last})
        while not await self._is_over(write):
            seen = await self.events.read(self._reached, self.asked.types, self.asked.node_id, PAGE)
            for event in seen.events:
                await self._put(write, frame(event))
            self._reached = seen.reached
            behind = self.events.extent.last - self._reached
            if self._reached >= last and behind > FARTHEST_BEHIND:
                return
            if behind == 0:
                await self._wait(write)

    async def _wait(self, write: Write) -> None:
        left = SILENCE_S - (trio.current_time() - self._said)
        with trio.move_on_after(max(0.0, left)) as patience, self.stopping.ends_the_wait(), self.ending.ends_the_wait():
            await self.events.wait_beyond(self._reached)
        if patience.cancelled_caught:
            await self._put(write, b":\n\n")

    async def _is_over(self, write: Write) -> bool:
        if self.stopping.begun:
            await self._say(write, "shutdown", {})
            return True
        if self.ending.revoked:
            await self._say(write, "session.revoked", {})
        return self.ending.over

    async def _say(self, write: Write, word: str, data: JsonObject) -> None:
        await self._put(write, frame(Event(id=self._reached, type=word, time=now_text(), data=dict(data))))

    async def _put(self, write: Write, piece: bytes) -> None:
        await write(piece)
        self._said = trio.current_time()

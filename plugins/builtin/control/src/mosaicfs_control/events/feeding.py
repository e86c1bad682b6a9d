"""The store's changes feed, told as events: in the order of commits, at least once, over restarts.

How far it came is kept with the events. Of another store, or of this one before it was restored, nothing is told: pages
find their numbers gone, or read their lists anew.
"""

from __future__ import annotations

from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.model.ids import kind_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.retry import wait_after
from mosaicfs.model.times import Clock
from mosaicfs_control.events.event import Happening
from mosaicfs_control.events.events import Events
from mosaicfs_control.events.gathering import Gathering, Memory

PAGE = 500
GATHERED_S = 1.0
WAIT_S = 60.0

log = structlog.get_logger(__name__)


class Feeder:
    def __init__(self, store: Store, events: Events, clock: Clock = time) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._memory = Memory()
        self._since = ""

    async def run(self) -> NoReturn:
        """A store that cannot answer is waited for."""
        failures = 0
        while True:
            try:
                if not self._since:
                    await self.begin()
                gathering = await self.tell()
                failures = 0
                if gathering.is_bulky:
                    await trio.sleep(GATHERED_S)
                await self._store.wait_until_changed(self._since, WAIT_S)
            except MosaicError as trouble:
                failures += 1
                log.warning("changes_not_told", cause=str(trouble), attempt=failures)
                await trio.sleep(wait_after(failures))

    async def begin(self) -> None:
        """Where the last run stopped, or now."""
        info, kept = await self._store.info(), await self._events.position()
        store, _, since = kept.partition(" ")
        self._since = since if store == f"{info.uuid}-{info.epoch}" else info.update_seq

    async def tell(self) -> Gathering:
        """What has changed, up to the end of the feed or for about a second."""
        gathering, until = Gathering(self._memory, self._clock()), trio.current_time() + GATHERED_S
        pending = 1
        while pending and trio.current_time() < until:
            page = await self._store.changes(self._since, PAGE, bodies=True)
            for row in page.rows:
                gathering.take(row)
            self._since, pending = page.last_seq, page.pending
        found = [*gathering.happenings(), *await self._conflicts(gathering.in_doubt)]
        info = await self._store.info()
        self._events.publish_all(found, f"{info.uuid}-{info.epoch} {self._since}")
        return gathering

    async def _conflicts(self, in_doubt: list[str]) -> list[Happening]:
        found = []
        for doc_id in dict.fromkeys(in_doubt):
            document = await self._store.get(doc_id)
            if document is not None and document.conflicts:
                versions = 1 + len(document.conflicts)
                data: JsonObject = {
                    "id": doc_id,
                    "document_type": kind_of(doc_id) or "",
                    "state": "found",
                    "versions": versions,
                }
                found.append(Happening("conflict.found", data))
        return found

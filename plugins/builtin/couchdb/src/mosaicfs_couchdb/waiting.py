"""Waiting for commits: one continuous feed of CouchDB for everybody in this process.

A line of it only says that something has happened; who waits looks for themselves. A feed that breaks is opened again,
and while it is away waiters look again by themselves.
"""

from __future__ import annotations

from typing import Final

import structlog
import trio

from mosaicfs.errors import AccessRefusedError, StoreUnreachableError
from mosaicfs_couchdb.answers import FeedLine
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.sequences import NOW
from mosaicfs_couchdb.server import Server

LOOK_AGAIN_S: Final = 10.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0

_log = structlog.get_logger(component="couchdb")


class Waiting:
    def __init__(self, server: Server, reading: Reading, first_pause_s: float = _FIRST_PAUSE_S) -> None:
        self._server = server
        self._reading = reading
        self._first_pause_s = first_pause_s
        self._news = trio.Event()

    async def listen(self, since: str) -> None:
        """`since` is in the words of CouchDB: nothing that comes after it is missed while a feed is being opened."""
        pause = self._first_pause_s
        while True:
            try:
                async with self._server.feed(since=since) as lines:
                    async for line in lines:
                        pause = self._first_pause_s
                        since = self._heard(line) or since
            except (StoreUnreachableError, AccessRefusedError) as trouble:
                _log.warning("the feed broke off and is opened again", cause=str(trouble), pause_s=pause)
            self.ring()
            await trio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _heard(self, line: str) -> str:
        if not line:
            return ""
        self.ring()
        return str(self._server.decoded(FeedLine, line.encode()).seq)

    async def end(self) -> str:
        return str((await self._reading.database()).update_seq)

    def ring(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def until_changed(self, since: str, timeout_s: float) -> bool:
        with trio.move_on_after(timeout_s):
            start = since if since != NOW else await self._now()
            while True:
                news = self._news
                if (await self._reading.changes(start, 1, descending=False, bodies=False)).rows:
                    return True
                with trio.move_on_after(LOOK_AGAIN_S):
                    await news.wait()
        return False

    async def _now(self) -> str:
        return (await self._reading.changes(NOW, 1, descending=False, bodies=False)).last_seq

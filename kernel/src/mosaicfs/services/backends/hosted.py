"""One storage backend that this node hosts as a source: polled by its rhythm, on request, and after doubts.

A poll that fails deletes nothing and moves no cursor. What passes by itself is tried again within the cycle, then with
the next one; what only the owner can mend stops the polling until something has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from time import time
from typing import NamedTuple, NoReturn

import structlog
import trio
from msgspec import structs

from mosaicfs.errors import AskOwnerError, MosaicError, ThrottledError, TryLaterError
from mosaicfs.model.crawling import CrawlEnd, Source, Trigger
from mosaicfs.model.indexing import CrawlCounts, Index
from mosaicfs.model.retry import LONGEST_ASKED_S, wait_after
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.times import Clock, time_text
from mosaicfs.services.backends.credentials import Credentials
from mosaicfs.services.backends.history import History, Remembered
from mosaicfs.services.backends.polls import Poll, Polls, source_of
from mosaicfs.services.backends.rhythm import FULL_S, POLL_S, TIMES_ITS_LENGTH, Next, minutes_until_open, next_poll
from mosaicfs.services.backends.telling import (
    STALLED_AFTER,
    STALLED_AFTER_S,
    BackendNotices,
    Shown,
    State,
)
from mosaicfs.services.backends.using import NOTHING_USED, Used

TRIES = 3
LOOK_S = 30.0
"""The wall clock may jump, and a machine may sleep: so the time is looked at that often."""

SLEPT_S = 60.0
DOUBT_S = 60.0
"""Readers who find a file changed or gone have the backend looked at so often at most."""

_log = structlog.get_logger(component="storage_backend")


class _Awaited(NamedTuple):
    at: float
    trigger: Trigger


@dataclass(slots=True, eq=False)
class Hosted:
    """`on_news` is called when it fares otherwise; it must not block."""

    backend: StorageBackend
    node_id: str
    index: Index
    polls: Polls
    credentials: Credentials
    history: History
    notices: BackendNotices
    on_news: Callable[[], None] = lambda: None
    clock: Clock = time
    state: State = "waiting"
    message: str = ""
    files: int = 0
    failures: int = 0
    next_at: float | None = None
    ended: Counter[str] = field(default_factory=Counter)
    used: Used = NOTHING_USED
    _failing_since: float | None = None
    _past: Remembered = field(init=False)
    _turn: trio.Lock = field(default_factory=trio.Lock)
    _is_doubted: bool = False
    _is_back: bool = False
    _news: trio.Event = field(default_factory=trio.Event)

    def __post_init__(self) -> None:
        self._past = self.history.of(self.backend.name, self.backend.backend)

    @property
    def source(self) -> Source:
        return source_of(self.backend, self.node_id)

    @property
    def shown(self) -> Shown:
        name, past = self.backend.name, self._past
        return Shown(name, self.state, self.message, self.files, self.next_at, past, self.ended, self.used)

    async def run(self) -> NoReturn:
        """Until cancelled. At the start it is looked at once, within its windows."""
        self.files = await self.index.count(self.source)
        trigger: Trigger = "startup"
        while True:
            await self._wait_for_window()
            async with self._turn:
                due = self._due()
                await self._poll(trigger, is_full=due.is_full)
            trigger = await self._wait()

    async def poll(self, *, is_full: bool = False) -> CrawlCounts:
        """At once, because a person asks; windows do not matter. Raises why it failed."""
        async with self._turn:
            no_feed = not self._past.has_cursor
            return await self._cycle("manual", is_full=is_full or no_feed)

    def doubt(self) -> None:
        """A reader met something else than what is known."""
        self._is_doubted = True
        self._news.set()

    def reconnected(self) -> None:
        """Whoever is asked for it can be asked again."""
        self._is_back = True
        self._news.set()

    # --- when ------------------------------------------------------------------------------------------------------

    def _due(self) -> Next:
        poll_s = float(self.backend.poll_interval_s or POLL_S)
        full_s = float(self.backend.full_interval_s or FULL_S)
        return next_poll(self._past.past, poll_s, full_s)

    async def _wait_for_window(self) -> None:
        while minutes := minutes_until_open(self.backend.schedule, self._minute()):
            self.next_at = self.clock() + minutes * 60
            self._fares("waiting", f"It is polled within {self.backend.schedule}.")
            await trio.sleep(min(minutes * 60.0, LOOK_S))

    def _minute(self) -> int:
        local = datetime.fromtimestamp(self.clock()).astimezone()
        return local.hour * 60 + local.minute

    async def _wait(self) -> Trigger:
        """Until the next is due; sooner after a sleep of the machine or a doubt. Who needs the owner waits for news."""
        began = trio.current_time()
        offset = self.clock() - began
        while True:
            if self._is_back:
                self._is_back = False
                return "reconnect"
            due = self._next(began + offset)
            left = due.at - self.clock()
            if left <= 0:
                return due.trigger
            with trio.move_on_after(min(left, LOOK_S)):
                await self._news.wait()
            self._news = trio.Event()
            slept = self.clock() - trio.current_time() - offset
            if slept > SLEPT_S and self.state != "needs_owner":
                return "reconnect"

    def _next(self, began: float) -> _Awaited:
        if self.state == "needs_owner":
            return _Awaited(inf, "scheduled")
        due = _Awaited(self.next_at or 0.0, "scheduled")
        if not self._is_doubted or self.state == "throttled":
            return due
        return min(due, _Awaited(max(began + DOUBT_S, self._rests_until()), "poll"))

    def _rests_until(self) -> float:
        """Where only a full listing could settle a doubt, and one would come to dominate."""
        past = self._past
        if past.has_cursor or past.full_began is None:
            return 0.0
        return past.full_began + TIMES_ITS_LENGTH * past.full_took_s

    # --- how -------------------------------------------------------------------------------------------------------

    async def _poll(self, trigger: Trigger, *, is_full: bool) -> None:
        try:
            await self._cycle(trigger, is_full=is_full)
        except MosaicError as trouble:
            _log.info("a poll failed", backend=self.backend.name, trigger=trigger, cause=str(trouble))

    async def _cycle(self, trigger: Trigger, *, is_full: bool) -> CrawlCounts:
        self._is_doubted = False
        self.state, self.message = "polling", ""
        try:
            counts, end = await self._tried(trigger, is_full=is_full)
        except ThrottledError as trouble:
            self._throttled(trouble)
            raise
        except AskOwnerError as trouble:
            self._needs_owner(trouble)
            raise
        except MosaicError as trouble:
            self._failed(trouble)
            raise
        await self._went_well(end)
        self.files = await self.index.count(self.source)
        self._fares("mock" if self.backend.backend_config.get("mock") is True else "ok", "")
        return counts

    async def _tried(self, trigger: Trigger, *, is_full: bool) -> tuple[CrawlCounts, CrawlEnd]:
        for attempt in range(1, TRIES):
            try:
                return await self._once(trigger, is_full=is_full)
            except ThrottledError:
                raise
            except TryLaterError as trouble:
                await trio.sleep(wait_after(attempt, trouble.retry_after_s))
        return await self._once(trigger, is_full=is_full)

    async def _once(self, trigger: Trigger, *, is_full: bool) -> tuple[CrawlCounts, CrawlEnd]:
        source = source_of(self.backend, self.node_id)
        poll = Poll(await self.credentials.options_of(self.backend), is_full)
        began, began_at = trio.current_time(), self.clock()
        with self.polls.polling(source, poll):
            counts = await self.index.crawl(structs.replace(source, trigger=trigger))
        assert poll.end is not None
        self._remember(poll.end, poll, counts, began_at, trio.current_time() - began)
        return counts, poll.end

    def _remember(self, end: CrawlEnd, poll: Poll, counts: CrawlCounts, began_at: float, took_s: float) -> None:
        past = self._past
        past.polled = self.clock()
        past.has_cursor = end.cursor is not None
        past.skipped = len(end.skipped)
        if end.complete:
            past.full_began, past.full_took_s, past.last_full = began_at, took_s, past.polled
            if poll.is_full and poll.had_cursor:
                past.drift += counts.new + counts.changed + counts.moved + counts.deleted + counts.held
        elif poll.is_full and past.full_began is None:
            # A feed that begins at the beginning is a listing although it does not say so.
            past.full_began, past.full_took_s = began_at, took_s
        if end.usage is not None:
            self.used = self.used.and_now(end.usage)
        if end.quota is not None:
            past.used_bytes, past.quota_bytes = end.quota.used_bytes, end.quota.quota_bytes

    # --- how it ended ----------------------------------------------------------------------------------------------

    async def _went_well(self, end: CrawlEnd) -> None:
        self.failures, self._failing_since = 0, None
        self.next_at = self._due().at
        await trio.to_thread.run_sync(self.history.save)
        self.notices.well()
        if end.quota is not None:
            self.notices.quota(end.quota.used_bytes, end.quota.quota_bytes)

    def _throttled(self, trouble: ThrottledError) -> None:
        """Nobody is told: it passes by itself."""
        asked = min(trouble.retry_after_s or POLL_S, LONGEST_ASKED_S)
        self.next_at = self.clock() + asked
        self._fares("throttled", f"{trouble} It is asked again at {time_text(int(self.next_at * 1_000_000))}.")

    def _failed(self, trouble: MosaicError) -> None:
        now = self.clock()
        self.failures += 1
        self._failing_since = self._failing_since or now
        interval = self.backend.poll_interval_s or self.backend.full_interval_s
        self.next_at = now + min(float(interval or POLL_S), POLL_S)
        if self.failures >= STALLED_AFTER or now - self._failing_since >= STALLED_AFTER_S:
            last = self._past.last_full
            self.notices.stalled(str(trouble), "" if last is None else time_text(int(last * 1_000_000)))
        self._fares("unreachable", str(trouble))

    def _needs_owner(self, trouble: AskOwnerError) -> None:
        self.failures += 1
        self.next_at = None
        self.notices.needs_owner(trouble)
        self._fares("needs_owner", str(trouble))

    def _fares(self, state: State, message: str) -> None:
        self.state, self.message = state, message
        if state != "waiting":
            self.ended[state] += 1
        self._news.set()
        self.on_news()

"""The running watcher: joins the driver, the wait for quiet, storms and polling, and hands out what is settled.

Three tasks: one reads what the kernel tells, one keeps the time, one hands events to whoever takes them. They meet in
plain state machines, each in a file of its own. The disk is asked in threads, one at a time (`_disk`), because only so
the table of watches and the order of events stay in step.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
import trio
from structlog.stdlib import BoundLogger

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching.budget import Budget
from mosaicfs_disk.watching.choosing import choose, has_native
from mosaicfs_disk.watching.driver import Driver, E
from mosaicfs_disk.watching.events import Doubt, Event, RootGone
from mosaicfs_disk.watching.facts import LISTED, WatchFacts, watch_limit
from mosaicfs_disk.watching.fanotify import Fanotify
from mosaicfs_disk.watching.inotify import Inotify
from mosaicfs_disk.watching.mounts import MountTable, points_below, read_mounts, roots_on
from mosaicfs_disk.watching.outbox import MOST, Outbox, lies_in
from mosaicfs_disk.watching.polling import Polling
from mosaicfs_disk.watching.settling import Settling
from mosaicfs_disk.watching.storm import Storm

_log: BoundLogger = structlog.get_logger("watching")

_GATHER_S = 0.02
"""How long the kernel may gather events after a read: equal ones are folded, and halves of moves come together."""

_MEND_AFTER_S = 1.0
"""Folders that are renamed at a speed that confuses us are seldom renamed once."""

_MOUNTS_S = 2.0
"""Reading the table is cheap, and the system tells of its changes in a way that trio cannot wait for."""

_HANDED = 1_000


class Watching:
    """Watches roots until it is cancelled. Runs once. `most` bounds what waits, in memory, to settle or to be taken.

    Watchers that share a `budget` have the kernel's watches together; without one, they are all its own.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        is_excluded: Callable[[bytes, bool], bool],
        settings: WatchSettings,
        *,
        budget: Budget | None = None,
        most: int = MOST,
    ) -> None:
        self._is_excluded = is_excluded
        self._settings = settings
        self._budget = budget or Budget(watch_limit())
        self._most = most
        self._roots: dict[bytes, None] = dict.fromkeys(os.fsencode(root) for root in roots)
        self._core = Settling(
            debounce_s=settings.debounce_ms / 1_000,
            rename_window_s=settings.rename_window_ms / 1_000,
            min_interval_s=settings.min_interval_s,
        )
        self._storm = Storm(events_per_s=settings.storm_events_per_s, seconds=settings.storm_seconds)
        self._outbox = Outbox(most)
        self._polling = Polling(settings.poll_interval_s, float("inf"))
        self._driver: Driver[Any] | None = None
        self._started = False
        self._disk = trio.Lock()
        self._left: list[bytes] = []
        self._overflows = 0
        self._unwatched: list[bytes] = []
        self._confused: set[bytes] = set()
        self._mend_at = float("inf")
        self._hurry = trio.Event()
        self._filled = trio.Event()
        self._give, self._take = trio.open_memory_channel[Event](_HANDED)

    # --- for whoever uses it -----------------------------------------------------------------------------------------

    def events(self) -> trio.MemoryReceiveChannel[Event]:
        """All events, in order; it ends when the watcher does. There is one channel, for one consumer."""
        return self._take

    def facts(self) -> WatchFacts:
        now = trio.current_time()
        return WatchFacts(
            driver=self._driver.name if self._driver is not None else "poll",
            watches=self._driver.watches() if self._driver is not None else 0,
            watch_limit=self._driver.limit if self._driver is not None else 0,
            unwatched_count=len(self._unwatched),
            unwatched_paths=tuple(path.decode("utf-8", "replace") for path in self._unwatched[:LISTED]),
            events_per_s=self._storm.events_per_s(now),
            storms=self._storm.storms,
            overflows=self._overflows,
        )

    async def add(self, root: Path) -> None:
        """Watch a root from now on, or anew; crawl it afterwards. One that is not there is `RootGone` at once."""
        path = os.fsencode(root)
        self._roots[path] = None
        if not self._started:
            return
        async with self._disk:
            await self._drop_left()
            self._polling.roots.discard(path)
            try:
                await self._watch([path], anew=True)
            except BaseException:
                self.remove(root)
                raise

    def remove(self, root: Path) -> None:
        """Nothing more is said of it."""
        path = os.fsencode(root)
        self._roots.pop(path, None)
        self._polling.roots.discard(path)
        self._left.append(path)
        self._outbox.drop(path)
        self._core.forget(path, trio.current_time())
        self._hurry.set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Started once all roots that are there are watched, or polled: what changes from then on is reported."""
        try:
            with self._give, closing(MountTable()) as table:
                self._polling = Polling(self._settings.poll_interval_s, trio.current_time())
                async with self._disk:
                    self._driver = await self._open_driver()
                    self._started = True
                    await self._watch(list(self._roots))
                async with trio.open_nursery() as nursery:
                    if self._driver is not None:
                        nursery.start_soon(self._read, self._driver)
                        nursery.start_soon(self._look_at_mounts, self._driver, table)
                    nursery.start_soon(self._keep_time)
                    nursery.start_soon(self._hand_out)
                    task_status.started()
        finally:
            if self._driver is not None:
                self._driver.close()

    # --- roots -------------------------------------------------------------------------------------------------------

    async def _open_driver(self) -> Driver[Any] | None:
        if not has_native(self._settings.driver):
            if self._settings.driver == "native":
                _log.warning("folders are polled", cause="this system has no driver that tells of changes")
            return None
        if self._settings.driver == "fanotify":
            try:
                return await trio.to_thread.run_sync(self._open_fanotify)
            except OSError as error:
                _log.warning(
                    "folders are watched one by one",
                    cause=f"fanotify is refused ({error.strerror or error})",
                    next_step="run the agent as root on Linux 5.17 or later, or set watch.driver to auto",
                )
        try:
            return Inotify(self._is_excluded, self._budget, read_mounts(), trio.from_thread.check_cancelled)
        except OSError as error:
            _log.warning(
                "folders are polled", cause=str(error), next_step="raise fs.inotify.max_user_instances and start again"
            )
            return None

    def _open_fanotify(self) -> Fanotify:
        driver, mounts = Fanotify(self._is_excluded, read_mounts()), read_mounts()
        try:
            for root in choose(self._roots, self._settings.driver, mounts).watched:
                driver.try_out(root)
        except BaseException:
            driver.close()
            raise
        return driver

    async def _watch(self, roots: list[bytes], *, anew: bool = False) -> None:
        """Needs `_disk`. A root within another is watched as part of that."""
        driver = self._driver
        tops = [root for root in roots if not any(root != other and lies_in(root, other) for other in self._roots)]

        def begin() -> tuple[list[bytes], list[bytes]]:
            chosen = choose(tops, self._settings.driver, read_mounts())
            if driver is None:
                return chosen.watched + chosen.polled, chosen.absent
            for root in driver.roots() if anew else ():
                if any(lies_in(root, top) for top in tops):
                    driver.unwatch(root)
            return chosen.polled, chosen.absent + driver.watch(chosen.watched)

        polled, absent = await trio.to_thread.run_sync(begin)
        self._polling.roots.update(polled)
        self._note_unwatched()
        self._put(RootGone(root) for root in absent)

    async def _drop_left(self) -> None:
        """Needs `_disk`."""
        while self._left:
            root = self._left.pop()
            if self._driver is not None and root not in self._roots:
                await trio.to_thread.run_sync(self._driver.unwatch, root)
        self._note_unwatched()

    def _note_unwatched(self) -> None:
        """Only while nobody else is at the table: `facts` may be asked at any time."""
        folders = self._driver.unwatched() if self._driver is not None else []
        self._unwatched = sorted({*folders, *self._polling.roots})

    # --- what the kernel tells ---------------------------------------------------------------------------------------

    async def _read(self, driver: Driver[E]) -> None:
        while True:
            await trio.lowlevel.wait_readable(driver.fileno())
            async with self._disk:
                await self._drop_left()
                events = await trio.to_thread.run_sync(driver.read) if driver.reads_disk else driver.read()
                now = trio.current_time()
                self._storm.counted(len(events), now)
                await self._weather(now)
                if self._storm.raging:
                    for root in driver.roots_of(events):
                        self._storm.hit(root)
                else:
                    await self._take_in(driver, events)
            self._hurry.set()
            await trio.sleep(_GATHER_S)

    async def _take_in(self, driver: Driver[E], events: list[E]) -> None:
        """Needs `_disk`."""
        if driver.may_take_long(events):
            digest = await trio.to_thread.run_sync(driver.digest, events)
        else:
            digest = driver.digest(events)
        now = trio.current_time()
        for raw in digest.raws:
            self._core.take(raw, now)
        for root in digest.gone:
            self._core.forget(root, now)
        self._put(RootGone(root) for root in digest.gone)
        if digest.confused:
            self._confused |= digest.confused
            self._mend_at = min(self._mend_at, now + _MEND_AFTER_S)
        if digest.overflow:
            self._overflows += 1
            _log.info("the system dropped events; folders are crawled", overflows=self._overflows)
            await self._doubt(driver.roots())
        elif len(self._core) > self._most:
            self._forget_all(lambda root: self._put([Doubt(root)]))
        self._note_unwatched()

    async def _look_at_mounts(self, driver: Driver[Any], table: MountTable) -> None:
        """What is mounted below a root is other folders than before, and nothing else tells of it. A root that is
        itself on other ground is watched anew; whether it is still the same is for whoever crawls it.
        """
        while True:
            await trio.sleep(_MOUNTS_S)
            if (changes := table.changes()) is not None:
                async with self._disk:
                    await self._remounted(driver, *changes)
            elif driver.lost_ground():
                async with self._disk:
                    await self._doubt(driver.roots())

    async def _remounted(self, driver: Driver[Any], changed: Collection[bytes], mounts: Mapping[bytes, str]) -> None:
        """Needs `_disk`. Where nothing looks changed, something went and came: each may be another than before."""

        def look() -> tuple[list[bytes], list[bytes]]:
            points = points_below(changed or mounts, driver.roots())
            driver.remounted(mounts, points)
            return points, roots_on(changed, driver.roots())

        points, roots = await trio.to_thread.run_sync(look)
        self._put(Doubt(point) for point in points)
        if roots:
            await self._doubt(roots)
        self._note_unwatched()

    async def _weather(self, now: float) -> None:
        """Needs `_disk`. Begins and ends storms."""
        turn = self._storm.turn(now)
        if turn.began:
            _log.info(
                "so much changes that folders will be crawled instead", events_per_s=self._storm.events_per_s(now)
            )
            self._forget_all(self._storm.hit)
        if turn.ended or turn.doubtful:
            await self._doubt(turn.doubtful)

    async def _doubt(self, roots: Iterable[bytes]) -> None:
        """Needs `_disk`. Watches first, so that the crawl that follows misses nothing that comes after it."""
        doubtful = [root for root in roots if root in self._roots]
        absent = await trio.to_thread.run_sync(self._driver.watch_again) if self._driver is not None else []
        now = trio.current_time()
        for root in {*doubtful, *absent}:
            self._core.forget(root, now)
        self._put(RootGone(root) for root in absent)
        self._put(Doubt(root) for root in doubtful if root not in absent)
        self._note_unwatched()

    def _forget_all(self, forgotten: Callable[[bytes], None]) -> None:
        for root in self._roots:
            before = len(self._core)
            self._core.forget(root, trio.current_time())
            if len(self._core) < before:
                forgotten(root)

    # --- time, and out -----------------------------------------------------------------------------------------------

    async def _keep_time(self) -> None:
        while True:
            self._hurry = trio.Event()
            now = trio.current_time()
            if self._polling.is_due(now):
                await self._poll()
            storm = self._storm.deadline(now)
            if self._left or self._storm.raging or (storm is not None and storm <= now):
                async with self._disk:
                    await self._drop_left()
                    await self._weather(trio.current_time())
            if self._mend_at <= now:
                await self._mend()
            self._put(self._core.settled(now))
            times = (self._core.deadline(), self._storm.deadline(now), self._polling.deadline(), self._mend_at)
            with trio.move_on_at(min(each for each in times if each is not None)):
                await self._hurry.wait()

    async def _mend(self) -> None:
        """What is known of watches may be wrong: make it right, and have the roots crawled."""
        async with self._disk:
            confused, self._confused, self._mend_at = self._confused, set(), float("inf")
            await self._doubt(confused)

    async def _poll(self) -> None:
        async with self._disk:
            if self._driver is not None:
                await trio.to_thread.run_sync(self._driver.watch_more)
            below = set(self._unwatched) - self._polling.roots
            self._put(Doubt(path) for path in self._polling.doubtful(below, list(self._roots)))
            self._note_unwatched()

    def _put(self, events: Iterable[Event]) -> None:
        self._outbox.put(events, list(self._roots))
        if len(self._outbox):
            self._filled.set()

    async def _hand_out(self) -> None:
        while True:
            while (event := self._outbox.take()) is not None:
                try:
                    self._give.send_nowait(event)
                except trio.WouldBlock:
                    await self._give.send(event)
            self._filled = trio.Event()
            await self._filled.wait()

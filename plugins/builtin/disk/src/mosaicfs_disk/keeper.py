"""The face of the duty `agent` that keeps the index in step with the watched folders of this machine.

It holds the folders, tells how they fare, knows when to crawl them all, and answers the control socket. What happens to
one folder is in `watched_folder`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from os.path import normpath
from pathlib import Path
from time import monotonic, time
from typing import NoReturn

import structlog
import trio

import mosaicfs
from mosaicfs.errors import ConfigError, MosaicError
from mosaicfs.model.crawling import Source, Trigger
from mosaicfs.model.json import Json
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.notices import Notices
from mosaicfs.model.requests import TakesRequests
from mosaicfs_disk import schedule
from mosaicfs_disk.control_socket import NAME, serve_socket
from mosaicfs_disk.excluding import excluding, is_below_excluded
from mosaicfs_disk.presence import Probe
from mosaicfs_disk.requests import AskedWork
from mosaicfs_disk.roots import ALL, Roots
from mosaicfs_disk.rules import Rules, rules_of
from mosaicfs_disk.verbs import Verbs
from mosaicfs_disk.watched_folder import MakeWatcher, WatchedFolder
from mosaicfs_disk.watching import Budget, MountTable, Watching, watch_limit

TELL_S = 2.0
MOUNTS_S = 2.0
TICK_S = 20.0
LIMIT_NEAR = "inotify_limit_approaching"
FIRST_DONE = "first_crawl_complete"

log = structlog.get_logger(component="crawler")


@dataclass(slots=True)
class Keeper:
    kernel: Kernel
    notices: Notices
    make_watcher: MakeWatcher = field(default_factory=lambda: partial(Watching, budget=Budget(watch_limit())))
    wall: Callable[[], float] = time
    clock: Callable[[], float] = monotonic
    folders: dict[str, WatchedFolder] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _roots: Roots = field(init=False)
    _rules: Rules = field(init=False)
    _nursery: trio.Nursery | None = None

    def __post_init__(self) -> None:
        self._roots = Roots(self.kernel.places.state_dir / "roots.json")
        self._rules = rules_of(self.kernel.settings, own_paths(self.kernel))

    async def serve(self, started: Started) -> NoReturn:
        """Ready once it is known what is watched; no crawl is waited for."""
        excluding(self._rules)
        try:
            await self._serve(started)
        except BaseExceptionGroup as group:
            raise _only(group) from None

    async def _serve(self, started: Started) -> NoReturn:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            for path in outermost(self._wanted()):
                self.watch(path)
            verbs = Verbs(self).by_name()
            await nursery.start(serve_socket, self.kernel.places.runtime_dir / NAME, verbs)
            self._tell()
            started(watching=", ".join(self.folders) or "no folders")
            for task in (self._leave_the_unwatched, self._tell_on, self._look_at_mounts, self._crawl_by_the_clock):
                nursery.start_soon(task)
            if isinstance(self.kernel, TakesRequests):
                for kind, work in AskedWork(self).by_kind().items():
                    self.kernel.answer_requests(kind, work)
            await trio.sleep_forever()

    def watch(self, path: str) -> WatchedFolder:
        """From now on. One that is watched already, by itself or as a part of another, is that one."""
        for folder in self.folders.values():
            if covers(folder.path, path):
                return folder
        if is_below_excluded(self._rules, path):
            raise ConfigError("agent.watch_paths", f"{path} is excluded, or belongs to MosaicFS itself.")
        probe = Probe(path)
        new = WatchedFolder(path, self.kernel, self.notices, self._roots, self._rules, self.make_watcher, probe)
        self.folders[path] = new
        if self._nursery is not None:
            self._nursery.start_soon(new.keep)
        return new

    def folder_of(self, path: str) -> WatchedFolder | None:
        return next((folder for folder in self.folders.values() if covers(folder.path, path)), None)

    def _wanted(self) -> Iterable[str]:
        """Paths that cannot be watched are refused, and the others are watched all the same."""
        for given in self.kernel.settings.agent.watch_paths:
            path, key = normpath(given), f"watch_path_refused:{given}"
            trouble = self._trouble_with(path)
            if not trouble:
                self.notices.clear(key)
                yield path
                continue
            self.refused[path] = trouble
            place = self.kernel.settings.place("agent.watch_paths")
            self.notices.observe(key, "warning", f"{given} is not watched", f"{place}: {given} {trouble}.")

    def _trouble_with(self, path: str) -> str:
        if not is_path(path):
            return "is not an absolute path"
        return "is excluded, or belongs to MosaicFS itself" if is_below_excluded(self._rules, path) else ""

    async def _leave_the_unwatched(self) -> None:
        """What was watched by the last run and is not any more."""
        for path in self._roots.paths():
            if self.folder_of(path) is None and path not in self.refused:
                source = Source(name=path, backend="disk", node_id=self.kernel.node_id, prefix=path)
                await self.kernel.index.leave(source)
                self._roots.forget(path)

    # --- how it fares ------------------------------------------------------------------------------------------

    async def _tell_on(self) -> NoReturn:
        while True:
            self._tell()
            await trio.sleep(TELL_S)

    def _tell(self) -> None:
        standing = self.kernel.standing
        standing.watching(tuple(self.folders))
        absent = [folder.path for folder in self.folders.values() if folder.state == "absent"]
        refused: list[Json] = [
            {"path": path, "origin": "file", "state": "refused", "files": 0, "cause": cause}
            for path, cause in self.refused.items()
        ]
        counters = {"watch_paths": [*(folder.facts for folder in self.folders.values()), *refused]}
        if absent:
            standing.tell("crawler", "degraded", f"{', '.join(absent)} cannot be looked at", counters)
        else:
            standing.tell("crawler", "healthy", counters=counters)
        self._tell_of_watching()
        self._tell_of_the_first_crawl()

    def _tell_of_the_first_crawl(self) -> None:
        """Once in the life of a node, when each folder that is there was crawled wholly."""
        if self._roots[ALL].crawled_at or any(folder.state == "starting" for folder in self.folders.values()):
            return
        here = [folder for folder in self.folders.values() if folder.state == "present"]
        if not here or not all(self._roots[folder.path].crawled_at for folder in here):
            return
        listed = ", ".join(f"{folder.path} ({folder.files:,})" for folder in here)
        message = f"{sum(folder.files for folder in here):,} files are in the index: {listed}."
        if away := [folder.path for folder in self.folders.values() if folder not in here]:
            message += f" Not there yet: {', '.join(away)}; they are indexed when they come."
        self.notices.observe(FIRST_DONE, "info", "First crawl complete", message)
        self._roots.crawled(ALL, self.wall())

    def _tell_of_watching(self) -> None:
        standing = self.kernel.standing
        if not self.kernel.settings.watch.enabled:
            standing.tell("watcher", "disabled", "watch.enabled is off")
            return
        counters = self.watch_counters()
        unwatched = counters["unwatched_count"]
        if unwatched:
            standing.tell("watcher", "degraded", f"{unwatched} folders are only looked at now and then", counters)
        else:
            standing.tell("watcher", "healthy", counters=counters)
        self._tell_of_the_limit(counters)

    def _tell_of_the_limit(self, counters: Mapping[str, Json]) -> None:
        """From 80 % on, or when it was reached; over below 70 %."""
        used, limit, unwatched = (counters[name] for name in ("watches", "watch_limit", "unwatched_count"))
        assert isinstance(used, int)
        assert isinstance(limit, int)
        if limit and (unwatched or used >= 0.8 * limit):
            message = (
                f"{used:,} of {limit:,} watches are in use, and {unwatched:,} folders are only looked at now and then. "
                "Type: sudo sysctl fs.inotify.max_user_watches=524288"
            )
            self.notices.observe(LIMIT_NEAR, "warning", "Watch limit near", message)
        elif used < 0.7 * limit or not limit:
            self.notices.clear(LIMIT_NEAR)

    def watch_counters(self) -> dict[str, Json]:
        """Of all watchers together."""
        every = [folder.watcher.facts() for folder in self.folders.values() if folder.watcher is not None]
        paths: list[Json] = [path for facts in every for path in facts.unwatched_paths]
        return {
            "driver": ", ".join(sorted({facts.driver for facts in every})) or "none",
            "watches": sum(facts.watches for facts in every),
            "watch_limit": max((facts.watch_limit for facts in every), default=0),
            "unwatched_count": sum(facts.unwatched_count for facts in every),
            "unwatched_paths": paths[:100],
            "events_per_s": sum(facts.events_per_s for facts in every),
            "storms": sum(facts.storms for facts in every),
            "overflows": sum(facts.overflows for facts in every),
        }

    # --- when to look ------------------------------------------------------------------------------------------

    async def _look_at_mounts(self) -> NoReturn:
        """Asking now and then is cheap, and loses nothing: the table keeps in mind that it has changed."""
        with closing(MountTable()) as table:
            while True:
                await trio.sleep(MOUNTS_S)
                if table.changes() is not None:
                    for folder in self.folders.values():
                        folder.recheck()

    async def _crawl_by_the_clock(self) -> NoReturn:
        """At night, and after a sleep: then what was missed is made up for."""
        crawl = self.kernel.settings.crawl
        offset = schedule.offset_s(self.kernel.node_id, crawl.nightly_jitter_s)
        wall, ticks = self.wall(), self.clock()
        night = schedule.next_night(_local(wall), crawl.nightly_at, offset)
        while True:
            await trio.sleep(TICK_S)
            before, wall, then, ticks = wall, self.wall(), ticks, self.clock()
            if schedule.slept(wall - before, ticks - then):
                log.info("the machine slept, or its clock was set", wall_s=round(wall - before), s=round(ticks - then))
                self._crawl_all("reconnect")
                night = schedule.next_night(_local(wall), crawl.nightly_at, offset)
            elif _local(wall) >= night:
                night = schedule.next_night(_local(wall), crawl.nightly_at, offset)
                if crawl.nightly:
                    self._crawl_all("scheduled")

    def _crawl_all(self, trigger: Trigger) -> None:
        for folder in self.folders.values():
            folder.recheck()
            if self._nursery is not None:
                self._nursery.start_soon(_crawl_quietly, folder, trigger)


async def _crawl_quietly(folder: WatchedFolder, trigger: Trigger) -> None:
    """What is wrong with the folder is told already."""
    try:
        await folder.crawl(trigger=trigger)
    except MosaicError as trouble:
        log.info("a folder was not crawled", path=folder.path, cause=str(trouble))


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a single task raised, as it was raised: by its class it is decided whether to begin again."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
        found = found.exceptions[0]
    return found


def own_paths(kernel: Kernel) -> list[Path]:
    """What is ours and must never be indexed. The folder of the configuration only where it is ours alone."""
    places = kernel.places
    own = [places.state_dir, places.cache_dir, places.runtime_dir, places.plugins_dir]
    if isinstance(places, mosaicfs.Places):
        config = places.config_file
        own += [places.log_dir, places.mount_point, config.parent if config.parent.name == "mosaicfs" else config]
    log_file = Path(kernel.settings.logging.file)
    return [*own, *([log_file] if log_file.is_absolute() else [])]


def outermost(paths: Iterable[str]) -> list[str]:
    """Without those that lie in another, in the order given."""
    given = list(dict.fromkeys(paths))
    return [path for path in given if not any(covers(other, path) for other in given if other != path)]


def _local(wall: float) -> datetime:
    return datetime.fromtimestamp(wall)

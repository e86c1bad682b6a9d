"""The face of the duty `agent` that keeps the index in step with the watched folders of this machine.

It holds the folders, tells how they fare, knows when to crawl them all, and answers the control socket. What happens to
one folder is in `watched_folder`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from mosaicfs.errors import ConfigError, MosaicError, OptionsError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.crawling import Source, Trigger
from mosaicfs.model.json import Json
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.notices import Notices
from mosaicfs.model.requests import TakesRequests
from mosaicfs_disk import schedule
from mosaicfs_disk.adopting import Refusal, added_paths, trouble_with_reach, watch_roots
from mosaicfs_disk.control_socket import NAME, serve_socket
from mosaicfs_disk.excluding import excluding, is_below_excluded
from mosaicfs_disk.presence import Probe
from mosaicfs_disk.requests import AskedWork
from mosaicfs_disk.roots import ALL, Roots
from mosaicfs_disk.rules import Rules, rules_of
from mosaicfs_disk.verbs import Verbs
from mosaicfs_disk.watched_folder import MakeWatcher, Origin, WatchedFolder
from mosaicfs_disk.watching import Budget, MountTable, Watching, watch_limit

TELL_S = 2.0
MOUNTS_S = 2.0
LOOK_S = 60.0
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
    refused: dict[str, Refusal] = field(default_factory=dict)
    _own: dict[str, None] = field(default_factory=dict)
    _awaited: frozenset[tuple[str, str]] = frozenset()
    _told: Settings = field(init=False)
    _roots: Roots = field(init=False)
    _rules: Rules = field(init=False)
    _nursery: trio.Nursery | None = None

    def __post_init__(self) -> None:
        self._roots = Roots(self.kernel.places.state_dir / "roots.json")
        self._told = self.kernel.settings
        self._rules = rules_of(self._told, own_paths(self.kernel))

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
            self._own |= dict.fromkeys(map(normpath, self._told.agent.watch_paths))
            verbs = Verbs(self).by_name()
            await nursery.start(serve_socket, self.kernel.places.runtime_dir / NAME, verbs)
            self._tell()
            started(watching=", ".join(self.folders) or "no folders")
            for task in (self._follow_the_instance, self._tell_on, self._look_at_mounts, self._crawl_by_the_clock):
                nursery.start_soon(task)
            if isinstance(self.kernel, TakesRequests):
                for kind, work in AskedWork(self).by_kind().items():
                    self.kernel.answer_requests(kind, work)
            await trio.sleep_forever()

    def watch(self, path: str) -> WatchedFolder:
        """From now on. One that is watched already, by itself or as a part of another, is that one."""
        if is_below_excluded(self._rules, path):
            raise ConfigError("agent.watch_paths", f"{path} is excluded, or belongs to MosaicFS itself.")
        self._own[path] = None
        return self.folder_of(path) or self._begin(path, "file")

    def _begin(self, path: str, origin: Origin) -> WatchedFolder:
        probe = Probe(path)
        new = WatchedFolder(path, self.kernel, self.notices, self._roots, self._rules, self.make_watcher, probe, origin)
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
            self.refused[path] = Refusal("file", trouble)
            place = self.kernel.settings.place("agent.watch_paths")
            self.notices.observe(key, "warning", f"{given} is not watched", f"{place}: {given} {trouble}.")

    def _trouble_with(self, path: str) -> str:
        if not is_path(path):
            return "is not an absolute path"
        return "is excluded, or belongs to MosaicFS itself" if is_below_excluded(self._rules, path) else ""

    # --- what the control plane adds -----------------------------------------------------------------------------

    async def _follow_the_instance(self) -> NoReturn:
        """Folders come and go with the document of this node. Before there is one, nothing is left that was watched."""
        store, known = self.kernel.store, None
        while True:
            try:
                since = (await store.info()).update_seq
                added = await added_paths(store, self.kernel.node_id)
                if added is not None and (await self._is_told_anew() or added != known):
                    await self._arrange(added)
                    known = None if self._refuses_the_instance else added
                await store.wait_until_changed(since, LOOK_S)
            except MosaicError as trouble:
                log.info("what the control plane wants watched is not known yet", cause=str(trouble))
            await trio.sleep(MOUNTS_S)

    async def _is_told_anew(self) -> bool:
        """Whether the own configuration of this machine has changed; then it is gone by from now on.

        Other rules are nothing that a folder could take up under way: it begins anew.
        """
        before, self._told = self._told, self.kernel.settings
        if _of_crawls(self._told) == _of_crawls(before):
            return False
        await self._follow_the_rules(before)
        for path in map(normpath, before.agent.watch_paths):
            self._own.pop(path, None)
            self._admit(path)
        self._own |= dict.fromkeys(self._wanted())
        return True

    async def _follow_the_rules(self, before: Settings) -> None:
        rules = rules_of(self._told, own_paths(self.kernel))
        try:
            excluding(rules)
        except OptionsError as mistake:
            log.error("the rules of crawls stay as they were", cause=str(mistake))
            return
        if rules != self._rules or self._told.watch != before.watch:
            self._rules = rules
            for path in list(self.folders):
                await self.folders.pop(path).stop()

    async def _arrange(self, added: Sequence[str]) -> None:
        """Watch what is wanted now, and nothing else. A folder that another one takes in is not left, only joined."""
        allowed = await self._allowed([path for path in added if path not in self._own])
        own = [path for path in self._own if path not in self.refused]
        wanted = outermost([*own, *allowed])
        for folder in [folder for path, folder in self.folders.items() if path not in wanted]:
            await folder.stop()
            del self.folders[folder.path]
        for path in wanted:
            if path not in self.folders:
                self._begin(path, "file" if path in own else "instance")
        self._tell()
        await self._leave_the_unwatched()

    async def _allowed(self, added: Sequence[str]) -> list[str]:
        """Whatever is refused is told of, until nobody wants it any more."""
        before = {path for path, refusal in self.refused.items() if refusal.origin == "instance"}
        roots, allowed = watch_roots(self.kernel), []
        for path in before.difference(added):
            self._admit(path)
        for path in added:
            trouble = self._trouble_with(path) or await trouble_with_reach(path, roots)
            if not trouble:
                self._admit(path)
                allowed.append(path)
            elif self.refused.get(path) != (refusal := Refusal("instance", trouble)):
                self.refused[path], message = refusal, f"{path} {trouble}."
                self.notices.observe(f"watch_path_refused:{path}", "warning", f"{path} is not watched", message)
        return allowed

    @property
    def _refuses_the_instance(self) -> bool:
        """Where a link leads may change, and so it is looked again."""
        return any(refusal.origin == "instance" for refusal in self.refused.values())

    def _admit(self, path: str) -> None:
        self.refused.pop(path, None)
        self.notices.clear(f"watch_path_refused:{path}")

    async def _leave_the_unwatched(self) -> None:
        """What was watched once and is not any more, but for what is watched of it still."""
        for path in self._roots.paths():
            if self.folder_of(path) is None and path not in self.refused:
                source = Source(name=path, backend="disk", node_id=self.kernel.node_id, prefix=path)
                await self.kernel.index.leave(source, [each for each in self.folders if covers(path, each)])
                self._roots.forget(path)

    # --- how it fares ------------------------------------------------------------------------------------------

    async def _tell_on(self) -> NoReturn:
        while True:
            self._tell()
            await trio.sleep(TELL_S)

    def _tell(self) -> None:
        standing = self.kernel.standing
        adopted = tuple(folder.path for folder in self.folders.values() if folder.origin == "instance")
        standing.watching(tuple(self.folders), adopted)
        absent = [folder.path for folder in self.folders.values() if folder.state == "absent"]
        refused: list[Json] = [
            {"path": path, "origin": refusal.origin, "state": "refused", "files": 0, "cause": refusal.cause}
            for path, refusal in self.refused.items()
        ]
        counters = {"watch_paths": [*(folder.facts for folder in self.folders.values()), *refused]}
        if absent:
            standing.tell("crawler", "degraded", f"{', '.join(absent)} cannot be looked at", counters)
        else:
            standing.tell("crawler", "healthy", counters=counters)
        self._hurry_for_the_instance()
        self._tell_of_watching()
        self._tell_of_the_first_crawl()

    def _hurry_for_the_instance(self) -> None:
        """Who added a folder somewhere else looks what becomes of it."""
        added = [folder for folder in self.folders.values() if folder.origin == "instance"]
        refused = [path for path, refusal in self.refused.items() if refusal.origin == "instance"]
        awaited = frozenset((*((folder.path, folder.state) for folder in added), *((path, "") for path in refused)))
        if awaited != self._awaited:
            self._awaited = awaited
            self.kernel.standing.hurry()

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
        """At night, and after a sleep: then what was missed is made up for. The hour may be chosen anew meanwhile."""
        wall, ticks = self.wall(), self.clock()
        at, night = self._next_night(wall)
        while True:
            await trio.sleep(TICK_S)
            before, wall, then, ticks = wall, self.wall(), ticks, self.clock()
            if schedule.slept(wall - before, ticks - then):
                log.info("the machine slept, or its clock was set", wall_s=round(wall - before), s=round(ticks - then))
                self._crawl_all("reconnect")
                at, night = self._next_night(wall)
            elif self.kernel.settings.crawl.nightly_at != at:
                at, night = self._next_night(wall)
            elif _local(wall) >= night:
                at, night = self._next_night(wall)
                if self.kernel.settings.crawl.nightly:
                    self._crawl_all("scheduled")

    def _next_night(self, wall: float) -> tuple[str, datetime]:
        """The hour that it was computed from, and when it is."""
        crawl = self.kernel.settings.crawl
        offset = schedule.offset_s(self.kernel.node_id, crawl.nightly_jitter_s)
        return crawl.nightly_at, schedule.next_night(_local(wall), crawl.nightly_at, offset)

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


def _of_crawls(settings: Settings) -> tuple[object, ...]:
    return settings.agent, settings.crawl, settings.watch


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

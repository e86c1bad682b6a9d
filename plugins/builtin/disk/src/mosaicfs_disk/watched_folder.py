"""One watched folder, for as long as it is watched: is it there, watch it, crawl it, apply what was noticed.

The watcher begins before the first crawl and its events are applied after it, so nothing falls between the two. When
the folder goes away everything stops, nothing is deleted, and it all begins again when it is back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Literal, NoReturn, Protocol, TypeAlias

import structlog
import trio
from msgspec.structs import replace

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.configuration import WatchSettings
from mosaicfs.model.crawling import Source, Trigger
from mosaicfs.model.indexing import CrawlCounts
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.notices import Notices
from mosaicfs.model.retry import wait_after
from mosaicfs_disk.applying import Applying
from mosaicfs_disk.looking import Looking
from mosaicfs_disk.mounts import mounts
from mosaicfs_disk.presence import MARKER, SAMPLE, Probe, Verdict, judged_by_sample, verdict
from mosaicfs_disk.requested import Request, Requested
from mosaicfs_disk.roots import Roots
from mosaicfs_disk.rules import Rules, options_of
from mosaicfs_disk.watching.events import Event, Touched
from mosaicfs_disk.watching.facts import WatchFacts

AGAIN_S = 60.0
PAUSE_S = 0.5
"""A folder that comes and goes must not keep the machine busy."""

MOST_EVENTS = 1_000

INACCESSIBLE, MARKER_WANTED = CONDITIONS = ("watch_path_inaccessible", "marker_recommended")

State: TypeAlias = Literal["starting", "present", "absent", "refused"]
Origin: TypeAlias = Literal["file", "instance"]
"""Who asked for it: this machine, by its configuration or a command, or the control plane."""

log = structlog.get_logger(component="crawler")


class Watcher(Protocol):
    """What is asked of `watching.Watching`."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None: ...

    def events(self) -> trio.MemoryReceiveChannel[Event]: ...

    def facts(self) -> WatchFacts: ...


MakeWatcher: TypeAlias = Callable[[Sequence[Path], Callable[[bytes, bool], bool], WatchSettings], Watcher]


@dataclass(slots=True)
class WatchedFolder:
    """`keep` runs until it is cancelled. `recheck` is for whoever thinks that the folder went or came."""

    path: str
    kernel: Kernel
    notices: Notices
    roots: Roots
    rules: Rules
    make_watcher: MakeWatcher
    probe: Probe
    origin: Origin = "file"
    state: State = "starting"
    cause: str = ""
    is_other: bool = False
    files: int = 0
    watcher: Watcher | None = None
    _requested: Requested = field(default_factory=Requested)
    _checked: trio.Event = field(default_factory=trio.Event)
    _here: trio.CancelScope | None = None
    _kept: trio.CancelScope = field(default_factory=trio.CancelScope)
    _over: trio.Event = field(default_factory=trio.Event)
    _failures: int = 0

    @property
    def source(self) -> Source:
        node_id, options = self.kernel.node_id, options_of(self.rules)
        return Source(name=self.path, backend="disk", node_id=node_id, prefix=self.path, options=options)

    @property
    def facts(self) -> JsonObject:
        cause: JsonObject = {"cause": self.cause} if self.cause else {}
        other: JsonObject = {"other": True} if self.is_other else {}
        return {"path": self.path, "origin": self.origin, "state": self.state, "files": self.files, **cause, **other}

    async def crawl(self, below: str = "", trigger: Trigger = "manual", *, is_full: bool = False) -> CrawlCounts:
        """Wait for the crawl and return how it ended. `SourceUnavailableError` while the folder is absent."""
        if self.state == "absent":
            raise SourceUnavailableError(self.path, self.cause)
        return await self._requested.add(below, trigger, is_full=is_full).result()

    async def look(self, path: str) -> bool:
        """At one path, as if the watcher had told of it. False, and nothing is done, while the folder is not there."""
        if self.state != "present":
            return False
        looking = Looking(self.path, self.rules, mounts)
        applying = Applying(self.source, self.kernel.index, looking, self._ask_for_crawl, self.is_there)
        return await applying.apply([Touched(os.fsencode(path))])

    async def accept(self) -> None:
        """A person says that what is there now is the same folder."""
        facts = await self.probe.facts()
        if facts.trouble:
            raise SourceUnavailableError(self.path, facts.trouble)
        self.roots.learn(self.path, facts.identity)
        self.recheck()

    def recheck(self) -> None:
        self._checked.set()

    # --- there or not ------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """Until cancelled, or `stop` is called."""
        try:
            with self._kept:
                await self._keep()
        finally:
            self._over.set()

    async def stop(self) -> None:
        """It is not to be watched any more. Return when nothing of it runs; its files are somebody else's matter."""
        self._kept.cancel()
        await self._over.wait()
        self._requested.fail(SourceUnavailableError(self.path, "it is not watched any more"))
        for condition in CONDITIONS:
            self.notices.clear(f"{condition}:{self.path}")

    async def _keep(self) -> NoReturn:
        trigger: Trigger = "startup"
        while True:
            if await self.is_there():
                await self._be_here(trigger)
                trigger = "reconnect"
                await trio.sleep(PAUSE_S)
            if self.state == "absent":
                self._requested.fail(SourceUnavailableError(self.path, self.cause))
                await self._until_checked(AGAIN_S)

    async def is_there(self) -> bool:
        """The three rules. Says so to the owner, and to whoever looks at `state`."""
        found = await self._verdict()
        key = f"{INACCESSIBLE}:{self.path}"
        if found.state == "present":
            self.state, self.cause, self.is_other = "present", "", False
            self.notices.clear(key)
            return True
        self.state, self.cause, self.is_other = "absent", found.cause, found.is_other
        title = f"{self.path} is not there"
        message = f"{self.path} is not looked at: {found.cause}. Nothing is deleted from the index; it is tried again."
        self.notices.observe(key, "error", title, message)
        return False

    async def _verdict(self) -> Verdict:
        facts = await self.probe.facts()
        recorded = self.roots[self.path].identity
        required = self.kernel.settings.crawl.marker == "required"
        self.files = await self.kernel.index.count(self.source)
        found = verdict(recorded, facts, knows_files=self.files > 0, marker_required=required)
        if found.state == "sample":
            sample = await self.kernel.index.sample(self.source, SAMPLE)
            found = judged_by_sample(len(sample), await self.probe.found(sample))
        if found.state == "present":
            self.roots.learn(self.path, facts.identity)
            self._recommend_marker(wanted=facts.is_weak and not facts.identity.watch_id)
        return found

    def _recommend_marker(self, *, wanted: bool) -> None:
        key = f"{MARKER_WANTED}:{self.path}"
        if not wanted:
            self.notices.clear(key)
            return
        message = f"Whether {self.path} is the same folder can hardly be told. Type: mosaicfs agent mark {self.path}"
        self.notices.observe(key, "info", f"A marker file {MARKER} would help", message)

    async def _until_checked(self, at_most_s: float) -> None:
        with trio.move_on_after(at_most_s):
            await self._checked.wait()
        self._checked = trio.Event()

    # --- here --------------------------------------------------------------------------------------------------

    async def _be_here(self, trigger: Trigger) -> None:
        """Until the folder is gone, or something fell over."""
        try:
            with trio.CancelScope() as self._here:
                async with trio.open_nursery() as nursery:
                    await self._watch_and_crawl(nursery, trigger)
        except Exception as trouble:
            self._failures += 1
            wait_s = wait_after(self._failures)
            log.warning("watching a folder failed", path=self.path, retry_s=round(wait_s, 1), exc_info=trouble)
            self.kernel.standing.trouble("watcher", "error", f"Watching {self.path} failed: {_said(trouble)}")
            await trio.sleep(wait_s)
        finally:
            self._here = self.watcher = None

    async def _watch_and_crawl(self, nursery: trio.Nursery, trigger: Trigger) -> None:
        settings = self.kernel.settings.watch
        looking = Looking(self.path, self.rules, mounts)
        if settings.enabled:
            self.watcher = self.make_watcher([Path(self.path)], looking.leaves_out, settings)
            await nursery.start(self.watcher.run)
        nursery.start_soon(self._crawl_on_request)
        nursery.start_soon(self._look_whether_it_goes)
        await self._first_crawl(trigger)
        if self.watcher is not None:
            await self._apply(self.watcher, looking)

    async def _first_crawl(self, trigger: Trigger) -> None:
        """Until one has ended well: what the watcher collects has nothing to stand on before."""
        failures = 0
        while True:
            request = self._requested.add("", trigger)
            await request.done.wait()
            if request.trouble is None:
                return
            failures += 1
            await trio.sleep(wait_after(failures))

    async def _apply(self, watcher: Watcher, looking: Looking) -> None:
        applying = Applying(self.source, self.kernel.index, looking, self._ask_for_crawl, self.is_there)
        while batch := await _batch(watcher.events()):
            if not await applying.apply(batch):
                await self._lost()
            self._failures = 0

    def _ask_for_crawl(self, folder: str) -> None:
        self._requested.add(folder if folder != self.path and _is_text(folder) else "", "poll")

    async def _look_whether_it_goes(self) -> NoReturn:
        while True:
            await self._checked.wait()
            self._checked = trio.Event()
            if not await self.is_there():
                await self._lost()

    async def _lost(self) -> None:
        """Everything about the folder stops; `keep` finds out whether it is there."""
        if self._here is not None:
            self._here.cancel()
        await trio.lowlevel.checkpoint()

    # --- crawls ------------------------------------------------------------------------------------------------

    async def _crawl_on_request(self) -> NoReturn:
        while True:
            together = await self._requested.next()
            try:
                counts = await self._crawled(together[0])
            except MosaicError as trouble:
                self.kernel.standing.trouble("crawler", "warning", str(trouble))
                _end(together, trouble=trouble)
                if not await self.is_there():
                    await self._lost()
            except BaseException:
                _end(together, trouble=SourceUnavailableError(self.path, "the crawl was cut short"))
                raise
            else:
                _end(together, counts=counts)

    async def _crawled(self, request: Request) -> CrawlCounts:
        if not await self.is_there():
            raise SourceUnavailableError(self.path, self.cause)
        rules = replace(self.rules, below=request.below, pace="full" if request.is_full else "auto")
        source = replace(self.source, trigger=request.trigger, options=options_of(rules))
        counts = await self.kernel.index.crawl(source)
        self.files = await self.kernel.index.count(self.source)
        if not request.below:
            self.roots.crawled(self.path, time())
        return counts


async def _batch(events: trio.MemoryReceiveChannel[Event]) -> list[Event]:
    """What is there, at least one; empty at the end."""
    batch: list[Event] = []
    try:
        batch.append(await events.receive())
        while len(batch) < MOST_EVENTS:
            batch.append(events.receive_nowait())
    except (trio.EndOfChannel, trio.WouldBlock):
        return batch
    return batch


def _end(together: Sequence[Request], *, counts: CrawlCounts | None = None, trouble: Exception | None = None) -> None:
    for each in together:
        each.counts, each.trouble = counts or CrawlCounts(), trouble
        each.done.set()


def _said(trouble: BaseException) -> str:
    while isinstance(trouble, BaseExceptionGroup):
        trouble = trouble.exceptions[0]
    return str(trouble) or type(trouble).__name__


def _is_text(path: str) -> bool:
    """A folder whose name is not UTF-8 cannot stand in the rules of a crawl; then all is crawled."""
    return not any("\udc80" <= char <= "\udcff" for char in path)

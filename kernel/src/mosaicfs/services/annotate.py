"""Asking plugins what they make of files and other events: from the feed of changes to annotations, none lost.

The parts are in `annotating/`: `following` reads the feed into the `queue`, `delivering` brings one plugin its jobs,
`facts` writes down what it said. Here they are put together, and answer what is asked of them from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import NamedTuple, NoReturn, Protocol, TypeVar

import msgspec
import structlog
import trio

from mosaicfs.errors import EntryGoneError, MosaicError, RefusedError
from mosaicfs.model.ids import file_id, tail_of
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.notices import Notices
from mosaicfs.model.requests import TellProgress
from mosaicfs.model.requests import Work as RequestWork
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscribers, Subscription
from mosaicfs.model.times import Clock
from mosaicfs.plugin_host.host import STATES
from mosaicfs.services.annotating.asking import Ask, Asking
from mosaicfs.services.annotating.delivering import Delivering
from mosaicfs.services.annotating.following import Following
from mosaicfs.services.annotating.forgetting import Forgetting
from mosaicfs.services.annotating.job import ACCESS, FILE, LABELS, SYNC, News
from mosaicfs.services.annotating.lending import Lending
from mosaicfs.services.annotating.noticing import facts_in
from mosaicfs.services.annotating.queue import Counts, ListedJob, Queue, SyncEnd, SyncSoFar, open_queue
from mosaicfs.services.annotating.remembering import Remembering
from mosaicfs.services.annotating.taking import Reading
from mosaicfs.services.requests import Requests
from mosaicfs.services.standing import NodeStanding

PURGED_S = 3_600.0
COUNTED_S = 5.0
PROGRESS_S = 1.0
MOST_LISTED = 1_000
FAILED = "plugin_jobs_failed"
DATABASE = "plugin_jobs.db"
LENT = "lent"

PLUGIN_SYNC = "plugin_sync"
PLUGIN_RETRY = "plugin_retry"
PLUGIN_JOBS = "plugin_jobs"

S = TypeVar("S", bound=msgspec.Struct)

_log = structlog.get_logger(component="plugin_jobs")


class _SyncArgs(msgspec.Struct):
    plugin_name: str | None = None
    force: bool = False
    file_ids: tuple[str, ...] | None = None


class _RetryArgs(msgspec.Struct):
    plugin_name: str
    ids: tuple[int, ...] | None = None


class _JobsArgs(msgspec.Struct):
    plugin_name: str
    status: str | None = None


class Plugins(Subscribers, Protocol):
    """Who is subscribed, and may be tried again."""

    def try_again(self, plugin: str) -> None: ...


class Hearing(NamedTuple):
    """The parts of a node that hear of it."""

    requests: Requests
    standing: NodeStanding
    notices: Notices


async def annotate(hearing: Hearing, kernel: Kernel, plugins: Plugins, ask: Ask) -> NoReturn:
    """Until cancelled, with what the duty `agent` has."""
    places, node_id = kernel.places, kernel.node_id
    lending = Lending(kernel.content, node_id, places.cache_dir / LENT)
    async with open_queue(places.state_dir / DATABASE) as queue:
        annotating = Annotating(
            kernel.store,
            node_id,
            queue,
            plugins,
            ask,
            lending,
            hearing.notices,
            hearing.standing,
            plugins.try_again,
            remembering=Remembering(places.state_dir / STATES),
        )
        for kind, work in annotating.by_kind().items():
            hearing.requests.answer(kind, work)
        hearing.standing.queues = annotating.told
        await annotating.run()
    raise AssertionError("it runs for ever")


@dataclass(slots=True, eq=False)
class Annotating:
    """Of the agent of a node. `queue` is open for as long as it runs.

    `try_again` is what a person says to a plugin that was paused.
    """

    store: Store
    node_id: str
    queue: Queue
    subscribers: Subscribers
    ask: Ask
    lending: Lending
    notices: Notices
    standing: Standing
    try_again: Callable[[str], None] = lambda plugin: None
    clock: Clock = time
    remembering: Remembering | None = None
    following: Following = field(init=False)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    _delivering: dict[str, Delivering] = field(default_factory=dict)
    _synced: dict[str, list[trio.Event]] = field(default_factory=dict)
    _ends: dict[str, SyncEnd] = field(default_factory=dict)
    _failing: set[str] = field(default_factory=set)
    _is_looked_for: bool = False

    def __post_init__(self) -> None:
        self.following = Following(
            self.store,
            self.node_id,
            self.queue,
            self.subscribers,
            self.notices,
            self._wake,
            self.clock,
            self.remembering,
        )

    async def run(self) -> NoReturn:
        await trio.to_thread.run_sync(self.lending.begin)
        self._delivering.clear()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.following.run)
            nursery.start_soon(self._purge)
            nursery.start_soon(self._count)
            nursery.start_soon(Forgetting(self.store, self.node_id, self.clock).run)
            while True:
                self._serve(nursery, self.subscribers.current())
                with trio.move_on_after(COUNTED_S):
                    await self.subscribers.changed()
        raise AssertionError("it runs for ever")

    def _serve(self, nursery: trio.Nursery, current: Mapping[str, Subscription]) -> None:
        """Who is gone is served on until what is at work has ended; nothing new is begun for it."""
        for name in current:
            if name not in self._delivering:
                delivering = self._delivering[name] = self._new(name)
                nursery.start_soon(delivering.run)
        for delivering in self._delivering.values():
            delivering.wake.call()

    def _new(self, name: str) -> Delivering:
        return Delivering(
            name,
            self.node_id,
            self.store,
            self.queue,
            Asking(self.store, self.lending, self.ask),
            lambda: self.subscribers.current().get(name),
            self._failed,
            self._end_sync,
            self.clock,
        )

    def _wake(self, name: str) -> None:
        if (delivering := self._delivering.get(name)) is not None:
            delivering.wake.call()

    # --- how it fares ------------------------------------------------------------------------------------------------

    def told(self) -> Mapping[str, JsonObject]:
        """By plugin, for the status of the node."""
        found: dict[str, JsonObject] = {}
        for name, delivering in self._delivering.items():
            count = self.counts.get(name, Counts())
            last: JsonObject = {"last_activity": delivering.last_activity} if delivering.last_activity else {}
            known: JsonObject = {"pending": count.pending + count.in_flight, "in_flight": count.in_flight}
            found[name] = {**known, "failed": count.failed, **last, **delivering.figures.told()}
        return found

    def _failed(self, name: str, errors: Sequence[str]) -> None:
        self._failing.add(name)
        self.standing.trouble("plugins", "error", f"{name}: {errors[-1]}")
        jobs = "A job" if len(errors) == 1 else f"{len(errors)} jobs"
        self.notices.observe(
            f"{FAILED}:{name}",
            "error",
            f"The plugin {name} has failed for some files",
            f"{jobs} used up every attempt, the last with: {errors[-1]} See them with "
            f"`mosaicfs plugins jobs {self.node_id} {name} --status failed`, and put them back with "
            f"`mosaicfs plugins retry {self.node_id} {name}` once the cause is gone.",
        )

    async def _count(self) -> NoReturn:
        """Nothing is failed any more: purged, or put back."""
        while True:
            with suppress(MosaicError):
                self.counts = await self.queue.counts()
                if self._is_looked_for and not any(each.pending or each.in_flight for each in self.counts.values()):
                    self._is_looked_for = False
                    self.standing.hurry()
                for name in [*self._delivering]:
                    if self.counts.get(name, Counts()).failed:
                        self._failing.add(name)
                    elif name in self._failing:
                        self._failing.discard(name)
                        self.notices.clear(f"{FAILED}:{name}")
            await trio.sleep(COUNTED_S)

    async def _recount(self) -> None:
        """Somebody has asked for what was done, and looks for the end of it."""
        self.counts = await self.queue.counts()
        self._is_looked_for = True
        self.standing.hurry()

    async def _purge(self) -> NoReturn:
        while True:
            await self.queue.purge()
            await trio.sleep(PURGED_S)

    # --- what is asked of it -----------------------------------------------------------------------------------------

    def by_kind(self) -> Mapping[str, RequestWork]:
        """Requests of the control plane that it answers."""
        return {PLUGIN_SYNC: self.sync, PLUGIN_RETRY: self.retry, PLUGIN_JOBS: self.jobs}

    async def sync(self, args: JsonObject, progress: TellProgress) -> JsonObject:
        """Until everything that it asks is over. One that runs already is joined."""
        asked = _args(args, _SyncArgs)
        names = [self._known(asked.plugin_name)] if asked.plugin_name else list(self.subscribers.current())
        if asked.file_ids is not None:
            return {"queued": await self._ask_again(names, asked.file_ids)}
        ends: dict[str, SyncEnd] = {}
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(partial(self._sync_one, name, ends, force=asked.force))
            nursery.start_soon(self._tell_progress, names, progress, nursery.cancel_scope, ends)
        await self._recount()
        told = {name: {"processed": end.processed, "failed": end.failed} for name, end in ends.items()}
        failed = [f"{name}: {end.failed} failed" for name, end in ends.items() if end.failed]
        return {"plugins": told, **({"errors": failed} if failed else {})}

    async def _sync_one(self, name: str, ends: dict[str, SyncEnd], *, force: bool) -> None:
        over = trio.Event()
        self._synced.setdefault(name, []).append(over)
        subscription = self.subscribers.current().get(name)
        heard = subscription is not None and SYNC.added in subscription.events
        await self.queue.begin_sync(name, "manual", force=force, heard=heard)
        await self.following.begin_anew(name)
        self._wake(name)
        while not over.is_set() and name in self.subscribers.current():
            with trio.move_on_after(COUNTED_S):
                await over.wait()
        ends[name] = self._ends.pop(name, SyncEnd(None, "manual", 0, 0))

    async def _tell_progress(
        self,
        names: Collection[str],
        progress: TellProgress,
        scope: trio.CancelScope,
        ends: Mapping[str, SyncEnd],
    ) -> None:
        known = {name: SyncSoFar() for name in names}
        while len(ends) < len(names):
            for name in names:
                end = ends.get(name)
                told = await self.queue.sync_so_far(name) if end is None else SyncSoFar(end.processed, end.failed)
                known[name] = told or known[name]
            done, failed, waits = (sum(figures) for figures in zip(*known.values(), strict=True))
            counts: JsonObject = {"planned": done + failed + waits, "done": done, "failed": failed}
            progress({"phase": "plugins", "counts": counts, "current": sorted(set(names) - set(ends))[:5]})
            await trio.sleep(PROGRESS_S)
        scope.cancel()

    def _end_sync(self, name: str, end: SyncEnd) -> None:
        _log.info("full sync is over", plugin=name, processed=end.processed, failed=end.failed)
        self._ends[name] = end
        for over in self._synced.pop(name, ()):
            over.set()

    async def _ask_again(self, names: Sequence[str], file_ids: Sequence[str]) -> int:
        """About these files alone."""
        found = await self.store.get_many([file_id(tail_of(each)) for each in file_ids])
        queued = 0
        for name in names:
            subscription = self.subscribers.current()[name]
            news = [_news_of(document.id, document.body) for document in found if document is not None]
            wanted = [each for each in news if each is not None]
            if not wanted and len(file_ids) == 1:
                raise EntryGoneError(file_ids[0])
            events = frozenset(subscription.events) | {FILE.added}
            reading = Reading(name, events, subscription.annotation_version, wanted, None, forced=True)
            queued += (await self.queue.take([reading])).get(name, 0)
            self._wake(name)
        return queued

    async def retry(self, args: JsonObject, progress: TellProgress) -> JsonObject:
        asked = _args(args, _RetryArgs)
        count = await self.queue.retry(asked.plugin_name, asked.ids)
        self.try_again(asked.plugin_name)
        self._wake(asked.plugin_name)
        await self._recount()
        return {"requeued": count}

    async def jobs(self, args: JsonObject, progress: TellProgress) -> JsonObject:
        asked = _args(args, _JobsArgs)
        listed = await self.queue.listed(asked.plugin_name, asked.status, MOST_LISTED)
        return {"items": [_shown(each) for each in listed]}

    def _known(self, name: str) -> str:
        if name not in self.subscribers.current():
            message = f"No plugin {name} is enabled on {self.node_id} that wants to hear of anything."
            raise RefusedError("not_found", message)
        return name


def _news_of(doc_id: str, body: bytes) -> News | None:
    file = facts_in(tail_of(doc_id), body)
    if file is None:
        return None
    known = {"stamp": file.stamp, "path": file.path, "node_id": file.node_id, "payload": file.payload_text}
    return News(file.uuid, FILE, gone=False, **known)  # type: ignore[arg-type]  # as it makes them


def _args(args: JsonObject, shape: type[S]) -> S:
    try:
        return msgspec.convert(args, shape)
    except msgspec.ValidationError as trouble:
        raise RefusedError("invalid", f"What was asked makes no sense: {trouble}") from None


def _shown(job: ListedJob) -> JsonObject:
    told: dict[str, Json] = {"id": job.id, "event_type": job.event_type, "status": job.status, "attempts": job.attempts}
    about_file = job.family in (FILE.name, ACCESS.name, LABELS.name)
    return told | {
        "created_at": job.created_at,
        **({"file_id": file_id(job.subject)} if about_file else {}),
        **({"next_attempt": job.next_attempt} if job.next_attempt and job.status == "pending" else {}),
        **({"last_error": job.last_error} if job.last_error else {}),
    }

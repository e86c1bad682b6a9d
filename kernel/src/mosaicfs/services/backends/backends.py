"""The storage backends of this node, as the documents have them: begun, begun anew when they change, and left.

What happens to one is in `hosted`. What was hosted here and is not any more leaves the index, but only once its
document says so; one that merely cannot be found is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import NamedTuple, NoReturn, cast

import structlog
import trio

from mosaicfs.errors import EntryUnreadableError, MosaicError, SourceUnavailableError
from mosaicfs.model.crawling import Source
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.ids import plugin_id, storage_backend_id
from mosaicfs.model.indexing import Index
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.provided import prefix_of, provider_of
from mosaicfs.model.questions import BackendsHostedBy
from mosaicfs.model.requests import TellProgress, Work
from mosaicfs.model.standing import Standing
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import Store
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.times import Clock
from mosaicfs.model.utilization import CloudUse
from mosaicfs.services.backends.credentials import FOLDER, Credentials
from mosaicfs.services.backends.history import History
from mosaicfs.services.backends.hosted import Hosted
from mosaicfs.services.backends.line import NAME, serve_line
from mosaicfs.services.backends.polls import SOURCES, Polls
from mosaicfs.services.backends.provided import Provided, objections, provided_on
from mosaicfs.services.backends.reading import Reading
from mosaicfs.services.backends.telling import BackendNotices, ToldItems
from mosaicfs.services.backends.trying import tried
from mosaicfs.services.indexing.holds import hold_id_of
from mosaicfs.services.keeping_up import keep_up
from mosaicfs.wire import noun_in

PART = "storage_backends"
POLL = "source_poll"
TEST = "backend_test"
LOOK_S = 60.0
PAUSE_S = 1.0
TOLD_S = 5.0
"""A poll that is over sooner is not told of while it runs."""

_log = structlog.get_logger(component="storage_backend")


class _Running(NamedTuple):
    """`stamp` is another one when it has to begin anew."""

    hosted: Hosted
    stamp: str
    scope: trio.CancelScope


@dataclass(slots=True, eq=False)
class Backends:
    """`watched` are the folders of this node, `is_ready` says which plugins can be asked for files of their own.
    `on_awaited` is called when somebody looks for what is told: one was added or changed, or polled by a person.
    """

    store: Store
    node_id: str
    polls: Polls
    index: Index
    standing: Standing
    notices: LastingNotices
    state_dir: Path
    runtime_dir: Path
    clock: Clock = time
    watched: Callable[[], Iterable[str]] = tuple
    is_ready: Callable[[str], bool] = lambda plugin: True
    on_awaited: Callable[[], None] = lambda: None
    credentials: Credentials = field(init=False)
    reading: Reading = field(init=False)
    _history: History = field(init=False)
    _running: dict[str, _Running] = field(default_factory=dict)
    _resting: dict[str, StorageBackend] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _told: ToldItems = field(default_factory=ToldItems)
    _awaited: set[str] = field(default_factory=set)
    _has_told: bool = False

    def __post_init__(self) -> None:
        self.credentials = Credentials(self.store, self.state_dir, self.node_id)
        self._history = History(self.state_dir / FOLDER / "history.json")
        self.reading = Reading(self.store, self.node_id, self.polls.hooks, self.credentials, self.index, self._doubted)

    async def run(self) -> NoReturn:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_line, self.runtime_dir / NAME, self.stream)
            nursery.start_soon(self._tell_on)
            nursery.start_soon(self._follow_providers)
            await self._follow(nursery)
        raise AssertionError("it follows for ever")

    async def stream(self, entry: Entry, span: Span) -> ByteStream:
        """Bytes of a file of one of these backends."""
        try:
            return await self.reading.stream(entry, span)
        except MosaicError:
            raise
        except Exception as error:
            _log.exception("a backend could not be read", backend=entry.backend)
            raise EntryUnreadableError(entry.file_id, str(error)) from error

    def cloud(self) -> tuple[CloudUse, ...]:
        """How full each is, where its service has told."""
        known = [(name, each.hosted.shown.past) for name, each in sorted(self._running.items())]
        return tuple(
            CloudUse(backend=name, used_bytes=past.used_bytes, quota_bytes=past.quota_bytes)
            for name, past in known
            if past.used_bytes is not None
        )

    # --- what the documents say ------------------------------------------------------------------------------------

    async def _follow(self, nursery: trio.Nursery) -> NoReturn:
        while True:
            since = (await self.store.info()).update_seq
            try:
                await self._look(nursery)
            except MosaicError as trouble:
                _log.info("the backends of this node are not known yet", cause=str(trouble))
            await self.store.wait_until_changed(since, LOOK_S)
            await trio.sleep(PAUSE_S)

    async def _look(self, nursery: trio.Nursery) -> None:
        """A change of a file of secrets is seen here too, within a minute."""
        found = (await self.store.ask(BackendsHostedBy(self.node_id))).documents
        wanted = {backend.name: (backend, each.rev) for each in found if (backend := _source_in(each)) is not None}
        provided = await provided_on(self.store, self.node_id)
        self._refused = objections(provided, (*self.watched(), *(f"/{name}" for name in wanted)))
        wanted |= {each.backend.name: each for each in provided if each.backend.name not in self._refused}
        for name in [name for name in self._running if name not in wanted]:
            await self._stop(name)
        await self._leave_the_others(
            {name: backend for name, (backend, _) in wanted.items()} | self._refused_ones(provided)
        )
        self._resting = {name: backend for name, (backend, _) in wanted.items() if not backend.enabled}
        for name, (backend, rev) in wanted.items():
            stamp = f"{rev} {await self.credentials.stamp(backend)}"
            running = self._running.get(name)
            if running is not None and (running.stamp != stamp or not backend.enabled):
                await self._stop(name)
            if backend.enabled and name not in self._running:
                self._begin(nursery, backend, stamp)
        self._tell()

    def _begin(self, nursery: trio.Nursery, backend: StorageBackend, stamp: str) -> None:
        notices = BackendNotices(self.notices, backend.name)
        hosted = Hosted(
            backend,
            self.node_id,
            self.index,
            self.polls,
            self.credentials,
            self._history,
            notices,
            self._tell,
            self.clock,
        )
        scope = trio.CancelScope()
        self._running[backend.name] = _Running(hosted, stamp, scope)
        self._awaited.add(backend.name)

        async def run() -> None:
            with scope:
                await keep_up(PART, hosted.run, self.standing)

        nursery.start_soon(run)

    async def _stop(self, name: str) -> None:
        """What is under way ends where it is: nothing is concluded from a part."""
        running = self._running.pop(name)
        running.scope.cancel()
        running.hosted.notices.gone()
        await trio.lowlevel.checkpoint()

    def _refused_ones(self, provided: Iterable[Provided]) -> dict[str, StorageBackend]:
        return {each.backend.name: each.backend for each in provided if each.backend.name in self._refused}

    async def _follow_providers(self) -> NoReturn:
        """Whoever was away may have listed nothing meanwhile."""
        ready: set[str] = set()
        while True:
            now = {name for name in self._running if (plugin := provider_of(name)) and self.is_ready(plugin)}
            for name in now - ready:
                self._running[name].hosted.reconnected()
            ready = now
            await trio.sleep(PAUSE_S)

    async def _leave_the_others(self, wanted: Mapping[str, StorageBackend]) -> None:
        for name, kind in [each for each in self._history if not _is_same(wanted.get(each[0]), each[1])]:
            if name not in wanted and not await self._is_ours_no_more(name):
                continue
            if name in self._running:
                await self._stop(name)
            source = Source(name=name, backend=kind, node_id=self.node_id, prefix=prefix_of(name, kind))
            await self.index.leave(source)
            await self.index.confirm(hold_id_of(source))
            await trio.to_thread.run_sync(self._history.forget, name)

    async def _is_ours_no_more(self, name: str) -> bool:
        """A person has removed it, or given it to another node; that is more than not to find it."""
        plugin = provider_of(name)
        doc_id = storage_backend_id(name) if plugin is None else plugin_id(self.node_id, plugin)
        document = await self.store.get(doc_id)
        if document is None:
            return False
        if plugin is not None:
            return document.deleted or noun_in(document, Plugin) is not None
        backend = noun_in(document, StorageBackend)
        if backend is None:
            return document.deleted
        return backend.mode not in SOURCES or backend.hosting_node_id != self.node_id

    # --- what is asked of them -------------------------------------------------------------------------------------

    def _doubted(self, name: str) -> None:
        if (running := self._running.get(name)) is not None:
            running.hosted.doubt()

    def by_kind(self) -> dict[str, Work]:
        """Work that the control plane may ask for."""
        return {POLL: self.beside(None), TEST: self.test}

    def beside(self, folders: Work | None) -> Work:
        """`source_poll`: of one backend, or of all and of the watched folders, which others look at."""

        async def work(args: JsonObject, tell: TellProgress) -> JsonObject:
            if name := args.get("backend"):
                return await self.poll(str(name), is_full=args.get("full") is True)
            crawls: list[Json] = []
            errors: list[Json] = []
            for each in sorted(self._running):
                try:
                    tell({"phase": "sources", "counts": {}, "current": [each]})
                    crawls.append(await self.poll(each, is_full=args.get("full") is True))
                except MosaicError as trouble:
                    errors.append(str(trouble))
            done = dict(await folders(args, tell)) if folders is not None else {}
            crawled, failed = cast("list[Json]", done.get("crawls", [])), cast("list[Json]", done.get("errors", []))
            return {**done, "crawls": [*crawled, *crawls], "errors": [*failed, *errors]}

        return work

    async def poll(self, name: str, *, is_full: bool = False) -> JsonObject:
        running = self._running.get(name)
        if running is None:
            why = "it is disabled" if name in self._resting else "this node hosts no such source"
            raise SourceUnavailableError(name, why)
        try:
            counts = await running.hosted.poll(is_full=is_full)
        finally:
            self._told.refresh(name)
            self._awaited.add(name)
            self._tell()
        return {"backend": name, **cast(JsonObject, counts._asdict())}

    async def test(self, args: JsonObject, _: TellProgress) -> JsonObject:
        """`backend_test`: of one that is saved."""
        name = str(args.get("backend", ""))
        backend = noun_in(await self.store.get(storage_backend_id(name)), StorageBackend)
        if backend is None:
            raise SourceUnavailableError(name, "there is no such backend")
        return await tried(self.polls.hooks, self.credentials, backend, self.node_id)

    # --- how they fare ---------------------------------------------------------------------------------------------

    async def _tell_on(self) -> NoReturn:
        while True:
            await trio.sleep(TOLD_S)
            self._tell()

    def _tell(self) -> None:
        """Nothing before there is one, or was one."""
        if not (self._running or self._resting or self._refused or self._has_told):
            return
        self._has_told = True
        shown = [self._told.item(each.hosted.shown, self.clock()) for each in self._running.values()]
        shown += [_resting(name) for name in self._resting]
        shown += [{"name": name, "state": "needs_owner", "message": why} for name, why in self._refused.items()]
        bad = [str(item["name"]) for item in shown if item["state"] in ("unreachable", "needs_owner")]
        message = f"These storage backends cannot be polled: {', '.join(bad)}." if bad else ""
        items: list[Json] = [*sorted(shown, key=lambda item: str(item["name"]))]
        self.standing.tell(PART, "degraded" if bad else "healthy", message, {"items": items})
        busy = {name for name, each in self._running.items() if each.hosted.state in ("waiting", "polling")}
        if self._awaited - busy:
            self._awaited &= busy
            self.on_awaited()


def _source_in(document: Document) -> StorageBackend | None:
    backend = noun_in(document, StorageBackend)
    return backend if backend is not None and backend.mode in SOURCES else None


def _is_same(backend: StorageBackend | None, kind: str) -> bool:
    """A backend of another type is another one in the same place, but files of a plugin lie elsewhere then."""
    return backend is not None and (provider_of(backend.name) is None or backend.backend == kind)


def _resting(name: str) -> dict[str, Json]:
    return {"name": name, "state": "disabled", "message": "It is switched off: it is not polled."}

"""The storage backends of this node, as the documents have them: begun, begun anew when they change, and left.

What happens to one is in `hosted`. What was hosted here and is not any more leaves the index, but only once its
document says so; one that merely cannot be found is left alone.
"""

from __future__ import annotations

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
from mosaicfs.model.ids import storage_backend_id
from mosaicfs.model.indexing import Index
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.notices import LastingNotices
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
    store: Store
    node_id: str
    polls: Polls
    index: Index
    standing: Standing
    notices: LastingNotices
    state_dir: Path
    runtime_dir: Path
    clock: Clock = time
    credentials: Credentials = field(init=False)
    reading: Reading = field(init=False)
    _history: History = field(init=False)
    _running: dict[str, _Running] = field(default_factory=dict)
    _resting: dict[str, StorageBackend] = field(default_factory=dict)
    _told: ToldItems = field(default_factory=ToldItems)
    _has_told: bool = False

    def __post_init__(self) -> None:
        self.credentials = Credentials(self.store, self.state_dir, self.node_id)
        self._history = History(self.state_dir / FOLDER / "history.json")
        self.reading = Reading(self.store, self.node_id, self.polls.hooks, self.credentials, self.index, self._doubted)

    async def run(self) -> NoReturn:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_line, self.runtime_dir / NAME, self.stream)
            nursery.start_soon(self._tell_on)
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
        for name in [name for name in self._running if name not in wanted]:
            await self._stop(name)
        self._resting = {name: backend for name, (backend, _) in wanted.items() if not backend.enabled}
        for name, (backend, rev) in wanted.items():
            stamp = f"{rev} {await self.credentials.stamp(backend)}"
            running = self._running.get(name)
            if running is not None and (running.stamp != stamp or not backend.enabled):
                await self._stop(name)
            if backend.enabled and name not in self._running:
                self._begin(nursery, backend, stamp)
        await self._leave_the_others(set(wanted))
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

    async def _leave_the_others(self, wanted: set[str]) -> None:
        for name, kind in [each for each in self._history if each[0] not in wanted]:
            if not await self._is_ours_no_more(name):
                continue
            source = Source(name=name, backend=kind, node_id=self.node_id, prefix=f"/{name}")
            await self.index.leave(source)
            await self.index.confirm(hold_id_of(source))
            await trio.to_thread.run_sync(self._history.forget, name)

    async def _is_ours_no_more(self, name: str) -> bool:
        """A person has removed it, or given it to another node; that is more than not to find it."""
        document = await self.store.get(storage_backend_id(name))
        if document is None:
            return False
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
        if not self._running and not self._resting and not self._has_told:
            return
        self._has_told = True
        shown = [self._told.item(each.hosted.shown, self.clock()) for each in self._running.values()]
        shown += [_resting(name) for name in self._resting]
        bad = [str(item["name"]) for item in shown if item["state"] in ("unreachable", "needs_owner")]
        message = f"These storage backends cannot be polled: {', '.join(bad)}." if bad else ""
        items: list[Json] = [*sorted(shown, key=lambda item: str(item["name"]))]
        self.standing.tell(PART, "degraded" if bad else "healthy", message, {"items": items})


def _source_in(document: Document) -> StorageBackend | None:
    backend = noun_in(document, StorageBackend)
    return backend if backend is not None and backend.mode in SOURCES else None


def _resting(name: str) -> dict[str, Json]:
    return {"name": name, "state": "disabled", "message": "It is switched off: it is not polled."}

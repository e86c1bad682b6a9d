"""A cloud service in memory, and a node that hosts it: the real index over a real store, with nothing else made up."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import trio

from kernel.tests.services.indexing.machine import SETTINGS
from mosaicfs import wire
from mosaicfs.errors import EntryChangedError, EntryGoneError, MosaicError
from mosaicfs.model.crawling import Change, CrawlEnd, Quota, Source, Usage
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.file import File
from mosaicfs.model.ids import storage_backend_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.role import CONTROL
from mosaicfs.model.sink import Sink
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import Store
from mosaicfs.services.backends.backends import Backends
from mosaicfs.services.backends.polls import Polls
from mosaicfs.services.crawl import Indexing, open_indexing
from mosaicfs.services.indexing.told_facts import TellerOf
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding

NODE = "node-nas"
NAME = "photos"
CREATED = "2026-02-16T09:00:00Z"


@dataclass(slots=True)
class Stored:
    content: bytes
    path: str
    size_known: bool = True

    @property
    def version(self) -> str:
        return sha256(self.content).hexdigest()[:16]


@dataclass(slots=True)
class FakeService:
    """Objects by their ids, and what the next calls are to meet. It stands for the plugin host too."""

    objects: dict[str, Stored] = field(default_factory=dict)
    troubles: list[MosaicError] = field(default_factory=list)
    cut_after: int | None = None
    quota: Quota | None = None
    usage: Usage | None = None
    cursor: str | None = None
    asked: list[tuple[str, str | None, JsonObject]] = field(default_factory=list)
    read: int = 0
    gate: trio.Event | None = None

    async def is_asked(self) -> bool:
        return bool(self.asked)

    def put(self, native_id: str, content: bytes, path: str = "", *, size_known: bool = True) -> None:
        self.objects[native_id] = Stored(content, path or native_id, size_known)

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        if source.backend == "disk":
            await into.send(Change(action="update", export_path="/srv/local.txt", mtime="2026-01-15T14:30:00Z"))
            return CrawlEnd(complete=True)
        self.asked.append((source.trigger, since, source.options))
        if self.gate is not None:
            await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop(0)
        for number, (native_id, each) in enumerate(self.objects.items()):
            if number == self.cut_after:
                raise self.troubles.pop(0) if self.troubles else EntryGoneError("a page of the listing")
            await into.send(_change(source, native_id, each))
        return CrawlEnd(complete=True, cursor=self.cursor, quota=self.quota, usage=self.usage)

    async def materialize(
        self, entry: Entry, span: Span, source: Source | None = None
    ) -> AsyncGenerator[bytes, None] | None:
        assert source is not None
        if self.troubles:
            raise self.troubles.pop(0)
        found = self.objects.get(entry.native_id or "")
        if found is None:
            raise EntryGoneError(entry.file_id)
        if found.version != entry.version:
            raise EntryChangedError(entry.file_id)
        self.read += 1
        end = None if span.length is None else span.offset + span.length
        return _pieces(found.content[span.offset : end])


def _change(source: Source, native_id: str, each: Stored) -> Change:
    return Change(
        action="update",
        export_path=f"{source.prefix}/{each.path}",
        size=len(each.content) if each.size_known else 0,
        size_known=each.size_known,
        mtime="2026-01-15T14:30:00Z",
        native_id=native_id,
        version=each.version,
    )


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), 100):
        await trio.lowlevel.checkpoint()
        yield content[start : start + 100]


async def settled(is_so: Callable[[], Awaitable[bool]]) -> None:
    with trio.fail_after(30):
        while not await is_so():  # noqa: ASYNC110 - what is waited for is in documents
            await trio.sleep(0.05)


class LastingNotices(FakeNotices):
    def holds(self, key: str) -> bool:
        return key in self.holding


@dataclass
class Host:
    """The node. `running` begins its agent's part, again and again over the same folder."""

    store: Store
    folder: Path
    service: FakeService = field(default_factory=FakeService)
    standing: FakeStanding = field(default_factory=FakeStanding)
    notices: LastingNotices = field(default_factory=LastingNotices)

    async def save(self, **members: object) -> None:
        doc_id = storage_backend_id(NAME)
        found = await self.store.get(doc_id)
        backend = StorageBackend(
            **{  # type: ignore[arg-type]  # members of a backend
                "name": NAME,
                "backend": "glass",
                "mode": "source",
                "enabled": True,
                "created_at": CREATED,
                "hosting_node_id": NODE,
                **members,
            }
        )
        rev = "" if found is None else found.rev
        (row,) = await self.store.write([Document(doc_id, rev, wire.encode(backend))], writer=CONTROL)
        assert not row.error

    async def remove(self) -> None:
        found = await self.store.get(storage_backend_id(NAME))
        assert found is not None
        (row,) = await self.store.write([Document(found.id, found.rev, b"{}", deleted=True)], writer=CONTROL)
        assert not row.error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Backends]:
        polls = Polls(self.service)
        async with self.indexing(polls) as index, trio.open_nursery() as nursery:
            backends = Backends(self.store, NODE, polls, index, self.standing, self.notices, self.folder, self.folder)
            nursery.start_soon(backends.run)
            yield backends
            nursery.cancel_scope.cancel()

    def indexing(
        self, polls: Polls, teller_of: TellerOf = lambda source: None
    ) -> AbstractAsyncContextManager[Indexing]:
        return open_indexing(
            self.store,
            polls,
            memory_path=self.folder / "agent.db",
            node_id=NODE,
            settings=SETTINGS,
            standing=self.standing,
            notices=self.notices,
            teller_of=teller_of,
        )

    async def files(self, status: str | None = "active") -> dict[str, tuple[str, File]]:
        found: dict[str, tuple[str, File]] = {}
        for document in (await self.store.ask(FilesUnder(NODE, "/", status), limit=10_000)).documents:  # type: ignore[arg-type]
            noun = wire.decode(document.id, document.body)
            assert isinstance(noun, File)
            found[noun.source.export_path] = (document.id, noun)
        return found

    async def is_empty(self) -> bool:
        return not await self.files()

    def item(self) -> JsonObject:
        """What the status of the node says of the backend; empty before it says anything."""
        items = self.standing.counters.get("storage_backends", {}).get("items", [])
        assert isinstance(items, list)
        return next((each for each in items if each["name"] == NAME), {})

    async def until(self, state: str) -> JsonObject:
        async def is_so() -> bool:
            return self.item().get("state") == state

        await settled(is_so)
        return self.item()

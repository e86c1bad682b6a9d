"""A node with one plugin at its desk: a real store and a real queue, and a plugin that answers as a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import apsw
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.content import Content
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import annotation_id, file_id, new_uuid
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscription
from mosaicfs.model.times import mtime_text
from mosaicfs.services.annotate import Annotating
from mosaicfs.services.annotating.job import FILE
from mosaicfs.services.annotating.lending import Lending
from mosaicfs.services.annotating.queue import Queue, open_queue
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding

NODE = "node-desk"
NAME = "notes"
NOW_S = 1_900_000_000.0
SOON_S = 20.0

Answer = Callable[[Event, "Entry | None"], "JsonObject | None"]


class Roll:
    """`Subscribers` that a test changes."""

    def __init__(self, *subscriptions: Subscription) -> None:
        self._known = {each.plugin_name: each for each in subscriptions}
        self._change = trio.Event()

    def current(self) -> Mapping[str, Subscription]:
        return self._known

    async def changed(self) -> None:
        await self._change.wait()

    def put(self, *subscriptions: Subscription) -> None:
        self._known = {each.plugin_name: each for each in subscriptions}
        self._change.set()
        self._change = trio.Event()


def subscribed(**members: object) -> Subscription:
    """To everything about files, without their content."""
    wanted = {"plugin_name": NAME, "events": tuple(sorted(FILE.events)), "content": "none", **members}
    return Subscription(**wanted)  # type: ignore[arg-type]  # by name


@dataclass(eq=False)
class Desk:
    folder: Path
    store: Store
    queue: Queue
    roll: Roll
    answer: Answer
    heard: list[Event] = field(default_factory=list)
    notices: FakeNotices = field(default_factory=FakeNotices)
    standing: FakeStanding = field(default_factory=FakeStanding)
    now: list[float] = field(default_factory=lambda: [NOW_S])
    open: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        lending = Lending(cast(Content, None), NODE, self.folder / "lent")
        self.annotating = Annotating(
            self.store,
            NODE,
            self.queue,
            self.roll,
            self._ask,
            lending,
            self.notices,
            self.standing,
            clock=lambda: self.now[0],
        )

    async def _ask(
        self, plugin: str, event: Event, entry: Entry | None, path: Path | None, *, limit_s: float | None = None
    ) -> JsonObject | None:
        subject = str(event.payload.get("file_id"))
        assert subject not in self.open, "two jobs of a file at once"
        self.open.add(subject)
        try:
            await trio.lowlevel.checkpoint()
            self.heard.append(event)
            return self.answer(event, entry)
        finally:
            self.open.discard(subject)

    def later(self, seconds: float) -> None:
        """Time goes by, and who waits for it looks again."""
        self.now[0] += seconds
        for name in self.roll.current():
            self.annotating._wake(name)

    # --- what there is ---------------------------------------------------------------------------------------------

    async def add(self, path: str = "/home/a.txt", uuid: str = "", **members: object) -> str:
        uuid = uuid or new_uuid()
        file = file_at(path)
        await self.write(file_id(uuid), structs.replace(file, **members))
        return uuid

    async def change(self, uuid: str, **members: object) -> None:
        found = await self.store.get(file_id(uuid))
        file = wire.noun_in(found, File)
        assert file is not None
        await self.write(file_id(uuid), structs.replace(file, **members))

    async def move(self, uuid: str, path: str) -> None:
        moved = file_at(path)
        await self.change(uuid, name=moved.name, source=moved.source)

    async def remove(self, doc_id: str) -> None:
        found = await self.store.get(doc_id)
        assert found is not None
        (row,) = await self.store.write([Document(doc_id, found.rev, found.body, deleted=True)], writer=CONTROL)
        assert not row.error, row.reason

    async def lose_at_work(self, uuid: str) -> None:
        """As if the machine had died while the plugin was at work on that file."""
        for statement in (
            "UPDATE jobs SET status = 'in_flight', finished_at = NULL WHERE file_uuid = ? AND status = 'acked'",
            "DELETE FROM delivered WHERE file_uuid = ?",
        ):
            await self.queue._run(partial(_put, statement, uuid))

    async def write(self, doc_id: str, noun: Noun) -> None:
        found = await self.store.get(doc_id)
        document = Document(doc_id, found.rev if found is not None else "", wire.encode(noun))
        role = node_role(NODE) if isinstance(noun, File) else CONTROL
        (row,) = await self.store.write([document], writer=role)
        assert not row.error, row.reason

    async def note(self, uuid: str, plugin: str = NAME) -> Annotation | None:
        return wire.noun_in(await self.store.get(annotation_id(uuid, plugin)), Annotation)

    async def is_forgotten(self) -> bool:
        return NAME not in await self.queue.positions()

    # --- what comes of it ------------------------------------------------------------------------------------------

    async def settled(self) -> list[str]:
        """Once all that was written is read, and all that is due has been asked: the events that were heard."""
        await soon(self._is_settled)
        return [event.name for event in self.heard]

    async def _is_settled(self) -> bool:
        end = (await self.store.info()).update_seq
        reached, memory = self.annotating.following._positions, self.annotating.following.remembering
        if any(reached.get(name) != end or (memory and memory.is_lost(name)) for name in self.roll.current()):
            return False
        waits = [await self._waits(each) for each in self.roll.current().values()]
        counts = await self.queue.counts()
        return not any(waits) and not any(each.in_flight for each in counts.values())

    async def _waits(self, subscription: Subscription) -> bool:
        sync = await self.queue.sync_of(subscription.plugin_name)
        due_s = await self.queue.due_in_s(subscription.plugin_name)
        is_due = due_s is not None and due_s <= 0 and subscription.standing == "ready"
        return is_due or (sync is not None and due_s is None)


def file_at(path: str) -> File:
    parent, _, name = path.rpartition("/")
    return File(
        inode=7,
        name=name,
        source=FileSource(node_id=NODE, export_path=path, export_parent=parent or "/"),
        size=3,
        mtime=mtime_text(int(NOW_S * 1e9)),
        mime_type="text/plain",
        status="active",
    )


async def soon(holds: Callable[[], Awaitable[object]]) -> None:
    with trio.fail_after(SOON_S):
        while not await holds():  # noqa: ASYNC110 - nobody tells of it
            await trio.sleep(0.01)


def _put(statement: str, uuid: str, connection: apsw.Connection) -> None:
    connection.execute(statement, (uuid,)).fetchall()


@asynccontextmanager
async def desk_at(folder: Path, answer: Answer, *subscriptions: Subscription) -> AsyncIterator[Desk]:
    """One agent's life."""
    now = [NOW_S]
    async with (
        open_store(folder / "mosaicfs.db", folder / "bell") as store,
        open_queue(folder / "plugin_jobs.db", lambda: now[0]) as queue,
        trio.open_nursery() as nursery,
    ):
        desk = Desk(folder, store, queue, Roll(*(subscriptions or (subscribed(),))), answer, now=now)
        nursery.start_soon(desk.annotating.run)
        yield desk
        nursery.cancel_scope.cancel()

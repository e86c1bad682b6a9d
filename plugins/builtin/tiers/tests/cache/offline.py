"""A machine that keeps files of a far node offline: a store, a tree, the real cache, and a far node that may go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

import trio

from mosaicfs import wire
from mosaicfs.content.local import LocalContent
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.configuration import PinSettings, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import label_assignment_id, pin_id, tail_of
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.noun import Noun
from mosaicfs.model.pin import Pin, PinScope
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.tier import Handle, Offer
from mosaicfs.services.pinning import pinning as pinning_room
from mosaicfs.services.pinning.metered import Metered
from mosaicfs.services.pinning.pinning import Pinning
from mosaicfs.services.tree import LocalTree
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache.sources import Source, cache_at, entry_named

HERE = "node-here"
FAR = "node-far"
TRIP = PinScope(labels=("trip",))


@dataclass(slots=True)
class FarNode:
    """Offers every file of the far node, as one over the network does. `opened` are the ids of what was asked for."""

    name: str = "peer"
    cost: int = 600
    keeps: bool = True
    is_gone: bool = False
    before: Callable[[int, int], Awaitable[None]] | None = None
    real_size: int = 0
    opened: list[str] = field(default_factory=list)

    async def offer(self, entry: Entry) -> Offer | None:
        return Offer(self.cost, network=True, keep=self.keeps) if entry.node_id == FAR else None

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        if self.is_gone:
            raise SourceUnavailableError(FAR, "the test says so")
        self.opened.append(entry.file_id)
        return Source(self.real_size or entry.size, before=self.before)


class SomeNetwork(Metered):
    is_metered = False

    async def look(self) -> bool:
        return self.is_metered


@dataclass(slots=True)
class Machine:
    root: Path
    max_bytes: int = 1 << 34
    threshold: int = 4 << 20
    store: MemoryStore = field(default_factory=MemoryStore)
    far: FarNode = field(default_factory=FarNode)
    notices: FakeNotices = field(default_factory=FakeNotices)
    standing: FakeStanding = field(default_factory=FakeStanding)
    network: SomeNetwork = field(default_factory=SomeNetwork)
    ahead_s: float = 0.0
    cache: FileCache = field(init=False)
    content: LocalContent = field(init=False)
    pinning: Pinning = field(init=False)

    def __post_init__(self) -> None:
        self.cache = cache_at(self.root, max_bytes=self.max_bytes, threshold=self.threshold, store=self.store)
        self.content = LocalContent(self.store, HERE, tiers=[self.cache, self.far])
        self.pinning = Pinning(
            self.store,
            HERE,
            LocalTree(self.store),
            self.content,
            self.notices,
            self.standing,
            lambda: Settings(pin=PinSettings(on_metered=False)),
            clock=lambda: time() + self.ahead_s,
            metered=self.network,
        )

    async def put(self, doc_id: str, noun: Noun, *, node_id: str = "") -> None:
        found = await self.store.get(doc_id)
        document = Document(doc_id, found.rev if found else "", wire.encode(noun))
        (row,) = await self.store.write([document], writer=node_role(node_id) if node_id else CONTROL)
        assert not row.error, row

    async def file(self, number: int, size: int, *, node_id: str = FAR, labels: tuple[str, ...] = ("trip",)) -> str:
        file_id = entry_named(number, size).file_id
        await self.change(number, size, "2026-01-15T14:30:00.123456Z", node_id=node_id)
        if labels:
            given = LabelAssignment(
                file_id=file_id, labels=labels, updated_at="2026-01-15T14:30:00Z", updated_by="owner"
            )
            await self.put(label_assignment_id(tail_of(file_id)), given)
        return file_id

    async def change(self, number: int, size: int, mtime: str, *, node_id: str = FAR) -> None:
        path = f"/far/{number}.bin"
        place = FileSource(node_id=node_id, export_path=path, export_parent="/far")
        file = File(inode=1000 + number, name=f"{number}.bin", source=place, size=size, mtime=mtime, status="active")
        await self.put(entry_named(number, size).file_id, file, node_id=node_id)

    async def pin(self, name: str, scope: PinScope = TRIP, **members: Any) -> None:
        known: dict[str, Any] = {"node_id": HERE, "created_at": "2026-01-15T14:30:00Z"}
        pin = Pin(**known | members, name=name, scope=scope)
        await self.put(pin_id(name), pin)

    async def unpin(self, name: str) -> None:
        found = await self.store.get(pin_id(name))
        assert found is not None
        (row,) = await self.store.write([Document(found.id, found.rev, b"{}", deleted=True)], writer=CONTROL)
        assert not row.error

    async def entry(self, file_id: str) -> Entry:
        file = wire.noun_in(await self.store.get(file_id), File)
        assert file is not None
        return entry_of(file_id, file)

    async def state(self, file_id: str) -> str:
        return self.content.pin_state(await self.entry(file_id))

    def told(self, name: str) -> Mapping[str, Any]:
        pins: Any = self.standing.counters["pins"]["pins"]
        found: Mapping[str, Any] = pins[name]
        return found

    async def until_state(self, file_id: str, state: str) -> None:
        with trio.fail_after(10):
            while await self.state(file_id) != state:  # noqa: ASYNC110 - what it waits for tells nobody
                await trio.sleep(0.01)

    async def read(self, file_id: str) -> bytes:
        opened = await self.content.open(file_id, near=True)
        try:
            return await opened.read(0, opened.size)
        finally:
            await opened.close()

    @asynccontextmanager
    async def keeping(self, pause_s: float = 0.05) -> AsyncIterator[None]:
        """With the agent's part at work, which looks again sooner than in earnest."""
        before, pinning_room.PAUSE_S = pinning_room.PAUSE_S, pause_s
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.pinning.run)
                yield
                nursery.cancel_scope.cancel()
        finally:
            pinning_room.PAUSE_S = before

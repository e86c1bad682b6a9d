"""Small files come together where a tier can do that, each once, and whoever opens one meanwhile waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import trio
import trio.testing
from structlog.testing import capture_logs

from kernel.tests.content.faulty import FaultyHandle, FaultyTier
from kernel.tests.content.test_opening import written
from mosaicfs.content import bringing
from mosaicfs.content.local import LocalContent
from mosaicfs.model.entry import Entry
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.tier import Handle, Offer
from mosaicfs_sdk.fakes.store import MemoryStore

CONTENT = b"all of it"


@dataclass
class Gathering(FaultyTier):
    """Another node, which hands out many at once; `hold` keeps them on their way."""

    parts: list[list[str]] = field(default_factory=list)
    offers: int = 0
    hold: trio.Event | None = None
    lacks: str = ""

    async def offer(self, entry: Entry) -> Offer | None:
        self.offers += 1
        return Offer(self.cost, network=self.network, keep=self.worth_keeping)

    def is_small(self, entry: Entry) -> bool:
        return entry.size < 1_000

    async def gather(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        self.parts.append([each.file_id for each in entries])
        await trio.lowlevel.checkpoint()
        if self.hold is not None:
            await self.hold.wait()
        return {each.file_id: CONTENT for each in entries if each.file_id != self.lacks}


@dataclass
class Shelf:
    """Keeps in memory what it is given."""

    name: str = "cache"
    cost: int = 200
    taken: dict[str, bytes] = field(default_factory=dict)

    async def offer(self, entry: Entry) -> Offer | None:
        return Offer(self.cost) if entry.file_id in self.taken else None

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        return FaultyHandle(FaultyTier(self.name, self.cost, self.taken[entry.file_id]))

    async def keep(self, entry: Entry, source: Handle) -> Handle:
        return source

    def here(self, entry: Entry) -> int:
        return len(self.taken.get(entry.file_id, b""))

    async def take_whole(self, contents: Sequence[tuple[Entry, bytes]]) -> None:
        await trio.lowlevel.checkpoint()
        self.taken.update((entry.file_id, content) for entry, content in contents)


def name_of(number: int) -> str:
    return f"file::0194f3d0-5b2e-7f41-8c90-{number:012x}"


@dataclass
class Machine:
    far: Gathering = field(default_factory=lambda: Gathering("peer", 600, CONTENT, network=True, worth_keeping=True))
    shelf: Shelf = field(default_factory=Shelf)
    store: MemoryStore = field(default_factory=MemoryStore)
    is_metered: bool = False

    async def content(self, files: int, *, node: str = "node-other", size: int = len(CONTENT)) -> LocalContent:
        for number in range(files):
            place = FileSource(node_id=node, export_path=f"/d/{number}", export_parent="/d")
            facts = File(
                inode=1_001 + number,
                name=f"{number}",
                source=place,
                size=size,
                mtime="2026-01-15T14:30:00.123456Z",
                status="active",
            )
            await written(self.store, name_of(number), facts)
        return LocalContent(self.store, "node-here", tiers=[self.far, self.shelf], metered=self._look)

    async def _look(self) -> bool:
        await trio.lowlevel.checkpoint()
        return self.is_metered


async def read(content: LocalContent, number: int) -> tuple[str, bytes]:
    opened = await content.open(name_of(number))
    try:
        return opened.tier, await opened.read(0, opened.size)
    finally:
        await opened.close()


async def test_many_files_are_asked_for_in_few_parts() -> None:
    machine = Machine()
    names = [name_of(number) for number in range(300)]
    content = await machine.content(300)
    assert set(await content.bring_ahead(names)) == set(names)
    assert sorted(len(part) for part in machine.far.parts) == [
        300 - 2 * bringing.PART_FILES,
        *[bringing.PART_FILES] * 2,
    ]
    assert await read(content, 7) == ("cache", CONTENT)
    assert machine.far.opened == 0


async def test_a_node_is_looked_up_once_for_many_files() -> None:
    machine = Machine()
    content = await machine.content(50)
    await content.bring_ahead([name_of(number) for number in range(50)])
    assert machine.far.offers == 1


async def test_a_part_has_no_more_bytes_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "PART_BYTES", 3 * len(CONTENT))
    machine = Machine()
    content = await machine.content(7)
    await content.bring_ahead([name_of(number) for number in range(7)])
    assert sorted(len(part) for part in machine.far.parts) == [1, 3, 3]


async def test_what_is_here_is_not_asked_for_again() -> None:
    machine = Machine()
    content = await machine.content(4)
    await content.bring_ahead([name_of(0), name_of(1)])
    assert set(await content.bring_ahead([name_of(number) for number in range(4)])) == {name_of(2), name_of(3)}
    assert [len(part) for part in machine.far.parts] == [2, 2]


async def test_own_files_large_ones_and_those_that_are_gone_are_left_out() -> None:
    own, large = Machine(), Machine()
    assert not await (await own.content(2, node="node-here")).bring_ahead([name_of(0)])
    assert not await (await large.content(2, size=1_000)).bring_ahead([name_of(0), name_of(9)])
    assert own.far.parts == large.far.parts == []


async def test_whoever_opens_one_that_is_on_its_way_waits_for_it_and_nothing_comes_twice() -> None:
    machine = Machine()
    machine.far.hold = trio.Event()
    content = await machine.content(3)
    found: list[tuple[str, bytes]] = []

    async def reads() -> None:
        found.append(await read(content, 1))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(content.bring_ahead, [name_of(0), name_of(1)])
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(reads)
        nursery.start_soon(content.bring_ahead, [name_of(1), name_of(2)])
        await trio.testing.wait_all_tasks_blocked()
        assert found == []
        machine.far.hold.set()
    assert found == [("cache", CONTENT)]
    assert machine.far.opened == 0
    assert machine.far.parts == [[name_of(0), name_of(1)], [name_of(2)]]


async def test_what_does_not_come_together_is_opened_by_itself() -> None:
    machine = Machine()
    machine.far.lacks = name_of(1)
    content = await machine.content(3)
    assert set(await content.bring_ahead([name_of(number) for number in range(3)])) == {name_of(0), name_of(2)}
    assert await read(content, 1) == ("peer", CONTENT)


async def test_whoever_waits_does_not_wait_for_ever(autojump_clock: trio.testing.MockClock) -> None:
    machine = Machine()
    machine.far.hold = trio.Event()
    content = await machine.content(1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(content.bring_ahead, [name_of(0)])
        await trio.testing.wait_all_tasks_blocked()
        assert await read(content, 0) == ("peer", CONTENT)
        nursery.cancel_scope.cancel()
    assert await read(content, 0) == ("peer", CONTENT)


async def test_nothing_comes_ahead_over_a_network_that_is_paid_for_by_the_byte() -> None:
    machine = Machine(is_metered=True)
    content = await machine.content(3)
    assert not await content.bring_ahead([name_of(0)])
    assert machine.far.parts == []


async def test_a_tier_that_breaks_over_many_files_takes_nobody_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()

    async def breaks(self: Gathering, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        await trio.lowlevel.checkpoint()
        raise RuntimeError("the test says so")

    monkeypatch.setattr(Gathering, "gather", breaks)
    content = await machine.content(2)
    with capture_logs() as logs:
        assert not await content.bring_ahead([name_of(0), name_of(1)])
    assert [each["event"] for each in logs] == ["files did not come together"]
    assert await read(content, 1) == ("peer", CONTENT)

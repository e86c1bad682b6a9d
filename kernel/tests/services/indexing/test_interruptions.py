"""Cut off, killed, forgotten, refused, out of room: the next crawl ends with exactly the state of the disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
import trio

from kernel.tests.services.indexing.machine import Machine, fill
from mosaicfs.errors import StoreFullError
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.sink import Sink
from mosaicfs.model.store import NewFile, Plants, Store
from mosaicfs_sdk.fakes.disk import DISK, FakeDisk

pytestmark = pytest.mark.patient


@pytest.mark.parametrize("seed", range(12))
async def test_cut_at_any_point_the_next_crawl_ends_with_the_state_of_the_disk(machine: Machine, seed: int) -> None:
    chance = Random(seed)
    fill(machine.disk, folders=12, each=8)
    for _ in range(4):
        async with machine.index() as index:
            with trio.CancelScope() as scope:
                await index.crawl(_Cut(machine, scope, chance.randrange(1, 40)).arm())
        change_at_random(machine.disk, chance)
    machine.disk.crawl = FakeDisk.crawl.__get__(machine.disk)  # type: ignore[method-assign]
    async with machine.index() as index:
        await index.crawl(DISK)
        await machine.agrees()
        before = await machine.seq()
        await index.crawl(DISK)
        assert await machine.seq() == before


class _Cut:
    """Cancels the crawl after so many checkpoints of its own."""

    def __init__(self, machine: Machine, scope: trio.CancelScope, steps: int) -> None:
        self.machine, self.scope, self.steps = machine, scope, steps

    def arm(self) -> Source:
        whole = FakeDisk.crawl.__get__(self.machine.disk)

        async def crawl(source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._count)
                end: CrawlEnd | None = await whole(source, since, into)
                nursery.cancel_scope.cancel()
            return end

        self.machine.disk.crawl = crawl  # type: ignore[method-assign]
        return DISK

    async def _count(self) -> None:
        for _ in range(self.steps):
            await trio.sleep(0.0005)
        self.scope.cancel()


def change_at_random(disk: FakeDisk, chance: Random) -> None:
    for _ in range(6):
        path = chance.choice(sorted(disk.files))
        match chance.randrange(5):
            case 0:
                disk.write(path, chance.randrange(100))
            case 1:
                disk.remove(path)
            case 2:
                disk.rename(path, f"/docs/new{chance.randrange(3)}/{chance.randrange(1000)}")
            case 3:
                disk.copy(path, f"{path}.copy")
            case _:
                disk.rename_folder(path.rpartition("/")[0], f"/docs/folder{chance.randrange(1000)}")


class _Dying:
    """A store that a kill cuts off right before a write, or after: then it is there, and nobody hears of it."""

    def __init__(self, store: Store, writes: int, *, is_written: bool = True) -> None:
        self._store = store
        self._left = writes
        self._is_written = is_written

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def write(self, docs: object, **asked: object) -> object:
        return await self._until_killed(partial(self._store.write, docs, **asked))  # type: ignore[arg-type]

    async def plant(self, node_id: str, files: Sequence[NewFile]) -> None:
        assert isinstance(self._store, Plants)
        await self._until_killed(partial(self._store.plant, node_id, files))

    async def _until_killed(self, work: Callable[[], Awaitable[object]]) -> object:
        self._left -= 1
        if self._left < 0 and not self._is_written:
            await trio.sleep(0.02)
            raise _KilledError
        written = await work()
        if self._left < 0:
            raise _KilledError
        return written


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize("writes", [0, 1, 3])
async def test_a_kill_between_document_and_memory_makes_no_second_document(
    machine: Machine, writes: int, is_written: bool
) -> None:
    fill(machine.disk)
    dying = _Dying(machine.store, writes, is_written=is_written)
    with pytest.raises(_KilledError):
        async with machine.index(dying) as index:  # type: ignore[arg-type]
            await index.crawl(DISK)
    async with machine.index() as index:
        await index.crawl(DISK)
        await machine.agrees()
        ids = await machine.ids()
        machine.disk.rename_folder("/docs/f02", "/docs/g02")
        machine.disk.write("/docs/f03/01.txt", 77)
        machine.disk.remove("/docs/f04/01.txt")
    with pytest.raises(_KilledError):
        async with machine.index(_Dying(machine.store, 0)) as index:  # type: ignore[arg-type]
            await index.crawl(DISK)
    async with machine.index() as index:
        await index.crawl(DISK)
    await machine.agrees()
    assert set((await machine.ids()).values()) <= set(ids.values())


async def test_without_its_memory_the_index_takes_up_the_old_ids(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
    before, seq = await machine.ids(), await machine.seq()
    for path in machine.memory.parent.glob("agent.db*"):
        path.unlink()
    async with machine.index() as index:
        counts = await index.crawl(DISK)
        assert (counts.new, counts.changed) == (0, 0)
        assert await machine.seq() == seq
        machine.disk.remove("/docs/f00/00.txt")
        machine.disk.write("/docs/f00/01.txt", 5)
        counts = await index.crawl(DISK)
        assert (counts.changed, counts.deleted) == (1, 1)
    del before["/docs/f00/00.txt"]
    assert await machine.ids() == before


async def test_what_is_known_is_counted_also_where_the_memory_is_lost(machine: Machine) -> None:
    fill(machine.disk, folders=3, each=4)
    async with machine.index() as index:
        await index.crawl(DISK)
    for path in machine.memory.parent.glob("agent.db*"):
        path.unlink()
    async with machine.index() as index:
        assert await index.count(DISK) == 12
    for path in machine.memory.parent.glob("agent.db*"):
        path.unlink()
    async with machine.index() as index:
        assert len(await index.sample(DISK, 5)) == 5


async def test_times_that_no_column_holds(machine: Machine) -> None:
    machine.disk.write("/docs/far", 1)
    machine.disk.files["/docs/far"] = replace(machine.disk.files["/docs/far"], mtime_ns=2**64)
    machine.disk.write("/docs/long ago", 1)
    machine.disk.files["/docs/long ago"] = replace(machine.disk.files["/docs/long ago"], mtime_ns=-(2**64))
    async with machine.index() as index:
        assert (await index.crawl(DISK)).new == 2
        seq = await machine.seq()
        await index.crawl(DISK)
        assert await machine.seq() == seq


@pytest.mark.allow_log("begun anew")
async def test_a_damaged_memory_is_moved_aside(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
    before = await machine.ids()
    machine.memory.write_bytes(b"not a database at all, and long enough to be one" * 100)
    async with machine.index() as index:
        await index.crawl(DISK)
    assert await machine.ids() == before
    assert machine.memory.with_name("agent.db.aside").exists()


class _Full:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.refusals = 3

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def write(self, docs: object, **asked: object) -> object:
        self._refuse()
        return await self._store.write(docs, **asked)  # type: ignore[arg-type]

    async def plant(self, node_id: str, files: Sequence[NewFile]) -> None:
        self._refuse()
        assert isinstance(self._store, Plants)
        await self._store.plant(node_id, files)

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreFullError(Path("/state/store.db"))


async def test_a_full_disk_is_waited_out(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs.services.indexing.intake.wait_after", lambda failures, asked_s=None: 0.01)
    fill(machine.disk)
    async with machine.index(_Full(machine.store)) as index:  # type: ignore[arg-type]
        await index.crawl(DISK)
    await machine.agrees()
    assert machine.standing.fares["store"] == ["unhealthy"] * 3 + ["healthy"]


@pytest.mark.allow_log("refused by the index")
async def test_a_refused_document_costs_itself_and_is_tried_again(machine: Machine) -> None:
    fill(machine.disk, folders=2)
    machine.disk.write("/docs/f00/huge", 2**60)
    async with machine.index() as index:
        counts = await index.crawl(DISK)
        assert (counts.new, counts.errors) == (20, 1)
        machine.disk.write("/docs/f00/huge", 5)
        assert (await index.crawl(DISK)).new == 1
    await machine.agrees()


# --- crawl and watch together --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_a_watcher_tells_or_misses_the_index_ends_as_the_disk(machine: Machine, seed: int) -> None:
    chance = Random(seed)
    fill(machine.disk, folders=6, each=6)
    async with machine.index() as index:
        await index.crawl(DISK)
        for _ in range(5):
            before = dict(machine.disk.files)
            change_at_random(machine.disk, chance)
            news = [change for change in told(machine.disk, before) if chance.random() < 0.8]
            chance.shuffle(news)
            half = chance.randrange(len(news) + 1)
            await index.take(DISK, news[:half])
            if chance.random() < 0.3:
                await index.crawl(DISK)
            await index.take(DISK, [change for change in news[half:] if is_still_so(machine.disk, change)])
        while index._departing._waiting:  # noqa: ASYNC110 - nobody tells of it
            await trio.sleep(0.01)
        await index.crawl(DISK)
        await machine.agrees()
        seq = await machine.seq()
        await index.crawl(DISK)
        assert await machine.seq() == seq


def told(disk: FakeDisk, before: Mapping[str, object]) -> list[Change]:
    """What a watcher without renames tells."""
    changed = [disk.change(path) for path in disk.files if before.get(path) != disk.files[path]]
    return changed + [Change(action="delete", export_path=path) for path in before if path not in disk.files]


def is_still_so(disk: FakeDisk, change: Change) -> bool:
    """A watcher looks before it tells."""
    if change.action == "delete":
        return change.export_path not in disk.files
    return change.export_path in disk.files and disk.change(change.export_path) == change

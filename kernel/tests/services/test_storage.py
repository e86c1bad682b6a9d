"""When disks are looked at, what is kept of it, and what the owner is told."""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from mosaicfs import wire
from mosaicfs.model.inventory import BlockDevice, Fill, Mount
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.store import IdRange, Store
from mosaicfs.model.times import Clock
from mosaicfs.model.utilization import UtilizationSnapshot
from mosaicfs.services.probing import SystemProbe, fill_of
from mosaicfs.services.storage import StorageWatch

SRV = Mount("/srv", "ext4", "/dev/sda1", "8:1")
UUID = "5b1f0c6e-2d4a-4f0e-9c11-7a6d5e4b3c2a"
SPACE, INODES = f"storage_near_capacity:{UUID}", f"inodes_near_exhaustion:{UUID}"


class Machine:
    """A probe of a machine that is as the test wants it."""

    def __init__(self) -> None:
        self.looks = 0
        self.of_srv: Fill | None = Fill(1000, 100, 900, 10, 990)

    async def mounts(self) -> list[Mount]:
        self.looks += 1
        await trio.lowlevel.checkpoint()
        return [Mount("/", "ext4", "/dev/sda2", "8:2"), SRV]

    async def real_path(self, path: str) -> str | None:
        return None if path == "/unplugged" else path

    async def fill(self, mount_point: str) -> Fill | None:
        return self.of_srv if mount_point == "/srv" else None

    async def block_devices(self) -> Sequence[BlockDevice]:
        return [BlockDevice("/dev/sda1", "8:1", "part", UUID)]


class Board:
    """Notices that are remembered."""

    def __init__(self) -> None:
        self.shown: dict[str, tuple[Severity, str]] = {}

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.shown[key] = severity, message

    def clear(self, key: str) -> None:
        self.shown.pop(key, None)

    def holds(self, key: str) -> bool:
        return key in self.shown


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def watch(machine: Machine, board: Board, wall_clock: Clock) -> StorageWatch:
    paths = ("/srv/media", "/unplugged", "/home")
    return StorageWatch("node-attic", paths, 3600.0, board, machine, wall_clock)


@asynccontextmanager
async def running(watch: StorageWatch, store: Store) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.run, store)
        await wait_all_tasks_blocked()
        yield
        nursery.cancel_scope.cancel()


async def snapshots(store: Store) -> dict[str, UtilizationSnapshot]:
    rows = await store.ids(IdRange(), 100, include_docs=True)
    nouns = {row.id: wire.decode(row.id, row.document.body) for row in rows if row.document}
    return {doc_id.rpartition("::")[2]: noun for doc_id, noun in nouns.items() if isinstance(noun, UtilizationSnapshot)}


async def test_the_first_look_is_at_once_and_the_first_snapshot_at_the_full_hour(
    watch: StorageWatch, machine: Machine, store: Store, autojump_clock: MockClock
) -> None:
    async with running(watch, store):
        assert [each.watch_paths_on_fs for each in watch.current] == [("/srv/media",)]
        assert await snapshots(store) == {}
        await trio.sleep(41 * 60)
        (hour, snapshot), *others = (await snapshots(store)).items()
        assert (hour, others) == ("2040-01-02T10:00:00Z", [])
        assert snapshot.captured_at[:17] == "2040-01-02T10:00:"
        assert snapshot.filesystems
        assert [use.filesystem_id for use in snapshot.filesystems] == [UUID]
        assert machine.looks == 2
        await trio.sleep(3600)
        assert len(await snapshots(store)) == 2
        assert machine.looks == 3


async def test_a_snapshot_is_never_rewritten(watch: StorageWatch, store: Store, autojump_clock: MockClock) -> None:
    twin = StorageWatch("node-attic", ("/srv/media",), 3600.0, watch.notices, watch.probe, watch.clock)
    async with running(watch, store), running(twin, store):
        await trio.sleep(41 * 60)
    found = await store.get("utilization::node-attic::2040-01-02T10:00:00Z")
    assert found
    assert found.rev.startswith("1-")


async def test_an_hour_that_was_slept_through_has_no_snapshot(
    machine: Machine, board: Board, store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    slept = [0.0]
    watch = StorageWatch("node-attic", ("/srv/media",), 3600.0, board, machine, clock=lambda: wall_clock() + slept[0])
    async with running(watch, store):
        await trio.sleep(60)
        slept[0] = 3600 + 45 * 60
        await trio.sleep(60)
        assert await snapshots(store) == {}
        await trio.sleep(3600)
        assert list(await snapshots(store)) == ["2040-01-02T12:00:00Z"]


async def test_a_shorter_interval_means_more_looks_and_no_more_snapshots(
    machine: Machine, board: Board, store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    watch = StorageWatch("node-attic", ("/srv/media",), 600.0, board, machine, wall_clock)
    async with running(watch, store):
        await trio.sleep(3600)
        assert machine.looks in (6, 7, 8)
        assert len(await snapshots(store)) == 1


async def test_a_disk_that_fills_up_is_told_of_until_it_is_roomy_again(
    watch: StorageWatch, machine: Machine, board: Board
) -> None:
    seen = []
    for used in (880, 910, 980, 880, 840, 880):
        machine.of_srv = Fill(1000, used, 1000 - used, 10, 990)
        await watch.look()
        seen.append(board.shown.get(SPACE, ("", ""))[0])
    assert seen == ["", "warning", "error", "warning", "", ""]


async def test_the_owner_reads_where_how_much_and_what_to_do(
    watch: StorageWatch, machine: Machine, board: Board
) -> None:
    machine.of_srv = Fill(10 << 40, 9 << 40, 1 << 40, 999, 1)
    await watch.look()
    assert board.shown[SPACE][1].startswith("/srv: 90 % of the space is used; 1.0 TiB are left. Remove")
    severity, message = board.shown[INODES]
    assert severity == "error"
    assert "99 % of the files it can hold are there; 1 more fit" in message


async def test_a_read_only_medium_is_always_full_and_nobody_minds(
    watch: StorageWatch, machine: Machine, board: Board
) -> None:
    machine.of_srv = Fill(1000, 1000, 0, 10, 0, read_only=True)
    await watch.look()
    assert board.shown == {}


async def test_a_disk_that_does_not_answer_is_left_out(watch: StorageWatch, machine: Machine) -> None:
    machine.of_srv = None
    await watch.look()
    assert watch.current == ()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such mount table")
async def test_this_machine_answers(tmp_path: Path) -> None:
    probe = SystemProbe()
    board = Board()
    watch = StorageWatch("node-attic", (str(tmp_path),), 3600.0, board, probe)
    await watch.look()
    (found,) = watch.current
    assert found.watch_paths_on_fs == (str(tmp_path),)
    assert 0 < found.used_bytes <= found.capacity_bytes
    assert fill_of(os.statvfs(tmp_path)).capacity_bytes == found.capacity_bytes
    assert await probe.fill(str(tmp_path / "not there")) is None
    assert await probe.real_path(str(tmp_path / "not there")) is None


async def test_a_disk_that_fills_between_two_looks_is_told_of_within_seconds_and_so_is_its_end(
    watch: StorageWatch, machine: Machine, board: Board, store: Store, autojump_clock: MockClock
) -> None:
    async with running(watch, store):
        await trio.sleep(100)
        for used, shown in ((920, "warning"), (990, "error"), (860, "error"), (400, None), (950, "warning")):
            machine.of_srv = Fill(1000, used, 1000 - used, 10, 990)
            await trio.sleep(4)
            assert (board.shown.get(SPACE) or [None])[0] == shown
        looks = machine.looks
        await trio.sleep(600)
        assert machine.looks == looks

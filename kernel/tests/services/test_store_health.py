"""A database without room, or with damage in it: what its owner is told, where, and when it is over."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store, opening
from mosaicfs.documents.sqlite.store import SqliteStore
from mosaicfs.errors import StoreCorruptError, StoreFullError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import notification_id
from mosaicfs.model.notification import Notification
from mosaicfs.model.role import CONTROL
from mosaicfs.services.conditions import Conditions
from mosaicfs.services.store_health import CORRUPT, FULL, StoreHealth
from mosaicfs_sdk.fakes.told import FakeStanding

NODE = "node-attic"
LARGE = b'{"text":"%s","type":"note"}' % (b"x" * 100_000)

pytestmark = pytest.mark.allow_log(CORRUPT, FULL, "notices wait for the store")


class Machine:
    """An agent's database, with what tells of it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.bell = folder / "mosaicfs.db", folder / "bell"
        self.standing = FakeStanding()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SqliteStore]:
        self.conditions = Conditions(NODE)
        async with open_store(self.path, self.bell) as self.store, trio.open_nursery() as nursery:
            await self.conditions.load(self.store)
            nursery.start_soon(self.conditions.run, self.store)
            nursery.start_soon(StoreHealth(self.conditions, self.standing).run, self.store)
            yield self.store
            nursery.cancel_scope.cancel()

    async def write(self, name: str, body: bytes = b'{"type":"note"}') -> None:
        await self.store.write([Document(f"note::{name}", "", body)], writer=CONTROL)

    async def status(self, key: str) -> str:
        found = await self.store.get(notification_id(NODE, key))
        noun = None if found is None else wire.decode(found.id, found.body)
        return noun.status if isinstance(noun, Notification) else ""

    async def until_status(self, key: str, status: str) -> None:
        with trio.fail_after(30):
            while await self.status(key) != status:  # noqa: ASYNC110 - what is waited for tells nobody
                await trio.sleep(0.02)

    def fare(self) -> str:
        return self.standing.fares.get("store", ["healthy"])[-1]

    def change(self, statement: str) -> None:
        """Behind the back of the program, as a bad disk would."""
        connection = opening.connect(self.path, cache_kib=100)
        connection.execute(statement).fetchall()
        connection.close()


async def until(true: Callable[[], object]) -> None:
    with trio.fail_after(30):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody
            await trio.sleep(0.02)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(tmp_path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def test_a_full_disk_is_told_at_once_and_written_when_there_is_room(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs.documents.sqlite.health.CALM_S", 0.5)
    machine, ballast = Machine(small_disk), small_disk / "ballast"
    async with machine.running():
        await machine.write("before")
        fill(ballast)
        with pytest.raises(StoreFullError):
            await machine.write("too much", LARGE)
        await until(lambda: machine.fare() == "unhealthy" and machine.conditions.holds(FULL))
        assert "make room" in machine.standing.messages["store"]
        assert await machine.status(FULL) == "", "where it would stand there is no room"
        ballast.unlink()
        await machine.until_status(FULL, "active")
        await machine.until_status(FULL, "resolved")
        await until(lambda: machine.fare() == "healthy")


async def test_a_small_document_that_finds_room_is_not_the_end_of_it(machine: Machine) -> None:
    """The notice itself is one."""
    async with machine.running() as store:
        store.health.met(StoreFullError(machine.path))
        await machine.until_status(FULL, "active")
        await machine.write("small")
        assert store.ailment is not None
        assert store.ailment.kind == "full"


async def test_the_notice_of_damage_is_the_last_that_is_written(machine: Machine) -> None:
    async with machine.running():
        await machine.write("fine")
    machine.change("UPDATE docs SET live = 7 WHERE id = 'note::fine'")
    machine.change("UPDATE meta SET value = 0 WHERE key = 'seen'")
    async with machine.running() as store:
        await until(lambda: store.refusal)
        assert (await machine.status(CORRUPT), machine.fare()) == ("active", "unhealthy")
        with pytest.raises(StoreCorruptError, match="live leaves"):
            await machine.write("more")
    async with machine.running() as store:
        await until(lambda: store.refusal)  # although it was stopped in order, and was looked over a moment ago
        assert await machine.status(CORRUPT) == "active"
    machine.change("UPDATE docs SET live = 1 WHERE id = 'note::fine'")
    async with machine.running() as store:
        await machine.until_status(CORRUPT, "resolved")
        await machine.write("more")
        assert store.ailment is None


async def test_damage_that_a_reader_meets_is_looked_for_at_once(machine: Machine) -> None:
    async with machine.running() as store:
        text = [b'{"text":"%0400d","type":"note"}' % number for number in range(2_000)]
        docs = [Document(f"note::{number}", "", body) for number, body in enumerate(text)]
        await store.write(docs, writer=CONTROL)
    spoilt = bytearray(machine.path.read_bytes())
    page = spoilt.index(b"%0400d" % 50) // 4_096 * 4_096
    spoilt[page : page + 4_096] = bytes(4_096)
    machine.path.write_bytes(spoilt)
    async with machine.running() as store:
        assert await store.get("note::1900") is not None
        assert store.ailment is None, "nobody has seen it yet"
        with pytest.raises(StoreCorruptError):
            await store.get("note::50")
        await until(lambda: store.refusal)
        assert (await machine.status(CORRUPT), machine.fare()) == ("active", "unhealthy")
        assert await store.get("note::1900") is not None, "what can be read is read on"


async def test_a_disk_that_was_out_of_its_mind_for_a_moment_is_no_damage(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs.documents.sqlite.store.AFTER_TROUBLE_S", 0.01)
    async with machine.running() as store:
        for _ in range(2):
            suspicion = store.health.suspicion
            store.health.met(StoreCorruptError(machine.path, "reading or writing failed (disk I/O error)"))
            await until(lambda: store.health.suspicion is not suspicion)  # noqa: B023 - it is awaited here
            await machine.write("fine")
        assert (store.ailment, await machine.status(CORRUPT), machine.fare()) == (None, "", "healthy")


async def test_a_disk_without_room_for_the_date_of_a_look_stops_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(connection: object) -> None:
        raise StoreFullError(machine.path)

    async with machine.running():
        await machine.write("fine")
    machine.change("DELETE FROM meta WHERE key = 'seen'")
    monkeypatch.setattr("mosaicfs.documents.sqlite.upkeep.seen", full)
    async with machine.running() as store:
        await machine.until_status(FULL, "active")
        assert store.is_looked_over
        await machine.write("more")

"""Several processes on one file: they hear of each other's commits, and none loses a sequence to another."""

import subprocess
import sys
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL

WRITE = """
import sys, trio
from pathlib import Path
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL

async def main(path, bell, who, times):
    async with open_store(Path(path), Path(bell)) as store:
        for n in range(int(times)):
            (row,) = await store.write([Document(f"note::{who}-{n}", "", b'{"type":"note"}')], writer=CONTROL)
            assert not row.error, row

trio.run(main, *sys.argv[1:])
"""

READ = """
import sys, trio
from pathlib import Path
from mosaicfs.documents.sqlite import open_store

pytestmark = pytest.mark.patient

async def main(path, bell):
    async with open_store(Path(path), Path(bell)) as store:
        print(await store.info(), flush=True)
        await trio.sleep_forever()

trio.run(main, *sys.argv[1:])
"""


async def elsewhere(path: Path, bell: Path, who: str, times: int) -> None:
    await trio.run_process([sys.executable, "-c", WRITE, str(path), str(bell), who, str(times)])


async def test_a_commit_in_another_process_wakes_a_waiter(tmp_path: Path, nursery: trio.Nursery) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    async with open_store(path, bell) as store:
        nursery.start_soon(elsewhere, path, bell, "other", 1)
        assert await store.wait_until_changed("now", 30)
        assert [row.id for row in (await store.changes("0", 10)).rows] == ["note::other-0"]


@pytest.mark.patient
async def test_a_lost_datagram_costs_a_second_at_most(tmp_path: Path, nursery: trio.Nursery) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    async with open_store(path, bell) as store:
        nursery.start_soon(elsewhere, path, tmp_path / "another bell", "deaf", 1)
        assert await store.wait_until_changed("now", 30)


async def test_a_wait_ends_when_its_time_is_over(tmp_path: Path) -> None:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        assert not await store.wait_until_changed("now", 0.01)
        assert not await store.wait_until_changed((await store.info()).update_seq, 0.01)


async def test_a_commit_of_ones_own_wakes_every_waiter(tmp_path: Path) -> None:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        woken = []

        async def wait() -> None:
            woken.append(await store.wait_until_changed("now", 30))

        async with trio.open_nursery() as waiters:
            for _ in range(5):
                waiters.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            await store.write([Document("note::1", "", b'{"type":"note"}')], writer=CONTROL)
        assert woken == [True] * 5


@pytest.mark.patient
async def test_writers_of_three_processes_share_one_row_of_sequences(tmp_path: Path) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    async with open_store(path, bell) as store:
        async with trio.open_nursery() as writers:
            for who in ("a", "b", "c"):
                writers.start_soon(elsewhere, path, bell, who, 40)
        page = await store.changes("0", 1_000)
        assert len(page.rows) == len({row.seq for row in page.rows}) == 120
        for who in ("a", "b", "c"):
            mine = [row.id for row in page.rows if row.id.startswith(f"note::{who}-")]
            assert mine == [f"note::{who}-{n}" for n in range(40)]
        assert await store.check(deep=True) == []


async def test_requests_that_wait_together_share_a_transaction_and_fail_alone(tmp_path: Path) -> None:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        errors: dict[int, str] = {}

        async def write(n: int) -> None:
            rev = "7-unknown" if n % 3 == 0 else ""
            (row,) = await store.write([Document(f"note::{n}", rev, b'{"type":"note"}')], writer=CONTROL)
            errors[n] = row.error

        async with trio.open_nursery() as writers:
            for n in range(60):
                writers.start_soon(write, n)
        assert errors == {n: "conflict" if n % 3 == 0 else "" for n in range(60)}
        assert (await store.info()).live == 40


async def test_a_backup_under_load_opens_as_a_store_of_its_own(tmp_path: Path, nursery: trio.Nursery) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    async with open_store(path, bell) as store:
        nursery.start_soon(elsewhere, path, bell, "busy", 200)
        await store.wait_until_changed("0", 30)
        await store.backup(tmp_path / "copy.db")
        assert not (tmp_path / "copy.db.part").exists()
        async with open_store(tmp_path / "copy.db", tmp_path / "bell of the copy") as copy:
            names = [row.id for row in (await copy.changes("0", 1_000)).rows]
            assert names == [f"note::busy-{n}" for n in range(len(names))]
            assert names
            assert await copy.check(deep=True) == []


def test_a_killed_reader_changes_nothing(tmp_path: Path) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"

    async def write() -> None:
        async with open_store(path, bell) as store:
            await store.write([Document("note::1", "", b'{"type":"note"}')], writer=CONTROL)

    trio.run(write)
    with subprocess.Popen([sys.executable, "-c", READ, str(path), str(bell)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    trio.run(write)

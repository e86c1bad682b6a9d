"""Files that are not ours, not known or not whole are refused and stay as they are, byte for byte."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from mosaicfs.documents.sqlite import open_store, opening, schema
from mosaicfs.errors import (
    MosaicError,
    StoreCorruptError,
    StoreForeignError,
    StoreFullError,
    StoreTooNewError,
    UnsupportedError,
)
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL


async def filled(path: Path, bell: Path, count: int = 300) -> None:
    async with open_store(path, bell) as store:
        docs = [Document(f"note::{n}", "", b'{"text":"%0400d","type":"note"}' % n) for n in range(count)]
        await store.write(docs, writer=CONTROL)


async def opened(path: Path, bell: Path) -> None:
    async with open_store(path, bell):
        pass


def with_header(path: Path, offset: int, value: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset : offset + 4] = value.to_bytes(4, "big")
    path.write_bytes(raw)


def somebody_elses(path: Path) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE docs (id)")
    other.close()


def text_file(path: Path) -> None:
    path.write_text("Dear diary, this is no database.\n" * 40)


def newer(path: Path) -> None:
    with_header(path, 60, schema.NUMBER + 1)


def torn(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2 + 100])


def scribbled(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096:20480] = b"\xa5" * 16384
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("harm", "error", "says"),
    [
        (somebody_elses, StoreForeignError, "Choose another place"),
        (text_file, StoreForeignError, "not an SQLite file"),
        (newer, StoreTooNewError, "Install the newer MosaicFS"),
        (torn, StoreCorruptError, "restore a backup"),
        (scribbled, StoreCorruptError, "restore a backup"),
    ],
)
async def test_a_file_we_must_not_touch_is_refused_and_stays_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None], error: type[MosaicError], says: str
) -> None:
    path = tmp_path / "mosaicfs.db"
    await filled(path, tmp_path / "bell")
    harm(path)
    before = path.read_bytes()
    with pytest.raises(error, match=says):
        await opened(path, tmp_path / "bell")
    assert path.read_bytes() == before


AT_ONCE = """
import sys
from multiprocessing import get_context
from pathlib import Path
from mosaicfs.documents.sqlite.opening import prepare

def make(path, gate):
    gate.wait()
    prepare(path)

processes = get_context("fork")
for number in range(int(sys.argv[2])):
    gate = processes.Barrier(5)
    makers = [processes.Process(target=make, args=(Path(sys.argv[1], f"{number}.db"), gate)) for _ in range(5)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert not any(maker.exitcode for maker in makers), f"round {number}"
"""


@pytest.mark.patient
def test_processes_that_make_one_database_at_once_all_find_it_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-c", AT_ONCE, str(tmp_path), "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.db"))) == 20


async def test_the_file_and_its_folder_are_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "mosaicfs.db"
    await opened(path, tmp_path / "bell")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_clean_stop_leaves_one_file(tmp_path: Path) -> None:
    await filled(tmp_path / "state" / "mosaicfs.db", tmp_path / "bell")
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["mosaicfs.db"]


async def test_a_database_on_a_network_mount_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_file_system", lambda _: "nfs4")
    with pytest.raises(UnsupportedError, match="choose a local disk"):
        await opened(tmp_path / "mosaicfs.db", tmp_path / "bell")
    assert not (tmp_path / "mosaicfs.db").exists()


async def test_a_full_disk_undoes_the_write_and_reading_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.db"
    async with open_store(path, tmp_path / "bell") as store:
        await store.write([Document("note::first", "", b'{"type":"note"}')], writer=CONTROL)
        # the engine's own limit plays the full disk
        pages = store._writing._connection.pragma("page_count")
        store._writing._connection.pragma("max_page_count", pages)
        big = [Document(f"note::{n}", "", b'{"text":"%04000d","type":"note"}' % n) for n in range(50)]
        with pytest.raises(StoreFullError, match="make room"):
            await store.write(big, writer=CONTROL)
        assert [row.id for row in (await store.changes("0", 100)).rows] == ["note::first"]
        store._writing._connection.pragma("max_page_count", pages + 1_000)
        assert not any(row.error for row in await store.write(big, writer=CONTROL))


async def test_an_older_schema_is_brought_up_to_date_and_a_copy_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mosaicfs.db"
    await filled(path, tmp_path / "bell", count=3)
    monkeypatch.setattr(schema, "NUMBER", schema.NUMBER + 1)
    column = {schema.NUMBER - 1: lambda connection: connection.execute("ALTER TABLE docs ADD COLUMN more").fetchall()}
    monkeypatch.setattr(schema, "MIGRATIONS", column)
    async with open_store(path, tmp_path / "bell") as store:
        assert (await store.info()).live == 3
    assert (tmp_path / f"mosaicfs.db.before-{schema.NUMBER}").stat().st_mode & 0o777 == 0o600


async def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mosaicfs.db"
    await filled(path, tmp_path / "bell", count=3)
    with monkeypatch.context() as newer_program:
        newer_program.setattr(schema, "NUMBER", schema.NUMBER + 1)

        def broken(connection: object) -> None:
            connection.execute("DROP TABLE docs").fetchall()  # type: ignore[attr-defined]  # an apsw connection
            raise RuntimeError("the step is wrong")

        newer_program.setattr(schema, "MIGRATIONS", {schema.NUMBER - 1: broken})
        with pytest.raises(RuntimeError, match="the step is wrong"):
            await opened(path, tmp_path / "bell")
    async with open_store(path, tmp_path / "bell") as store:
        assert (await store.info()).live == 3


@pytest.mark.allow_log("store_corrupt")
async def test_damage_that_a_start_does_not_see_makes_the_store_read_only(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.db"
    await filled(path, tmp_path / "bell")
    connection = opening.connect(path, cache_kib=100)
    connection.execute("UPDATE docs SET live = 7 WHERE id = 'note::5'").fetchall()
    connection.execute("UPDATE meta SET value = 0 WHERE key = 'seen'").fetchall()
    connection.close()
    async with open_store(path, tmp_path / "bell") as store:
        with trio.fail_after(30):
            while store.refusal is None:  # noqa: ASYNC110 - the look tells nobody when it is over
                await trio.sleep(0.01)
        with pytest.raises(StoreCorruptError, match="live leaves"):
            await store.write([Document("note::new", "", b'{"type":"note"}')], writer=CONTROL)
        assert await store.get("note::6") is not None


async def test_a_thorough_look_is_over_when_it_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.db"
    await filled(path, tmp_path / "bell", count=3_000)
    async with open_store(path, tmp_path / "bell") as store:
        with trio.move_on_after(0.001) as scope:
            await store.check(deep=True)
        assert scope.cancelled_caught
        assert await store.check(deep=True) == []

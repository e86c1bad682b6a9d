"""What is kept of folders beside the documents: the same by every way, and quick to skip through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import apsw
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.documents.sqlite import facts, folders, lanes, open_store, sql
from mosaicfs.documents.sqlite import store as sqlite_store
from mosaicfs.documents.sqlite.opening import connect
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.filing import Filing
from mosaicfs.model.ids import file_id, new_uuids
from mosaicfs.model.names import showable
from mosaicfs.model.role import CONTROL
from mosaicfs.model.search import Search, Word
from mosaicfs.model.store import NewFile

NODE = "node-laptop"
NAMES = st.text(st.sampled_from("./\0\x01\x1f\x20\x7f\x80]^-[*?aé\U0010ffff\n"), max_size=4)


def found_rows(path: Path) -> list[sql.Row]:
    connection = connect(path, cache_kib=100, readonly=True)
    try:
        return sql.select(connection, "SELECT * FROM folders")
    finally:
        connection.close()


def new_file(folder: str, name: str) -> NewFile:
    return NewFile(file_id(new_uuids(1)[0]), folder, name, 1, 10**18)


def document(folder: str, name: str, doc_id: str = "", rev: str = "") -> Document:
    path = f"{folder.rstrip('/')}/{name}"
    source = FileSource(node_id=NODE, export_path=path, export_parent=folder)
    file = File(inode=5, name=name, source=source, size=1, mtime="2026-01-01T00:00:00Z", status="active")
    return Document(doc_id or file_id(new_uuids(1)[0]), rev, wire.encode(file))


@given(names=st.lists(NAMES | st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=50))
def test_the_database_knows_as_we_do_which_names_can_be_shown(names: list[str]) -> None:
    connection = apsw.Connection(":memory:")
    for name in names:
        odd = sql.one_value(connection, f"SELECT {folders.ODD} FROM (SELECT ? AS name)", (name,))
        assert bool(odd) is not showable(name)
    connection.close()


async def test_planted_or_written_folders_are_the_same(tmp_path: Path) -> None:
    places = [(folder, name) for folder in ("/", "/p", "/p/a") for name in ("a", "b", "\x01", "..", "c\0d")]
    for way in ("planted", "written"):
        async with open_store(tmp_path / f"{way}.db", tmp_path / "bell") as store:
            if way == "planted":
                await store.plant(NODE, [new_file(*place) for place in places[:7]])
                await store.plant(NODE, [new_file(*place) for place in places[7:]])
            else:
                await store.write([document(*place) for place in places], writer=CONTROL)
            assert await store.check(deep=True) == []
        assert found_rows(tmp_path / f"{way}.db") == [(NODE, folder, 5, 3) for folder in ("/", "/p", "/p/a")]


async def test_a_folder_without_files_has_no_row(tmp_path: Path) -> None:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        first, second = document("/p", "a"), document("/q", "b")
        rows = await store.write([first, second], writer=CONTROL)
        moved = document("/r", "a", first.id, rows[0].rev)
        rows = await store.write([moved], writer=CONTROL)
        await store.drop(second.id)
        assert found_rows(tmp_path / "mosaicfs.db") == [(NODE, "/r", 1, 0)]
        (row,) = await store.write([document("/r", "\n", first.id, rows[0].rev)], writer=CONTROL)
        assert found_rows(tmp_path / "mosaicfs.db") == [(NODE, "/r", 1, 1)]
        await store.write([Document(first.id, row.rev, b"{}", deleted=True)], writer=CONTROL)
        assert found_rows(tmp_path / "mosaicfs.db") == []
        assert await store.check(deep=True) == []


async def test_a_wrong_number_is_noticed_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.db"
    async with open_store(path, tmp_path / "bell") as store:
        await store.plant(NODE, [new_file("/p", "a"), new_file("/p/b", "a")])
        await store._writing.run(lambda c: sql.run(c, "UPDATE folders SET files = 7 WHERE path = '/p'"))
        assert [trouble.trouble for trouble in await store.check(deep=True)] == [
            "the table folders does not say what the table places says"
        ]
        await store._writing.run(facts.rebuild)
        assert await store.check(deep=True) == []
        assert found_rows(path) == [(NODE, "/p", 1, 0), (NODE, "/p/b", 1, 0)]


async def test_a_page_ends_with_all_files_of_a_place(tmp_path: Path) -> None:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        await store.plant(NODE, [new_file("/p", "a") for _ in range(3)] + [new_file("/p", "b")])
        page = await store.filed(lambda filing: filing.files_below(NODE, "/", None, 2))
        assert [row.name for row in page] == ["a", "a", "a"]


async def test_a_moment_that_is_older_than_the_index_of_names_is_left_for_a_newer_one(tmp_path: Path) -> None:
    search, begun, go_on, seen = Search(words=(Word("a"),)), Event(), Event(), []

    def work(filing: Filing) -> list[str]:
        seen.append(filing.seq)
        begun.set()
        assert go_on.wait(30)
        return [row.name for row in filing.found(search)]

    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store, trio.open_nursery() as nursery:
        await store.plant(NODE, [new_file("/p", "a1")])
        found: list[str] = []

        async def ask() -> None:
            found.extend(await store.filed(work))

        nursery.start_soon(ask)
        await trio.to_thread.run_sync(begun.wait)
        await store.plant(NODE, [new_file("/p", "a2")])
        assert (await store.search(search)).total == 2
        go_on.set()
        with trio.fail_after(30):
            while not found:  # noqa: ASYNC110 - it ends with the work
                await trio.sleep(0.01)
        assert sorted(found) == ["a1", "a2"]
        assert seen == [1, 2]


async def test_an_iterator_that_is_left_open_does_not_hold_the_moment(tmp_path: Path) -> None:
    kept: list[Iterator[tuple[str, int]]] = []

    def leave_open(filing: Filing) -> None:
        kept.append(filing.folders_below(NODE, "/"))
        assert next(kept[0]) == ("/p", 1)

    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        await store.plant(NODE, [new_file("/p", "a"), new_file("/q", "a")])
        await store.filed(leave_open)
        for number in range(lanes.READERS + 1):
            await store.plant(NODE, [new_file("/q", f"{number}")])
            assert await store.filed(lambda filing: filing.count_below(NODE, "/")) == 3 + number
        with pytest.raises(apsw.CursorClosedError):
            next(kept[0])


async def test_the_newest_are_the_same_while_files_are_being_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "LISTED_AT_ONCE", 4)
    monkeypatch.setattr(sqlite_store, "QUIET_S", 3600)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        files = [new_file("/p", f"{n}")._replace(mtime_ns=10**18 + n % 5 * 10**9) for n in range(20)]
        await store.plant(NODE, files)
        expected = [file.file_id for file in sorted(files, key=lambda file: (-file.mtime_ns, file.file_id))]
        for _ in range(6):
            for limit in (3, 7, 100):
                found = await store.filed(lambda filing, limit=limit: filing.newest(limit))  # type: ignore[misc]
                assert [row.file_id for row in found] == expected[:limit]
            await store._writing.run(facts.list_more)
        assert store._reading.here(facts.unlisted) == 0


@pytest.mark.parametrize("folder", ["/", "/p"])
async def test_sub_folders_are_found_in_the_order_of_their_bytes(tmp_path: Path, folder: str) -> None:
    names = [*(f"n{number:03}" for number in range(150)), "a", "a!", "a-b", "a0", "é", "\U0010ffff"]
    begin = folder.rstrip("/")
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        deep = [new_file(f"{begin}/{name}/x/y", "f") for name in names[::2]]
        await store.plant(NODE, deep + [new_file(f"{begin}/{name}", "f") for name in names[::3]])
        shown = sorted({*names[::2], *names[::3]}, key=str.encode)
        assert await store.filed(lambda filing: filing.folders_in(NODE, folder)) == shown

"""The rules of identity, tried on whatever a person and an editor may do to a few files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mosaicfs.model.crawling import Change
from mosaicfs.services.indexing.identity import (
    Known,
    face_of,
    fold,
    key_of,
    real_path,
    renames,
    row_of,
    seen_again,
    sort,
)

PATHS = st.sampled_from([f"/d{folder}/{name}" for folder in "ab" for name in "xyz"])
NATIVE = st.one_of(st.none(), st.integers(1, 4).map(lambda inode: f"8:{inode}"))


@st.composite
def changes(draw: st.DrawFn) -> Change:
    return Change(
        action="update",
        export_path=draw(PATHS),
        size=draw(st.integers(0, 2)),
        mtime_ns=draw(st.integers(0, 2)) * 1_500,
        mime_type=draw(st.sampled_from([None, "text/plain"])),
        native_id=draw(NATIVE),
        version=draw(st.sampled_from([None, "v1", "v2"])),
        digest=draw(st.sampled_from([None, "md5:00"])),
        state=draw(st.sampled_from([None, "placeholder", "archived"])),
        size_known=draw(st.booleans()),
        raw_path=draw(st.sampled_from([None, "L2E"])),
    )


FILES = st.lists(changes(), unique_by=lambda change: change.export_path, max_size=6)


def rows(seen: list[Change]) -> dict[str, Known]:
    return {change.export_path: row_of(change, f"file::{number}") for number, change in enumerate(seen)}


@given(FILES)
def test_what_is_as_it_was_is_in_no_list(seen: list[Change]) -> None:
    assert sort(rows(seen), seen) == ([], [], [])


@given(changes())
def test_a_row_remembers_all_that_was_seen(change: Change) -> None:
    again = seen_again(row_of(change, "file::1"), change.export_path)
    assert replace(again, mtime="") == change
    assert face_of(again) == face_of(change)


@given(FILES, FILES)
def test_the_path_comes_first(before: list[Change], now: list[Change]) -> None:
    known = rows(before)
    found = sort(known, now)
    for row, change in (*found.updated, *found.touched):
        assert known[change.export_path] is row
    assert {each.change.export_path for each in found.arrived} == {each.export_path for each in now} - known.keys()


@given(FILES, FILES)
def test_a_rename_is_one_file_that_became_one_other(missing: list[Change], arrived: list[Change]) -> None:
    known = rows(missing)
    found = renames(arrived, known.values())
    assert len({row.file_id for row in found.values()}) == len(found)
    for path, row in found.items():
        change = next(each for each in arrived if each.export_path == path)
        key = key_of(change)
        assert key == (row.native_id, row.size, row.mtime_ns)
        assert [key_of(each) for each in arrived].count(key) == 1
        assert [key_of(each) for each in missing].count(key) == 1


@given(FILES)
def test_a_deleted_file_returns_at_its_path(before: list[Change]) -> None:
    known = {path: row._replace(gone=True) for path, row in rows(before).items()}
    found = sort(known, before)
    assert found.updated == found.touched == []
    assert [(each.change, each.returns) for each in found.arrived] == [
        (change, known[change.export_path]) for change in before
    ]


@given(FILES)
def test_what_documents_tell_is_enough_to_know_a_file_again(before: list[Change]) -> None:
    """They know neither nanoseconds nor inodes."""
    known = {
        path: row._replace(coarse=True, native_id=None, mtime_ns=row.mtime_ns // 1000 * 1000)
        for path, row in rows(before).items()
    }
    found = sort(known, before)
    assert not found.updated
    assert not found.arrived
    assert len(found.touched) == len(before)


def test_a_type_that_was_learned_once_is_not_forgotten() -> None:
    change = Change(action="update", export_path="/a/b", size=1, mtime_ns=5, mime_type="image/png")
    known = {"/a/b": row_of(change, "file::1")}
    assert sort(known, [replace(change, mime_type=None)]) == ([], [], [])
    ((_, updated),) = sort(known, [replace(change, mime_type=None, size=2)]).updated
    assert updated.mime_type is None


def test_other_inodes_on_another_device_are_the_same_files() -> None:
    change = Change(action="update", export_path="/a/b", size=1, mtime_ns=5, native_id="8:1")
    known = {"/a/b": row_of(change, "file::1")}
    assert len(sort(known, [replace(change, native_id="8:2")]).updated) == 1
    assert len(sort(known, [replace(change, native_id="9:2")]).touched) == 1


# --- what a watcher saw --------------------------------------------------------------------------------------------

ACTIONS = st.lists(st.tuples(st.sampled_from(["write", "delete", "move"]), PATHS, PATHS), max_size=12)


@given(st.sets(PATHS), ACTIONS)
def test_a_run_of_changes_ends_with_the_files_that_are_there(
    before: set[str], actions: list[tuple[str, str, str]]
) -> None:
    disk = dict.fromkeys(before, "old")
    owner = {path: path for path in before}
    told = []
    for number, (action, path, other) in enumerate(actions):
        if action == "write":
            disk[path] = f"new {number}"
            owner.pop(path, None)
            told.append(Change(action="update", export_path=path, size=number, mtime_ns=number))
        elif path in disk and action == "delete":
            del disk[path]
            owner.pop(path, None)
            told.append(Change(action="delete", export_path=path))
        elif path in disk and path != other:
            disk[other] = disk.pop(path)
            owner.pop(other, None)
            if path in owner:
                owner[other] = owner.pop(path)
            told.append(Change(action="move", export_path=other, moved_from=path))
    found = fold(told)
    assert found.seen.keys() <= disk.keys()
    assert found.gone.keys() & found.seen.keys() == set()
    assert (before - found.gone.keys()) | found.seen.keys() == disk.keys()
    assert found.gone.keys() & disk.keys() == set()
    assert len(set(found.origins.values())) == len(found.origins)
    for path, origin in found.origins.items():
        assert origin not in found.seen
        if path in owner and owner[path] not in found.seen:
            assert origin == owner[path]


def test_a_path_that_is_not_utf_8_is_asked_for_by_its_bytes() -> None:
    change = Change(action="update", export_path="/a/\\xFF", size=1, mtime_ns=5, raw_path="L2Ev_w")
    assert real_path(row_of(change, "file::1")) == "/a/\udcff"
    assert real_path(row_of(replace(change, raw_path=None), "file::1")) == "/a/\\xFF"

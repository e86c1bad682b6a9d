"""Whatever meets in one directory: names are unique and fit, nothing is lost but what a policy loses."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kernel.tests.tree.rooms import NAMES, Room, rooms
from mosaicfs.model.directory import Mount
from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import showable
from mosaicfs.tree.composing import Candidate, named
from mosaicfs.tree.names import may_be_changed, own_name, tailed


@given(rooms())
def test_every_name_is_unique_fits_and_stands_in_order(room: Room) -> None:
    entries = room.composed().entries
    listed = [entry.name for entry in entries]
    assert len(set(listed)) == len(listed)
    for name in listed:
        assert showable(name)
        assert len(name.encode(errors="surrogatepass")) <= 255
    order = [(entry.kind == "file", entry.name.encode(errors="surrogatepass")) for entry in entries]
    assert order == sorted(order)


@given(st.data(), rooms())
def test_the_order_in_which_things_are_brought_means_nothing(data: st.DataObject, room: Room) -> None:
    shuffled = room._replace(
        files=data.draw(st.permutations(room.files)),
        folders=data.draw(st.permutations(room.folders)),
        children=data.draw(st.permutations(room.children)),
    )
    assert shuffled.composed() == room.composed()


@given(rooms())
def test_every_file_is_shown_or_named_with_a_reason(room: Room) -> None:
    composed = room.composed()
    told = [
        *(entry.file_id for entry in composed.entries if entry.kind == "file"),
        *(pair.loser.row.file_id for pair in composed.hidden),
        *(candidate.row.file_id for candidate in (*composed.invalid, *composed.barred)),
    ]
    assert sorted(map(str, told)) == sorted({candidate.row.file_id for candidate in room.files})


@given(rooms(), st.integers(0, 2))
def test_a_name_that_one_mount_suffixes_hides_nothing(room: Room, position: int) -> None:
    entries = list(room.mounts)
    entries[position] = replace(entries[position], conflict_policy="suffix_node_id")
    heard = {own_name(each.row) for each in room.files if each.mount == position}
    hidden = {own_name(pair.loser.row) for pair in room._replace(mounts=entries).composed().hidden}
    assert not heard & hidden


@given(rooms(st.just(["last_write_wins"] * 3)))
def test_where_the_last_write_wins_everywhere_exactly_the_losers_are_hidden(room: Room) -> None:
    composed = room.composed()
    visible = {entry.file_id for entry in composed.entries}
    for loser, winner in composed.hidden:
        assert own_name(loser.row) == own_name(winner.row)
        assert winner.row.file_id in visible
        assert loser.row.mtime <= winner.row.mtime
    names = {own_name(candidate.row) for candidate in room.files if candidate.row.file_id in visible}
    assert len(names) == len([each for each in composed.entries if each.kind == "file"])


@given(rooms())
def test_a_name_that_is_looked_up_is_the_entry_that_is_listed(room: Room) -> None:
    composed = room.composed()
    assert composed.by_name == {entry.name: entry for entry in composed.entries}
    for entry in composed.entries:
        assert named(composed.entries, entry.name) == entry
        assert named(composed.entries, entry.name + "\0") is None


@given(rooms())
def test_an_own_name_is_found_from_what_has_that_name_alone(room: Room) -> None:
    composed = room.composed()
    for name in {*NAMES, *composed.by_name}:
        found = named(room.of_name(name).composed().entries, name)
        assert found == named(composed.entries, name) or (found is None and may_be_changed(name))


@given(rooms())
def test_names_are_settled_as_the_page_says(room: Room) -> None:
    composed = room.composed()
    directories = {entry.name for entry in composed.entries if entry.kind == "directory"}
    barred = {"federation", ".mosaic"} if room.path == "/" else set[str]()
    expected, lost = slowly(room.files, room.mounts, directories, barred)
    assert {entry.name: entry.file_id for entry in composed.entries if entry.kind == "file"} == expected
    assert {pair.loser.row.file_id: pair.winner.row.file_id for pair in composed.hidden} == lost


def slowly(
    files: Sequence[Candidate], entries: Sequence[Mount], directories: Collection[str], barred: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Sentence by sentence: every file asks every other, and every name is tried from the first level on."""
    candidates = [each for each in files if showable(each.row.name) and own_name(each.row) not in barred]
    lost: dict[str, str] = {}
    for each in candidates:
        rivals = [other for other in candidates if own_name(other.row) == own_name(each.row)]
        if all(entries[rival.mount].conflict_policy == "last_write_wins" for rival in rivals):
            newest = max(rival.row.mtime for rival in rivals)
            winner = min(rival.row.file_id for rival in rivals if rival.row.mtime == newest)
            if winner != each.row.file_id:
                lost[each.row.file_id] = winner
    given_out: dict[str, str] = {}
    placed: set[str] = set()
    own_names = {own_name(each.row) for each in candidates}
    queue = sorted(
        (each for each in candidates if each.row.file_id not in lost),
        key=lambda each: (
            each.mount,
            each.row.node_id.encode(),
            each.row.path.encode(errors="surrogatepass"),
            each.row.file_id,
        ),
    )
    for each in queue:
        name = own_name(each.row)
        if name not in directories and given_out.setdefault(name, each.row.file_id) == each.row.file_id:
            placed.add(each.row.file_id)
    for each in queue:
        if each.row.file_id not in placed:
            placed.add(each.row.file_id)
            given_out[free(each.row, {*own_names, *directories, *barred, *given_out})] = each.row.file_id
    return given_out, lost


def free(row: FileRow, taken: Collection[str]) -> str:
    uuid = row.file_id.removeprefix("file::")
    levels = [row.node_id, f"{row.node_id}, {uuid[-8:]}", f"{row.node_id}, {uuid}"]
    for tail in (*levels, *(f"{row.node_id}, {uuid}, {number}" for number in range(2, 9))):
        if tailed(row.name, tail) not in taken:
            return tailed(row.name, tail)
    raise AssertionError(row)

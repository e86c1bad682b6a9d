"""Labels in force: after any history they are what a look at every rule and assignment gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.tree.world import LAPTOP, NAS, World
from mosaicfs import wire
from mosaicfs.model.filing import Changed, FileRow, Filing
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.tree.labels import Labels

Deed: TypeAlias = Callable[[World], None]

PATHS = ("/a", "/x/a", "/x/b", "/x/y/a", "/x/y/z/c", "/xy/a", "/q/a")
PREFIXES = ("/", "/x/", "/x/y/", "/x/y/z/", "/xy/", "/x", "x/", "", "/none/")
LABELS = ("work", "Work", "q3", "süd")


def rows_of(world: World) -> list[FileRow]:
    return [row for node in world.filing.nodes() for row in world.filing.files_below(node, "/", None, 1_000)]


def obvious(world: World, row: FileRow) -> frozenset[str]:
    found: set[str] = set()
    for _, document in world.filing.documents("label_rule"):
        rule = wire.decode(document.id, document.body)
        assert isinstance(rule, LabelRule)
        ends_right = rule.path_prefix[:1] == "/" == rule.path_prefix[-1:]
        if rule.enabled and ends_right and rule.node_id in ("*", row.node_id) and row.path.startswith(rule.path_prefix):
            found.update(rule.labels)
    assigned = world.filing.document(row.file_id.replace("file::", "label_file::"))
    if assigned is not None:
        noun = wire.decode(assigned[1].id, assigned[1].body)
        assert isinstance(noun, LabelAssignment)
        found.update(noun.labels)
    return frozenset(found)


def loaded(filing: Filing) -> Labels:
    labels = Labels()
    labels.load(filing)
    return labels


def later(world: World, since: int) -> Sequence[Changed]:
    changed = world.filing.changed(since, 1_000)
    assert changed is not None
    return changed


# --- histories ---------------------------------------------------------------------------------------------------

some_labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3)
nodes = st.sampled_from((LAPTOP, NAS))
paths = st.sampled_from(PATHS)


def _move(place: tuple[str, str], to: tuple[str, str]) -> Deed:
    def move(world: World) -> None:
        if place in world.files and to not in world.files and place[0] == to[0]:
            world.move(place[1], to[1], place[0])

    return move


def _remove(place: tuple[str, str]) -> Deed:
    return lambda world: world.remove(place[1], place[0]) if place in world.files else None


def _label(place: tuple[str, str], labels: list[str]) -> Deed:
    return lambda world: world.label(world.files[place][0], *labels) if place in world.files else None


def _rule(number: int, prefix: str, labels: list[str], node: str, *, enabled: bool) -> Deed:
    return lambda world: world.rule(number, prefix, *labels, node=node, enabled=enabled)


places = st.tuples(nodes, paths)
deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(lambda place: lambda world: world.file(place[1], place[0]), places),
    st.builds(_move, places, places),
    st.builds(_remove, places),
    st.builds(_label, places, st.one_of(st.just([]), some_labels)),
    st.builds(
        _rule,
        st.integers(0, 3),
        st.sampled_from(PREFIXES),
        st.one_of(st.just([]), some_labels),
        st.sampled_from(("*", LAPTOP, NAS, "node-none")),
        enabled=st.booleans(),
    ),
)


@given(st.lists(st.lists(deeds, min_size=1, max_size=4), max_size=8))
def test_after_any_history_labels_are_those_of_every_rule_and_assignment(history: list[list[Deed]]) -> None:
    world, labels = World(), Labels()
    for node, path in [(node, path) for node in (LAPTOP, NAS) for path in PATHS[:3]]:
        world.file(path, node)
    since, before = world.filing.seq, dict[str, frozenset[str]]()
    for together in history:
        for deed in together:
            deed(world)
        changed = later(world, since)
        since = world.filing.seq
        touched = labels.apply(changed)
        anew, moved = loaded(world.filing), {each.document.id for each in changed if each.kind == "file"}
        for row in rows_of(world):
            assert labels.of(row) == anew.of(row) == obvious(world, row), row
            assert labels.given(row) == anew.given(row)
            assert {each.label for each in labels.given(row)} == labels.of(row)
            covered = any(scope.covers(row.node_id, row.folder) for scope in touched.scopes)
            differs = row.file_id in before and before[row.file_id] != labels.of(row)
            assert not differs or row.file_id in moved | touched.file_ids or covered, row
        before = {row.file_id: labels.of(row) for row in rows_of(world)}
        _finds_each_again(world, labels, anew)


def _finds_each_again(world: World, labels: Labels, anew: Labels) -> None:
    assert labels.labelled_files == anew.labelled_files
    for label in LABELS:
        assert labels.assigned_with(label) == anew.assigned_with(label)
        scopes = labels.scopes_with(label)
        assert scopes == anew.scopes_with(label)
        assert all(one < other for one, other in pairwise(scopes))
        for row in rows_of(world):
            ruled = any(scope.covers(row.node_id, row.folder) for scope in scopes)
            assert (label in labels.of(row)) == (ruled or row.file_id in labels.assigned_with(label))


# --- borders -----------------------------------------------------------------------------------------------------


def the_row(world: World, path: str, node: str = LAPTOP) -> FileRow:
    [row] = world.filing.files_at(node, path)
    return row


def test_a_prefix_covers_whole_folders_and_nothing_beside_them() -> None:
    world = World()
    world.rule(1, "/x/", "work")
    labelled = {path: bool(world.file(path)) for path in ("/x/a", "/x/y/z/a", "/xy/a", "/a")}
    labels = loaded(world.filing)
    assert [path for path in labelled if labels.of(the_row(world, path))] == ["/x/a", "/x/y/z/a"]


def test_a_label_says_who_gave_it_persons_first() -> None:
    world = World()
    file_id = world.file("/x/a")
    world.label(file_id, "work", "b")
    world.rule(2, "/", "work")
    world.rule(1, "/x/", "work", "c", node=LAPTOP)
    given_ones = loaded(world.filing).given(the_row(world, "/x/a"))
    assert [(each.label, each.rule_id, each.path_prefix, each.updated_by) for each in given_ones] == [
        ("b", "", "", "MOSAICFS_TEST"),
        ("c", "1", "/x/", ""),
        ("work", "", "", "MOSAICFS_TEST"),
        ("work", "1", "/x/", ""),
        ("work", "2", "/", ""),
    ]


def test_a_rule_that_moves_touches_where_it_was_and_where_it_is() -> None:
    world = World()
    world.rule(1, "/x/", "work", node=LAPTOP)
    labels, since = loaded(world.filing), world.filing.seq
    world.rule(1, "/q/", "work", node=NAS)
    assert labels.apply(later(world, since)).scopes == [(LAPTOP, "/x"), (NAS, "/q")]


def test_a_rule_for_every_node_gives_peers_nothing() -> None:
    world, peers = World(), {NAS}
    world.rule(1, "/x/", "every")
    world.rule(2, "/x/", "own", node=NAS)
    for node in (LAPTOP, NAS):
        world.file("/x/a", node)
    labels = Labels(peers.__contains__)
    labels.load(world.filing)
    assert labels.of(the_row(world, "/x/a")) == {"every"}
    assert labels.of(the_row(world, "/x/a", NAS)) == {"own"}
    peers.clear()
    assert labels.parties_changed() == [("*", "/x")]
    assert labels.of(the_row(world, "/x/a", NAS)) == {"every", "own"}


def test_two_hundred_rules_over_one_folder_are_looked_up_once() -> None:
    world = World()
    for number in range(200):
        world.rule(number, ("/", "/x/", "/x/y/")[number % 3], f"l{number}")
    world.file("/x/y/a")
    labels = loaded(world.filing)
    assert len(labels.of(the_row(world, "/x/y/a"))) == 200
    assert labels.of_folder(LAPTOP, "/x/y") is labels.of_folder(LAPTOP, "/x/y")

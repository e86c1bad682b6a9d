"""The tree against its obvious meaning: a set of paths that arrived, in whatever order."""

from __future__ import annotations

from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.documents.revision import EMPTY, BadRevisionError, Rev, Tree, next_rev
from mosaicfs.model.json import Json

Path = tuple[Rev, ...]

RULE: dict[str, Json] = {
    "type": "label_rule",
    "node_id": "*",
    "path_prefix": "/home/mark/documents/",
    "labels": ["work"],
    "name": "Work documents",
    "created_at": "2026-02-16T09:00:00Z",
}


def rev(text: str) -> Rev:
    return Rev.parse(text)


def path(*texts: str) -> Path:
    return tuple(map(rev, texts))


@st.composite
def histories(draw: st.DrawFn, most: int = 12) -> list[tuple[Path, bool]]:
    """Whole paths down to a root, each with whether its tip is a tombstone. Everybody agrees on who the parent is."""
    made: list[Path] = []
    for number in range(draw(st.integers(1, most))):
        parent = draw(st.sampled_from([(), *made]))
        name = draw(st.sampled_from("aAzé")) + str(number)
        made.append((Rev(parent[0].generation + 1 if parent else 1, name), *parent))
    return [(one, draw(st.booleans())) for one in made]


def grown(arrivals: list[tuple[Path, bool]], tree: Tree = EMPTY, limit: int = 100) -> Tree:
    for chain, deleted in arrivals:
        tree = tree.grown(chain, deleted=deleted, limit=limit)
    return tree


# --- names -------------------------------------------------------------------------------------------------------


def test_edits_have_the_names_that_the_page_gives() -> None:
    first = next_rev(None, wire.canonical({**RULE, "enabled": True}), deleted=False)
    assert str(first) == "1-91b610cb54a2097c1b2c251fa2975cdd"
    second = next_rev(first, wire.canonical({**RULE, "enabled": False}), deleted=False)
    assert str(second) == "2-9198284a470fd822d7717e4f8155a3d5"
    third = next_rev(second, wire.canonical({"type": "label_rule", "node_id": "*"}), deleted=True)
    assert str(third) == "3-60632e220d30200881c5b23c6e4e8aa6"
    assert str(next_rev(None, b"{}", deleted=False)) == "1-d2422118a02a398f9502ebcbaa7b90bd"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_the_name_of_an_edit_is_made_of_the_canonical_form(name: str) -> None:
    from hashlib import md5  # noqa: PLC0415 - only here, to say it in other words

    parent = Rev(3, name)
    said = wire.canonical([False, 3, name, {"a": 1}])
    assert next_rev(parent, b'{"a":1}', deleted=False) == Rev(4, md5(said, usedforsecurity=False).hexdigest())


@pytest.mark.parametrize("text", ["1-a", "12-b-c", "1-é", "9007199254740991-x"])
def test_a_revision_is_read_and_written_again(text: str) -> None:
    assert str(Rev.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "1", "1-", "-a", "0-a", "-1-a", "x-a", "1.5-a", "+1-a", "１-a", "1-a\n", "1-\x7f", "9007199254740992-x"],
)
def test_what_is_no_revision_is_refused(text: str) -> None:
    with pytest.raises(BadRevisionError, match="Invalid rev format"):
        Rev.parse(text)


# --- growing -----------------------------------------------------------------------------------------------------


@given(histories(), st.randoms(use_true_random=False))
def test_every_order_of_arrival_gives_the_same_leaves_and_winner(
    history: list[tuple[Path, bool]], random: Random
) -> None:
    shuffled = random.sample(history, len(history))
    tree, other = grown(history), grown(shuffled)
    assert tree.parents == other.parents
    assert tree.leaves() == other.leaves()
    assert tree.winner() == other.winner()


def test_all_orders_of_a_small_tree_are_equal() -> None:
    history = [
        (path("1-a"), False),
        (path("2-b", "1-a"), True),
        (path("2-c", "1-a"), False),
        (path("3-d", "2-c"), True),
    ]
    trees = [grown(list(order)) for order in permutations(history)]
    assert {tuple(tree.leaves()) for tree in trees} == {tuple(trees[0].leaves())}


@given(histories())
def test_the_leaves_are_the_tips_on_which_nothing_grew(history: list[tuple[Path, bool]]) -> None:
    inner = {parent for chain, _ in history for parent in chain[1:]}
    tips = {(chain[0], deleted) for chain, deleted in history if chain[0] not in inner}
    assert {(leaf.rev, leaf.deleted) for leaf in grown(history).leaves()} == tips


@given(histories())
def test_what_is_known_changes_nothing(history: list[tuple[Path, bool]]) -> None:
    tree = grown(history)
    for chain, deleted in history:
        assert tree.grown(chain, deleted=deleted) is tree
        assert tree.grown(chain[:1], deleted=not deleted) is tree


@given(histories())
def test_a_parent_is_always_one_generation_below(history: list[tuple[Path, bool]]) -> None:
    tree = grown(history)
    assert all(parent is None or parent.generation == child.generation - 1 for child, parent in tree.parents.items())
    for leaf in tree.leaves():
        chain = list(tree.path(leaf.rev))
        assert all(newer.generation == older.generation + 1 for newer, older in pairwise(chain))


@given(histories())
def test_leaves_are_sorted_best_first(history: list[tuple[Path, bool]]) -> None:
    ranked = [(not leaf.deleted, leaf.rev.generation, leaf.rev.hash.encode()) for leaf in grown(history).leaves()]
    assert ranked == sorted(ranked, reverse=True)


def test_two_roots_grow_together_when_what_lies_between_arrives() -> None:
    apart = grown([(path("3-c"), False), (path("1-a"), False)])
    assert [str(leaf.rev) for leaf in apart.leaves()] == ["3-c", "1-a"]
    joined = apart.grown(path("3-c", "2-b", "1-a"), deleted=False)
    assert [str(leaf.rev) for leaf in joined.leaves()] == ["3-c"]
    assert list(joined.path(rev("3-c"))) == list(path("3-c", "2-b", "1-a"))


def test_a_tombstone_on_which_something_grew_is_none_any_more() -> None:
    tree = grown([(path("1-a"), False), (path("2-b", "1-a"), True), (path("3-c", "2-b", "1-a"), False)])
    assert tree.deleted == frozenset()
    assert not tree.winner().deleted


# --- cutting and dropping ----------------------------------------------------------------------------------------


@given(histories(), st.integers(1, 5))
def test_a_cut_keeps_the_newest_revisions_of_every_leaf_and_nothing_else(
    history: list[tuple[Path, bool]], limit: int
) -> None:
    tree = grown(history)
    cut = tree.cut(limit)
    assert cut.leaves() == tree.leaves()
    kept = {one for leaf in tree.leaves() for one in list(tree.path(leaf.rev))[:limit]}
    assert cut.parents.keys() == (kept if len(tree.parents) > limit else tree.parents.keys())
    for leaf in cut.leaves():
        before, after = list(tree.path(leaf.rev)), list(cut.path(leaf.rev))
        assert after == before[: len(after)]
        assert len(after) >= min(limit, len(before))


@given(histories(), st.integers(1, 4))
def test_leaves_that_arrive_in_any_order_are_cut_to_the_same_leaves(
    history: list[tuple[Path, bool]], limit: int
) -> None:
    """Leaves only: an ancestor that is sent after it was cut away cannot be told from a root of its own."""
    leaves = {leaf.rev for leaf in grown(history).leaves()}
    arrivals = [arrival for arrival in history if arrival[0][0] in leaves]
    assert (
        grown(arrivals, limit=limit).leaves() == grown(arrivals[::-1], limit=limit).leaves() == grown(arrivals).leaves()
    )


def test_a_path_that_no_longer_overlaps_becomes_a_second_root() -> None:
    tree = grown([(path("2-b", "1-a"), False), (path("9-z", "8-y"), False)], limit=2)
    assert [str(leaf.rev) for leaf in tree.leaves()] == ["9-z", "2-b"]


@given(histories(), st.data())
def test_without_a_leaf_the_rest_is_as_if_it_had_never_come(
    history: list[tuple[Path, bool]], data: st.DataObject
) -> None:
    tree = grown(history)
    leaves = [leaf.rev for leaf in tree.leaves()]
    gone = set(data.draw(st.lists(st.sampled_from(leaves), min_size=1)))
    tips = {chain[0]: (chain, deleted) for chain, deleted in history}
    rest = grown([tips[leaf] for leaf in leaves if leaf not in gone])
    assert (tree.without(gone) or EMPTY) == rest


def test_dropping_what_is_no_leaf_changes_nothing() -> None:
    tree = grown([(path("2-b", "1-a"), False)])
    assert tree.without(path("1-a", "7-q")) == tree


@given(histories(), st.data())
def test_the_leaves_above_a_revision_are_those_whose_path_it_is_on(
    history: list[tuple[Path, bool]], data: st.DataObject
) -> None:
    tree = grown(history)
    asked = data.draw(st.sampled_from(sorted(tree.parents)))
    assert tree.descendants(asked) == [leaf for leaf in tree.leaves() if asked in set(tree.path(leaf.rev))]

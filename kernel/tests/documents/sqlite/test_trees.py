"""The text of a tree against the tree itself."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.revision import EMPTY, Rev, Tree
from mosaicfs.documents.sqlite import trees

names = st.text("abcde,;|", min_size=1, max_size=2)


@st.composite
def paths(draw: st.DrawFn) -> tuple[list[Rev], bool]:
    hashes = draw(st.lists(names, min_size=1, max_size=5))
    start = draw(st.integers(len(hashes), 7))
    return [Rev(start - depth, name) for depth, name in enumerate(hashes)], draw(st.booleans())


histories = st.lists(paths(), min_size=1, max_size=6)


def grown(history: list[tuple[list[Rev], bool]]) -> Tree:
    return reduce(lambda tree, step: tree.grown(step[0], deleted=step[1]), history, EMPTY)


@given(histories)
def test_a_tree_survives_the_row(history: list[tuple[list[Rev], bool]]) -> None:
    tree = grown(history)
    winner = tree.winner()
    assert trees.read(trees.written(tree), str(winner.rev), deleted=winner.deleted) == tree


@given(histories)
def test_the_path_of_the_winner_is_read_without_the_tree(history: list[tuple[list[Rev], bool]]) -> None:
    tree = grown(history)
    winner = tree.winner().rev
    assert trees.path(trees.written(tree), str(winner)) == tuple(rev.hash for rev in tree.path(winner))


@given(st.lists(st.tuples(names, st.booleans()), min_size=2, max_size=130))
def test_edits_one_after_the_other_give_the_text_of_the_whole_tree(edits: list[tuple[str, bool]]) -> None:
    (first, dead), *later = edits
    text = trees.line(1, [first], deleted=dead)
    tree, parent = EMPTY.grown([Rev(1, first)], deleted=dead), Rev(1, first)
    for name, dead in later:
        child = Rev(parent.generation + 1, name)
        text = trees.extended(text, str(parent), child, deleted=dead)
        tree, parent = tree.grown([child, *tree.path(parent)], deleted=dead), child
    assert text == trees.written(tree)
    assert not trees.branched(text)

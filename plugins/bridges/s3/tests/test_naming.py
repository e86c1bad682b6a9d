"""Any keys at all come to paths that are safe, different and the same each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.names import is_path
from mosaicfs_bridge_s3.naming import LONGEST_PART, may_meet, paths_of, relative_path

PART = st.one_of(
    st.sampled_from(["", ".", "..", "_", "%2E", "%2E%2E", "a", "b.txt", "\x01", "%01", "a (0123abcd)", "ü"]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=8),
    st.integers(240, 300).map(lambda size: "x" * size + ".jpeg"),
)
KEYS = st.lists(st.lists(PART, min_size=1, max_size=4).map("/".join).filter(bool), max_size=12)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a/b.txt", "a/b.txt"),
        ("a//b", "a/_/b"),
        ("/x", "_/x"),
        ("a/", "a/_"),
        ("../x", "%2E%2E/x"),
        ("a/./b", "a/%2E/b"),
        ("line\nbreak\x00", "line%0Abreak%00"),
        ("...", "..."),
        ("back\\slash", "back\\slash"),
    ],
)
def test_a_key_becomes_a_path(key: str, path: str) -> None:
    assert relative_path(key) == path


def test_a_long_name_is_cut_before_its_ending_and_stays_in_its_folder() -> None:
    first, second = (relative_path(f"{'ü' * 500}/{name}.jpeg") for name in ("a" * 400, "b"))
    folder, _, name = first.partition("/")
    assert second == f"{folder}/b.jpeg"
    assert name.startswith("aaa")
    assert name.endswith(").jpeg")
    assert max(len(part.encode()) for part in (folder, name)) <= LONGEST_PART


def test_of_two_keys_with_one_path_the_smaller_keeps_it() -> None:
    assert paths_of(["a//b.txt", "a/_/b.txt"]) == {"a//b.txt": "a/_/b.txt", "a/_/b.txt": "a/_/b (83add295).txt"}


def test_a_prefix_is_no_part_of_the_path_and_counts_for_the_digits() -> None:
    plain, prefixed = paths_of(["a//b", "a/_/b"]), paths_of(["p/a//b", "p/a/_/b"], "p/")
    assert prefixed["p/a//b"] == plain["a//b"]
    assert prefixed["p/a/_/b"] != plain["a/_/b"]


@given(KEYS)
def test_paths_are_safe_and_different(keys: list[str]) -> None:
    paths = paths_of(keys)
    assert paths.keys() == set(keys)
    assert len(set(paths.values())) == len(paths)
    for path in paths.values():
        assert is_path(f"/{path}")
        assert all(len(part.encode()) <= LONGEST_PART for part in path.split("/"))
        assert not any(char < " " for char in path)


@given(KEYS, st.randoms(use_true_random=False))
def test_the_order_of_a_listing_does_not_matter(keys: list[str], chance: object) -> None:
    shuffled = list(keys)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert paths_of(shuffled) == paths_of(keys)


@given(KEYS)
def test_what_is_sent_at_once_is_what_it_would_be_among_all(keys: list[str]) -> None:
    at_once = {key: key for key in keys if not may_meet(key)}
    held_back = paths_of(key for key in keys if may_meet(key))
    assert {**at_once, **held_back} == paths_of(keys)


@given(KEYS.filter(bool))
def test_an_ordinary_neighbour_changes_no_path(keys: list[str]) -> None:
    before = paths_of(keys)
    assert {key: path for key, path in paths_of([*keys, "ordinary/file"]).items() if key in before} == {**before}

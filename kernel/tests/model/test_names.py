"""What may stand in ids, paths and labels."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.fact import facts_at
from mosaicfs.model.json import Json
from mosaicfs.model.name_pattern import BadPatternError, NamePattern
from mosaicfs.model.names import (
    are_showable,
    covers,
    filesystem_slug,
    is_backend_name,
    is_label,
    is_node_id,
    is_path,
    is_plugin_name,
    showable,
)

parts = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in {".", ".."}
)


@pytest.mark.parametrize("name", ["a", "0", "node-laptop", "a" * 63])
def test_a_node_id_is_short_and_lower_case(name: str) -> None:
    assert is_node_id(name)
    assert is_backend_name(name)


@pytest.mark.parametrize("name", ["", "-a", "A", "a_b", "a" * 64, "é", "a\n", "*"])
def test_other_node_ids_are_refused(name: str) -> None:
    assert not is_node_id(name)
    assert not is_backend_name(name)


def test_the_names_of_the_control_plane_and_of_every_node_are_reserved() -> None:
    assert not is_node_id("control_plane")
    assert not is_node_id("*")


@pytest.mark.parametrize("name", ["summary", "summary@work", "a_b-c@-", "a" * 64 + "@" + "b" * 32])
def test_a_plugin_name_may_carry_an_instance(name: str) -> None:
    assert is_plugin_name(name)


@pytest.mark.parametrize("name", ["", "_a", "a@", "a@b@c", "a.b", "a/b", "a" * 65, "a@" + "b" * 33, "A", "a\n"])
def test_other_plugin_names_are_refused(name: str) -> None:
    assert not is_plugin_name(name)


@given(st.lists(parts, min_size=1))
def test_a_path_is_absolute_with_whole_parts(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assert is_path(path)
    assert not is_path(path[1:])
    assert not is_path(f"{path}/")


@pytest.mark.parametrize("path", ["", "//", "/a//b", "/./a", "/a/..", "/..", "C:/a"])
def test_other_paths_are_refused(path: str) -> None:
    assert not is_path(path)


def test_the_root_and_windows_paths_are_paths() -> None:
    assert is_path("/")
    assert is_path("/C:/Users/x")


@given(st.lists(parts), st.lists(parts), parts)
def test_a_prefix_means_whole_parts(above: list[str], below: list[str], more: str) -> None:
    prefix = "/" + "/".join(above)
    path = "/" + "/".join([*above, *below])
    assert covers(prefix, path)
    assert covers(prefix.rstrip("/") + "/", path)
    if above:
        assert not covers(prefix, prefix + more)


@pytest.mark.parametrize("label", ["work", "Urlaub – Süden", "a" * 200, "é" * 100])
def test_a_label_is_text_as_people_write_it(label: str) -> None:
    assert is_label(label)


@pytest.mark.parametrize("label", ["", " a", "a ", "a" * 201, "é" * 101, "e\u0301", "a\nb", "a\x85b"])
def test_other_labels_are_refused(label: str) -> None:
    assert not is_label(label)


def test_a_filesystem_is_named_after_its_root() -> None:
    assert filesystem_slug("/") == "root"
    assert filesystem_slug("/srv/My Media!") == "srv-my-media-"
    long = "/" + "a" * 80
    digest = sha256(long.encode()).hexdigest()[:8]
    assert filesystem_slug(long) == "a" * 55 + "-" + digest
    assert filesystem_slug("/srv", taken=frozenset({"srv"})) == f"srv-{sha256(b'/srv').hexdigest()[:8]}"


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        (NamePattern("PORT"), "report.pdf", "repo.pdf"),
        (NamePattern("STRASSE"), "Straße.txt", "Strase.txt"),
        (NamePattern("*.pdf", "glob"), "A.PDF", "a.pdf.txt"),
        (NamePattern("a?c", "glob"), "aéc", "ac"),
        (NamePattern("[a-c]*", "glob"), "big", "dog"),
        (NamePattern("[!a-c]*", "glob"), "dog", "big"),
        (NamePattern("[]x]", "glob"), "]", "y"),
        (NamePattern("[", "glob"), "[", "a"),
        (NamePattern(r"\*", "glob"), "*", "a"),
        (NamePattern("a.c (1)", "glob"), "a.c (1)", "abc (1)"),
        (NamePattern("^ab+$", "regex"), "ABBB", "xab"),
    ],
)
def test_a_name_is_found_in_any_case(pattern: NamePattern, fitting: str, other: str) -> None:
    assert pattern.fits(fitting)
    assert not pattern.fits(other)


@pytest.mark.parametrize(
    "pattern", [NamePattern(r"(a)\1", "regex"), NamePattern("[z-a]", "glob"), NamePattern("a" * 513, "regex")]
)
def test_a_pattern_that_cannot_be_asked_is_refused(pattern: NamePattern) -> None:
    with pytest.raises(BadPatternError):
        pattern.fits("a")


def test_a_hard_pattern_takes_no_long_time() -> None:
    assert not NamePattern("(a*)*" * 20 + "b", "regex").fits("a" * 5000)


FACTS: Json = {"exif": {"iso": 100, "a.b": 1, "none": None, "tags": ["x", None, "y"], "sizes": [{"w": 1}, {"w": 2}]}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("exif.iso", [100]),
        (r"exif.a\.b", [1]),
        ("exif.none", []),
        ("exif.tags", ["x", "y"]),
        ("exif.sizes.1.w", [2]),
        ("exif.sizes.7.w", []),
        ("exif.sizes." + "9" * 5000, []),
        ("exif.iso.deeper", []),
        ("nothing", []),
    ],
)
def test_a_fact_is_found_at_its_dotted_path(path: str, found: list[Json]) -> None:
    assert isinstance(FACTS, dict)
    assert facts_at(FACTS, path) == found


odd_names = st.sampled_from(["", ".", "..", " ", "a/b", "a\nb", "\0", "\x7f", "\u2028", "\udc80", "\xa0", "é"])


@given(st.lists(st.one_of(odd_names, st.text(max_size=3)), max_size=5))
def test_many_names_can_be_shown_when_each_of_them_can(names: list[str]) -> None:
    assert are_showable(names) == all(map(showable, names))

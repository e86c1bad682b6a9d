"""Names that are cut or get a tail fit a directory, and say as much of the stored name as there is room for."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.filing import FileRow
from mosaicfs.tree.inodes import second_inode, synthetic_inode
from mosaicfs.tree.names import (
    any_too_long,
    is_too_long,
    may_be_changed,
    own_name,
    shortened,
    shown_folder,
    split_extension,
    suffixed,
    tailed,
)

UUID = "018f6a7e-3c2b-7d11-9a54-6f0c2b7e9a10"


def file(name: str, node_id: str = "node-nas") -> FileRow:
    return FileRow(1, f"file::{UUID}", 1000, node_id, "/a", name, 0, "2026-01-15T14:30:00.000000Z", None)


def size(name: str) -> int:
    return len(name.encode(errors="surrogatepass"))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("report.pdf", ("report", ".pdf")),
        ("a.tar.gz", ("a.tar", ".gz")),
        (".bashrc", (".bashrc", "")),
        (".a.b", (".a", ".b")),
        ("..a", (".", ".a")),
        ("a.", ("a", ".")),
        ("a", ("a", "")),
        ("", ("", "")),
    ],
)
def test_the_extension_begins_at_the_last_dot_that_is_not_the_first_character(
    name: str, parts: tuple[str, str]
) -> None:
    assert split_extension(name) == parts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a" * 255, "a" * 255),
        ("a" * 251 + ".txt", "a" * 251 + ".txt"),
        ("a" * 256, "a" * 244 + " (2b7e9a10)"),
        ("a" * 252 + ".txt", "a" * 240 + " (2b7e9a10).txt"),
        ("é" * 128, "é" * 122 + " (2b7e9a10)"),
        ("b" + "é" * 127 + "e", "b" + "é" * 121 + " (2b7e9a10)"),
        ("€" * 86, "€" * 81 + " (2b7e9a10)"),
        ("𝄞" * 64, "𝄞" * 61 + " (2b7e9a10)"),
        ("a" * 250 + "." + "x" * 31, "a" * 212 + " (2b7e9a10)." + "x" * 31),
        ("a" * 250 + "." + "x" * 32, "a" * 244 + " (2b7e9a10)"),
        ("a." + "x" * 254, "a." + "x" * 242 + " (2b7e9a10)"),
        ("." + "a" * 255, "." + "a" * 243 + " (2b7e9a10)"),
    ],
)
def test_a_file_name_over_255_bytes_is_cut_and_ends_in_its_uuid(name: str, shown: str) -> None:
    assert own_name(file(name)) == shown


def test_a_folder_over_255_bytes_is_cut_and_ends_in_its_digest() -> None:
    component = "a" * 300
    digest = sha256(component.encode()).hexdigest()[:8]
    assert shown_folder(component) == "a" * 244 + f" ({digest})"
    assert shown_folder(component + ".d").endswith(").d")
    assert shown_folder("a" * 255) == "a" * 255


def test_suffixes_say_more_at_each_level() -> None:
    assert list(islice(suffixed(file("report.pdf")), 5)) == [
        "report (node-nas).pdf",
        "report (node-nas, 2b7e9a10).pdf",
        f"report (node-nas, {UUID}).pdf",
        f"report (node-nas, {UUID}, 2).pdf",
        f"report (node-nas, {UUID}, 3).pdf",
    ]


def test_a_stem_is_cut_only_where_its_suffix_does_not_fit() -> None:
    assert tailed("a" * 240 + ".txt", "node-na") == "a" * 240 + " (node-na).txt"
    assert tailed("a" * 240 + ".txt", "node-nas") == "a" * 240 + " (node-nas).txt"
    assert tailed("a" * 241 + ".txt", "node-nas") == "a" * 240 + " (node-nas).txt"
    assert tailed("a." + "x" * 40, "node-nas") == "a (node-nas)." + "x" * 40


names = st.text(st.characters(exclude_characters="/\0", exclude_categories=[]), min_size=1, max_size=300) | st.tuples(
    st.text(st.sampled_from("aé€𝄞.\udcff\ud800"), min_size=200, max_size=300), st.sampled_from(["", ".pdf", ".€€€"])
).map("".join)


@given(names, st.sampled_from(["n", "n" * 63]))
def test_every_form_of_a_name_fits(name: str, node_id: str) -> None:
    for form in (own_name(file(name)), shown_folder(name), *islice(suffixed(file(name, node_id)), 5)):
        assert 1 <= size(form) <= 255
        assert not is_too_long(form)
        assert form == name or may_be_changed(form)


@given(names.filter(is_too_long))
def test_nothing_is_cut_off_that_had_room(name: str) -> None:
    cut = shortened(name, "0123abcd")
    stem, _, rest = cut.rpartition(" (0123abcd)")
    assert name.startswith(stem)
    assert rest in ("", split_extension(name)[1])
    assert size(cut) + size(name[len(stem)]) > 255


@given(names)
def test_forms_of_one_file_all_differ(name: str) -> None:
    forms = list(islice(suffixed(file(name)), 20))
    assert len(set(forms)) == len(forms)


def test_computed_inodes_are_those_of_the_page() -> None:
    assert synthetic_inode("/documents/work/2025") == 4966367103370734779


@given(st.text(st.characters(exclude_categories=[])))
def test_computed_inodes_lie_above_all_drawn_ones(text: str) -> None:
    assert 2**62 <= synthetic_inode(text) < 2**63
    assert 2**62 <= second_inode(text) < 2**63
    assert synthetic_inode(text) != second_inode(text)


@given(st.lists(st.builds(str.__mul__, st.sampled_from("aé\U0001f600"), st.integers(0, 300)), max_size=4))
def test_one_name_that_is_too_long_is_found_among_many(names: list[str]) -> None:
    assert any_too_long(names) == any(map(is_too_long, names))

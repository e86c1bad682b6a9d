"""Pages of entries: in the order asked for, each once, whatever their names are."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.tree import Shown
from mosaicfs_control.rest.entries import EntrySort, follows, in_order, key_of, named_like

SORTS: tuple[EntrySort, ...] = get_args(EntrySort)
times = st.none() | st.sampled_from(["2026-01-15T14:30:00.000000Z", "2026-01-15T14:30:00.500000Z"])
entries = st.lists(
    st.builds(
        Shown,
        name=st.text(st.characters(), max_size=3),
        kind=st.sampled_from(["directory", "file"]),
        inode=st.just(7),
        origin=st.just("mount"),
        size=st.integers(0, 3),
        mtime=times,
    ),
    unique_by=lambda each: each.name,
    max_size=12,
)


@given(entries, st.sampled_from(SORTS))
def test_whatfollows_an_entry_is_what_comes_behind_it(shown: list[Shown], sort: EntrySort) -> None:
    ordered = in_order(shown, sort)
    keys = [key_of(each, sort) for each in ordered]
    for at, after in enumerate(keys):
        behind = [key for key in keys if follows(key, after, descending=sort[0] == "-")]
        assert behind == keys[at + 1 :]


@given(entries, st.sampled_from(SORTS))
def test_directories_go_first_and_values_go_up_or_down(shown: list[Shown], sort: EntrySort) -> None:
    ordered = in_order(shown, sort)
    assert [each.kind for each in ordered] == sorted(each.kind for each in ordered)
    for kind in ("directory", "file"):
        found = [_value(each, sort.removeprefix("-")) for each in ordered if each.kind == kind]
        assert found == sorted(found, reverse=sort[0] == "-")


def _value(shown: Shown, field: str) -> bytes | int:
    match field:
        case "size":
            return shown.size
        case "mtime":
            return (shown.mtime or "").encode()
    return shown.name.encode(errors="surrogatepass")


def test_a_part_of_a_name_is_found_in_any_case_and_composition() -> None:
    shown = [Shown(name=name, kind="file", inode=7, origin="mount") for name in ("STRASSE", "e\u0301t\u00e9", "x")]
    assert [each.name for each in named_like(shown, "stra\u00dfe")] == ["STRASSE"]
    assert [each.name for each in named_like(shown, "\u00c9T")] == ["e\u0301t\u00e9"]

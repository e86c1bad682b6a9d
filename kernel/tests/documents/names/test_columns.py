"""Columns say what the values they are made of say."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.names import columns, folding
from mosaicfs.documents.names.marking import ranges
from mosaicfs.model.file_type import extension
from mosaicfs.model.times import instant, mtime_text, ordered

TIMES = st.one_of(
    st.integers(-(10**17), 10**18).map(lambda each: mtime_text(each * 1000)),
    st.sampled_from(["0000-01-01T00:00:00Z", "2026-02-31T23:59:60Z", "9999-12-31T23:59:59.9Z", "2024-02-29T01:02:03Z"]),
)
NAMES = st.text(st.sampled_from("aB.ßÄ\u0308é日 _K"), min_size=1, max_size=8)


@given(st.lists(TIMES, min_size=1, max_size=5))
def test_times_are_instants(times: list[str]) -> None:
    assert columns.instants([*map(ordered, times)]).tolist() == [*map(instant, times)]


@given(st.lists(st.one_of(st.uuids().map(lambda each: f"file::{each}"), st.text(min_size=1, max_size=44)), min_size=1))
def test_ids_are_given_back_and_keep_their_order(ids: list[str]) -> None:
    found = columns.identifiers(ids)
    assert [found.text(place) for place in range(len(ids))] == ids
    plain = [place for place in range(len(ids)) if place not in found.odd]
    by_number = sorted(plain, key=lambda place: (int(found.high[place]), int(found.low[place])))
    assert [ids[place] for place in by_number] == sorted(ids[place] for place in plain)
    assert all(str(UUID(ids[place].removeprefix("file::"))) for place in plain)


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_extensions_are_found_in_all_names_at_once(names: list[str]) -> None:
    shared = columns.Shared()
    found = columns.endings(columns.folded(names), shared)
    told = [*shared.endings]
    assert [told[number].decode() for number in found.tolist()] == [extension(folding.fold(name)) for name in names]


@given(NAMES)
def test_folding_twice_is_folding_once_and_places_lead_back(name: str) -> None:
    folded = folding.fold(name)
    assert folding.fold(folded) == folded
    at = folding.places(name)
    assert len(at) == len(folded) + 1
    assert at == sorted(at)
    for start in range(len(folded)):
        ((low, high),) = ranges([folded], name)[:1]
        assert (low, high) == (0, len(name))
        assert folded[start] in folding.fold(name[at[start] :])

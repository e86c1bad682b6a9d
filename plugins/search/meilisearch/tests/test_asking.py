"""A question as searches, and hits as results."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from mosaicfs_search_meilisearch.asking import MOST_SEARCHES, Hit, Hits, Shown, results, searches
from mosaicfs_search_meilisearch.documents import key_of, types_of

ASKED: dict[str, list[tuple[str, str | None]]] = {
    "": [],
    "quarterly earnings": [("quarterly earnings", None)],
    '"third quarter" -draft': [('"third quarter" -draft', None)],
    'report -"first draft"': [('report -"first draft"', None)],
    "2026 invoice OR receipt": [("2026 invoice", None), ("2026 receipt", None)],
    "report type:pdf": [("report", 'types = "pdf"')],
    "report type:PDF OR type:text/plain": [("report", 'types = "pdf"'), ("report", 'types = "text/plain"')],
    "-type:image -type:video": [("", 'NOT types = "image" AND NOT types = "video"')],
    'type:a"b': [("type a b", None)],
    r"type:a\b": [("", r'types = "a\\b"')],
    "name:report path:2026": [("report 2026", None)],
}


@pytest.mark.parametrize("text", ASKED)
def test_it_is_asked_as_it_is_meant(text: str) -> None:
    asked = [(each.q, None if each.filter is UNSET else each.filter) for each in searches(text)]
    assert asked == ASKED[text]


def test_too_many_alternatives_are_plain_words() -> None:
    (search,) = searches("a OR b c OR d e OR f g OR h")
    assert search.q == "a b c d e f g h"


@given(st.text(max_size=60) | st.text(alphabet='ab "-:OR\\type', max_size=40))
def test_whatever_is_typed_makes_searches_that_can_be_sent(text: str) -> None:
    asked = searches(text)
    assert len(asked) <= MOST_SEARCHES
    assert all(search.q or search.filter is not UNSET for search in asked)
    msgspec.json.encode([search for search in asked if search.q.isascii()])


@given(st.lists(st.floats(0, 1), max_size=6))
def test_the_best_has_one_and_none_is_above_the_one_before(scores: list[float]) -> None:
    found = results(Hits([Hit(f"file::{number}", score=score) for number, score in enumerate(scores)]))
    told = [float(str(each["score"])) for each in found]
    assert told == sorted(told, reverse=True)
    assert all(0 <= score <= 1 for score in told)


def test_what_was_found_is_marked_and_what_was_not_is_not_shown() -> None:
    marked = Hit("file::1", shown=Shown("some **stars** and \ue000Words\ue001\n here"), score=0.5)
    plain = Hit("file::2", shown=Shown("nothing to see"), score=0.5)
    first, second = results(Hits([marked, plain]))
    assert first["fragments"] == ["some **stars** and **Words** here"]
    assert "fragments" not in second


@given(st.text(max_size=40))
def test_any_file_has_a_key_that_the_server_takes(file_id: str) -> None:
    assert all(each.isascii() and (each.isalnum() or each in "_-") for each in key_of(file_id))


def test_a_type_has_many_names() -> None:
    assert types_of("image/svg+xml", "Logo.SVG") == ["image", "image/svg+xml", "svg", "xml"]

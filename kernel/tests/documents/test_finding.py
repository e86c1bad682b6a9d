"""Pages of a query: sorted as a whole sort would, without ever holding the whole."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.documents import finding
from mosaicfs.documents.selector import MISSING, collation_key
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.json import Json
from mosaicfs.model.store import Find, Found

values: st.SearchStrategy[Json] = st.sampled_from([None, True, -1, 2, "a", "b", [], [1], {}])
bodies = st.lists(st.dictionaries(st.sampled_from("ab"), values, max_size=2), max_size=200)


def documents(contents: list[dict[str, Json]]) -> list[Document]:
    return [Document(f"{number:03}", "1-a", wire.canonical(content)) for number, content in enumerate(contents)]


def page(query: Find, docs: list[Document]) -> Found:
    plan = finding.plan(query)
    ordered = sorted(docs, reverse=plan.descending) if plan.by_id else docs
    return finding.found(query, ordered, plan)


@given(bodies, st.integers(1, 7), st.booleans(), st.randoms(use_true_random=False))
def test_pages_together_are_the_whole_in_order(
    contents: list[dict[str, Json]], limit: int, descending: bool, random: Random
) -> None:
    docs = documents(contents)
    expected = sorted(
        docs,
        key=lambda doc: (collation_key(json.loads(doc.body).get("a", MISSING)), doc.id),
        reverse=descending,
    )
    query, found = Find({}, limit=limit, sort=(("a", descending),)), []
    while True:
        random.shuffle(docs)
        got = page(query, docs)
        found += got.documents
        assert got.examined == len(docs)
        if len(got.documents) < limit:
            break
        query = query._replace(bookmark=got.bookmark)
    assert found == expected


def test_candidates_in_the_order_of_ids_are_not_tried_beyond_the_page() -> None:
    found = page(Find({}, limit=2, skip=1), documents([{"a": n} for n in range(50)]))
    assert [doc.id for doc in found.documents] == ["001", "002"]
    assert found.examined == 3


def test_more_than_can_be_sorted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_SORTED", 10)
    docs = documents([{"a": n} for n in range(11)])
    assert len(page(Find({}, sort=(("a", False),)), docs[:10]).documents) == 10
    with pytest.raises(BadQueryError) as refused:
        page(Find({}, sort=(("a", False),)), docs)
    assert refused.value.code == "no_usable_index"
    assert page(Find({}), docs).documents == docs


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (("a",), {"a": {"b": [1, 2]}}),
        (("a.b.1",), {"a": {"b": {"1": 2}}}),
        (("a", "a.b"), {"a": {"b": [1, 2]}}),
        (("a.b", "a.b.0"), {"a": {"b": [1, 2]}}),
        (("none", "a.none", "_rev"), {}),
        ((), {}),
    ],
)
def test_only_the_fields_asked_for_are_shown(fields: tuple[str, ...], body: dict[str, Json]) -> None:
    (shown,) = page(Find({}, fields=fields), documents([{"a": {"b": [1, 2]}, "c": 1}])).documents
    assert shown.body == wire.canonical(body)
    assert shown.id == "000"


@given(st.text(max_size=30))
def test_any_text_is_a_bookmark_or_refused(text: str) -> None:
    with suppress(BadQueryError):
        finding.plan(Find({}, bookmark=text))

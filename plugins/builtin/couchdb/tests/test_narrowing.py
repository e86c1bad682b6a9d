"""What CouchDB is asked for holds every answer: it may be more than the question wants, and never less."""

from __future__ import annotations

import json
from random import Random

import pytest

from mosaicfs import wire
from mosaicfs.documents.selector import parse
from mosaicfs.model import questions as q
from mosaicfs_couchdb.asking import narrowed
from mosaicfs_couchdb.design import INDEXES
from mosaicfs_sdk.conformance.store.questions import QUESTIONS
from mosaicfs_sdk.conformance.store.samples import edit, random_sample

DOCS = [edit(random_sample(random)) for random in [Random(1)] for _ in range(2_000)]
NOUNS = [(doc, wire.decode(doc.id, doc.body)) for doc in DOCS]


@pytest.mark.parametrize("question", [one for one in QUESTIONS if narrowed(one) is not None], ids=repr)
def test_the_selector_accepts_every_answer(question: q.Question) -> None:
    matcher = parse(narrowed(question) or {})
    answers = [doc for doc, noun in NOUNS if question.matches(noun)]
    assert all(matcher(json.loads(doc.body) | {"_id": doc.id}) for doc in answers)


@pytest.mark.parametrize("question", [one for one in QUESTIONS if narrowed(one) is not None], ids=repr)
def test_every_selector_has_an_index(question: q.Question) -> None:
    """Of exactly its fields: CouchDB leaves an index alone whose fields it is not asked for."""
    assert tuple(narrowed(question) or {}) in INDEXES.values()


def test_types_that_grow_with_the_number_of_files_are_never_read_whole_but_for_names_and_labels() -> None:
    many = {"file", "annotation", "access", "replica", "label_assignment"}
    whole = {type(one).__name__ for one in QUESTIONS if many.intersection(one.kinds) and narrowed(one) is None}
    assert whole == {"FilesNamed", "AssignmentsWithLabel", "DocumentsOfFile"}
    assert narrowed(q.DocumentsOfFile("x")) is None


def test_a_time_with_an_offset_lies_within_the_days_asked_for() -> None:
    selector = narrowed(q.AccessBetween("2026-01-01T23:30:00-02:00", "9999-12-31T23:59:59Z"))
    assert selector == {"type": "access", "last_access": {"$gte": "2026-01-01", "$lte": "\uffff"}}

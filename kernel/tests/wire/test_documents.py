"""Documents as peers send them: what comes in goes out again, and what is out of order is named."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.wire import canonical, document_from_json, document_from_ours, document_to_json

hashes = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
members = st.dictionaries(
    st.text(max_size=6).filter(lambda name: not name.startswith("_")),
    st.integers(0, 9) | st.text(max_size=4) | st.none(),
)
ids = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    path = tuple(draw(st.lists(hashes, max_size=3)))
    rev = f"{len(path) + draw(st.integers(0, 9))}-{path[0]}" if path else draw(st.sampled_from(["", "1-x"]))
    return Document(draw(ids), rev, canonical(draw(members)), draw(st.booleans()), path)


@given(documents())
def test_what_was_sent_is_what_arrives(document: Document) -> None:
    sent = document_to_json(document)
    assert document_from_json(sent) == document
    assert document_from_json(msgspec.Raw(sent)) == document
    assert document_from_json(json.loads(sent)) == document


@given(documents())
def test_what_our_own_stores_send_is_taken_as_it_stands_or_not_at_all(document: Document) -> None:
    sent = document_to_json(document)
    assert document_from_ours(msgspec.Raw(sent), document.id, document.rev) in (None, document_from_json(sent))


def test_a_plain_first_revision_is_taken_as_it_stands() -> None:
    document = Document("note::a", "1-x", b'{"text":"plain","type":"note"}')
    assert document_from_ours(msgspec.Raw(document_to_json(document)), "note::a", "1-x") == document


@pytest.mark.parametrize(
    "body",
    [
        b'{"_id":"note::b","_rev":"1-x","type":"note"}',
        b'{"_id":"note::a","_rev":"2-x","type":"note"}',
        b'{"_id":"note::a","_rev":"1-x","_deleted":true,"type":"note"}',
        b'{"_id":"note::a","_rev":"1-x","type":"note","_later":1}',
        b'{ "_id":"note::a","_rev":"1-x","type":"note"}',
        '{"_id":"note::a","_rev":"1-x","type":"nöte"}'.encode(),
        b'{"_id":"note::a","_rev":"1-x"}',
    ],
)
def test_what_is_anything_else_is_read_as_that_of_a_stranger(body: bytes) -> None:
    assert document_from_ours(msgspec.Raw(body), "note::a", "1-x") is None


def test_the_members_of_the_store_are_shown_when_asked_for() -> None:
    document = Document("a", "2-y", b'{"n":1}', True, ("y", "x"), ("1-b",), ("1-c",), "7-ab12cd34")
    assert document_to_json(document, revisions=False) == b'{"_id":"a","_rev":"2-y","_deleted":true,"n":1}'
    everything = document_to_json(document, conflicts=True, deleted_conflicts=True, local_seq=True)
    assert json.loads(everything) == {
        "_id": "a",
        "_rev": "2-y",
        "_deleted": True,
        "_revisions": {"start": 2, "ids": ["y", "x"]},
        "_conflicts": ["1-b"],
        "_deleted_conflicts": ["1-c"],
        "_local_seq": "7-ab12cd34",
        "n": 1,
    }
    assert document_from_json(everything) == document._replace(seq="")


def test_an_empty_document_is_whole_json() -> None:
    assert document_to_json(Document("a", "", b"{}")) == b'{"_id":"a"}'


def test_the_body_is_canonical_whatever_the_peer_wrote() -> None:
    raw = b'{ "z": 1.0, "_id": "a", "a": 1e3, "big": 9007199254740991, "t": 1e-7 }'
    assert document_from_json(raw).body == b'{"a":1000,"big":9007199254740991,"t":1e-7,"z":1}'


def test_a_revision_may_be_given_by_its_path_alone() -> None:
    found = document_from_json(b'{"_id":"a","_revisions":{"start":2.0,"ids":["y","x"]}}')
    assert (found.rev, found.path) == ("2-y", ("y", "x"))


def test_what_a_server_adds_to_its_answers_is_taken_off() -> None:
    raw = b'{"_id":"a","_rev":"1-x","_local_seq":4,"_revs_info":[],"_attachments":{},"n":{"_inner":1}}'
    assert document_from_json(raw) == Document("a", "1-x", b'{"n":{"_inner":1}}')


GOOD = {"_id": "a", "_rev": "2-y", "_revisions": {"start": 2, "ids": ["y", "x"]}}


@pytest.mark.parametrize(
    ("member", "value", "field", "trouble"),
    [
        ("_id", 7, "_id", "is not a string"),
        ("_id", None, "_id", "is missing"),
        ("_id", "", "_id", "is empty"),
        ("_id", "a\x07", "_id", "holds a control character"),
        ("_id", "a\x85", "_id", "holds a control character"),
        ("_id", "é" * 513, "_id", "is longer than 1024 bytes"),
        ("_rev", 7, "_rev", "is not a string"),
        ("_rev", "1-z", "_revisions", "begins with 2-y, but _rev is 1-z"),
        ("_revisions", [], "_revisions", "is not {start, ids} with the newest hash first"),
        ("_revisions", {"start": 1, "ids": ["y", "x"]}, "_revisions", "is not {start, ids} with the newest hash first"),
        ("_revisions", {"start": 2, "ids": ["y", 1]}, "_revisions", "is not {start, ids} with the newest hash first"),
        ("_revisions", {"start": 2, "ids": []}, "_revisions", "is not {start, ids} with the newest hash first"),
        ("_revisions", {"start": True, "ids": ["y"]}, "_revisions", "is not {start, ids} with the newest hash first"),
        (
            "_revisions",
            {"start": 2, "ids": ["y", "\n"]},
            "_revisions",
            "holds a hash that is empty or has control characters",
        ),
        ("_deleted", "yes", "_deleted", "is neither true nor false"),
        ("_attachments", {"a.txt": {}}, "_attachments", "attachments are not supported"),
        ("_conflicts", 7, "_conflicts", "is not a list of revisions"),
        ("_conflicts", ["x"], "_conflicts", "is not a list of revisions"),
        ("_secret", 1, "_secret", "names that begin with _ belong to the store"),
    ],
)
def test_what_is_out_of_order_is_named(member: str, value: Any, field: str, trouble: str) -> None:
    with pytest.raises(MalformedDocumentError) as refused:
        document_from_json(json.dumps(GOOD | {member: value}).encode())
    assert (refused.value.field, refused.value.trouble) == (field, trouble)
    assert refused.value.doc_id == ("" if field == "_id" else "a")


@pytest.mark.parametrize("rev", ["x", "0-x", "-x", "1-", "01-x", "1-a\nb", "99999999999999999-x"])
def test_a_revision_has_a_generation_and_a_hash(rev: str) -> None:
    with pytest.raises(MalformedDocumentError, match="_rev: is not N-hash"):
        document_from_json(json.dumps({"_id": "a", "_rev": rev}).encode())


@pytest.mark.parametrize("raw", [b"[]", b"7", b"null"])
def test_a_document_is_an_object(raw: bytes) -> None:
    with pytest.raises(MalformedDocumentError, match="is not a JSON object"):
        document_from_json(raw)

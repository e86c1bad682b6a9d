"""Canonical JSON against Python's own reading of it, and the numbers against what ECMAScript prints."""

from __future__ import annotations

import json
from hashlib import md5
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import MalformedDocumentError
from mosaicfs.wire import canonical, canonical_text

LAST_EXACT = 2**53 - 1

numbers = st.integers(-LAST_EXACT, LAST_EXACT) | st.floats(-1e15, 1e15, allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_it_says_the_same_as_before(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(values)
def test_the_same_value_is_the_same_bytes_whoever_wrote_it(value: Any) -> None:
    spaced = json.dumps(value, indent=3, ensure_ascii=True).encode()
    assert canonical_text(spaced) == canonical(value) == canonical_text(canonical(value))


def test_members_are_sorted_by_code_point() -> None:
    assert canonical({"\U0001f600": 1, "\uffff": 2, "a": 3, "Z": 4, "é": 5}) == (
        '{"Z":4,"a":3,"é":5,"\uffff":2,"\U0001f600":1}'.encode()
    )


def test_only_what_must_be_escaped_is_escaped() -> None:
    assert (
        canonical('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é<')
        == b'"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f' + '\x7f\u2028é<"'.encode()
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (-12.5, "-12.5"),
        (123456.75, "123456.75"),
        (0.000001, "0.000001"),
        (0.0000015, "0.0000015"),
        (1e-7, "1e-7"),
        (1.25e-9, "1.25e-9"),
        (5e-324, "5e-324"),
        (9007199254740991.0, "9007199254740991"),
        (1e21, "1e+21"),
        (-1.5e300, "-1.5e+300"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_numbers_are_printed_as_ecmascript_prints_them(number: float, text: str) -> None:
    assert canonical([number]) == f"[{text}]".encode()
    assert canonical_text(json.dumps([number]).encode()) == f"[{text}]".encode()


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer() or abs(x) >= 1e21))
def test_a_fraction_keeps_its_value(number: float) -> None:
    assert float(canonical(number)) == number


@pytest.mark.parametrize(
    "number", [2**53, -(2**53), 2**53 + 0.0, 1e20, 2**64, 10**400, float("nan"), float("inf"), -float("inf")]
)
def test_a_number_that_some_peer_cannot_keep_is_refused_with_its_place(number: float) -> None:
    with pytest.raises(MalformedDocumentError, match=r"data\.scores\[1\]: is "):
        canonical({"data": {"scores": [None, number]}})
    with pytest.raises(MalformedDocumentError, match=r"data\.scores\[0\]: is "):
        canonical({"data": {"scores": [number, 1]}})


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels > 1 else []


def test_nesting_ends_at_sixty_four() -> None:
    assert canonical(nested(64)) == b"[" * 64 + b"]" * 64
    with pytest.raises(MalformedDocumentError, match="nested deeper than 64"):
        canonical(nested(65))
    with pytest.raises(MalformedDocumentError, match="nested deeper than 64"):
        canonical_text(b"[" * 65 + b"1.5" + b"]" * 65)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{}x", b"\xff", b'"\xff"', b'"\\ud800"', b'{"a":NaN}', b"[1,]", b"[" * 100_000]
)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedDocumentError, match="is not JSON"):
        canonical_text(raw)


RULE = {
    "type": "label_rule",
    "node_id": "*",
    "path_prefix": "/home/mark/documents/",
    "labels": ["work"],
    "name": "Work documents",
    "enabled": True,
    "created_at": "2026-02-16T09:00:00Z",
}
FIRST = "91b610cb54a2097c1b2c251fa2975cdd"
SECOND = "9198284a470fd822d7717e4f8155a3d5"


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        ([False, 0, "", RULE], FIRST),
        ([False, 1, FIRST, RULE | {"enabled": False}], SECOND),
        ([True, 2, SECOND, {"type": "label_rule", "node_id": "*"}], "60632e220d30200881c5b23c6e4e8aa6"),
        ([False, 0, "", {}], "d2422118a02a398f9502ebcbaa7b90bd"),
    ],
)
def test_revisions_are_named_as_the_page_says(edit: Any, name: str) -> None:
    assert md5(canonical(edit)).hexdigest() == name

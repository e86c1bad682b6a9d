"""Ranges and conditions against a plain reading of the rules."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.wire.byte_requests import Asked, asked_for, content_range, digest_field, digest_in

TAG = '"m-56b45acc3469d3cf"'


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ("bytes=0-0", Asked("part", 0, 1)),
        ("bytes=2-", Asked("part", 2, 10)),
        ("bytes=-3", Asked("part", 7, 10)),
        ("bytes=-30", Asked("part", 0, 10)),
        ("bytes=5-400", Asked("part", 5, 10)),
        ("bytes=10-", Asked("beyond")),
        ("bytes=-0", Asked("beyond")),
        ("bytes=0-1,3-4", Asked("beyond")),
        ("bytes=" + ",".join(["0-"] * 1_000), Asked("beyond")),
        ("bytes=5-4", Asked("whole", 0, 10)),
        ("bytes=--4", Asked("whole", 0, 10)),
        ("items=0-1", Asked("whole", 0, 10)),
        ("bytes=" + "9" * 400 + "-", Asked("whole", 0, 10)),
    ],
)
def test_29_a_range_is_one_part_or_nothing_at_all(wanted: str, asked: Asked) -> None:
    assert asked_for({"range": wanted}, TAG, 10) == asked


def test_of_an_empty_file_there_is_no_part() -> None:
    assert asked_for({"range": "bytes=0-"}, TAG, 0) == Asked("beyond")
    assert asked_for({}, TAG, 0) == Asked("whole", 0, 0)


@pytest.mark.parametrize(
    ("headers", "decision"),
    [
        ({"if-match": TAG}, "whole"),
        ({"if-match": "*"}, "whole"),
        ({"if-match": f'"other", {TAG}'}, "whole"),
        ({"if-match": f"W/{TAG}"}, "other_version"),
        ({"if-match": '"other"', "if-none-match": TAG}, "other_version"),
        ({"if-none-match": f"W/{TAG}"}, "not_modified"),
        ({"if-none-match": '"other"'}, "whole"),
        ({"range": "bytes=1-2", "if-range": TAG}, "part"),
        ({"range": "bytes=1-2", "if-range": '"other"'}, "whole"),
        ({"range": "bytes=1-2", "if-range": "Tue, 20 Jan 2026 10:00:00 GMT"}, "whole"),
        ({"range": "bytes=1-2", "if-match": '"other"'}, "other_version"),
    ],
)
def test_conditions_come_before_ranges(headers: dict[str, str], decision: str) -> None:
    assert asked_for(headers, TAG, 10).decision == decision


def test_a_head_is_of_the_whole() -> None:
    assert asked_for({"range": "bytes=1-2"}, TAG, 10, method="HEAD") == Asked("whole", 0, 10)


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_the_slice_that_it_names(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    asked = asked_for({"range": f"bytes={first}-{last}"}, TAG, size)
    if asked.decision == "part":
        assert content[asked.start : asked.end] == content[first : last + 1]
        assert content_range(asked, size) == f"bytes {first}-{asked.end - 1}/{size}"
    else:
        assert asked.decision == ("whole" if last < first else "beyond")
        assert last < first or first >= size


def test_a_digest_comes_back_from_its_header() -> None:
    digest = sha256(b"content").digest()
    assert digest_in(digest_field(digest)) == digest
    assert digest_in(f"md5=:AAAA:, {digest_field(digest)}") == digest
    for wrong in (None, "", "sha-256=", "sha-256=:AAAA:", "sha-256=:%:", "sha-256=AAAA"):
        assert digest_in(wrong) is None

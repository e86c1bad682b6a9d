"""Nodes compare spans by the quickest digest that both of them know."""

from hashlib import sha256

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.wire.byte_requests import digest_field
from mosaicfs.wire.span_digests import KNOWN_TO_ALL, UNDERSTOOD, SpanDigest, digest_in, digest_of, wished


@given(st.binary(max_size=99), st.sampled_from(["blake3", "sha-256"]))
def test_a_digest_is_of_its_own_content_alone(content: bytes, algorithm: str) -> None:
    found = digest_in(digest_of(memoryview(content), algorithm).field)
    assert found is not None
    assert found.algorithm == algorithm
    assert found.is_of(memoryview(content))
    assert not found.is_of(memoryview(content + b"!"))


def test_both_algorithms_are_those_of_everybody_else() -> None:
    assert digest_of(memoryview(b"a"), "blake3").value == blake3(b"a").digest()
    assert digest_of(memoryview(b"a"), KNOWN_TO_ALL).field == digest_field(sha256(b"a").digest())


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        (UNDERSTOOD, "blake3"),
        ("sha-256=5, blake3=1", "sha-256"),
        ("blake3=0", "sha-256"),
        ("md5=10, unixsum=3", "sha-256"),
        ("blake3=11", "sha-256"),
        ("blake3=²", "sha-256"),
        ("blake3", "sha-256"),
        ("", "sha-256"),
        (None, "sha-256"),
    ],
)
def test_who_wishes_nothing_that_is_known_gets_what_all_know(wish: str | None, answer: str) -> None:
    assert wished(wish) == answer


def test_what_stands_beside_a_digest_is_passed_over() -> None:
    digest = SpanDigest("blake3", bytes(32))
    assert digest_in(f"md5=:AAAA:, {digest.field}") == digest


@pytest.mark.parametrize("wrong", [None, "", "blake3", "blake3=AAAA", "blake3=:AAAA:", "sha-256=:!:", "blake3=::"])
def test_a_digest_that_cannot_be_read_is_none(wrong: str | None) -> None:
    assert digest_in(wrong) is None

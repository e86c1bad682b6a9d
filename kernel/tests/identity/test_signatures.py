"""A signature fits the request that was signed, asked of the server it was meant for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.identity.vectors import ED25519, INSTANCE, KEY_ID, MOMENT, PUBLIC, SIGNING_KEY, WHEN, clock, drawn
from mosaicfs.identity.node_keys import NodeKeys, public_text
from mosaicfs.identity.signatures import (
    EMPTY_SHA256,
    STREAM,
    HmacSigner,
    KeySigner,
    MalformedSignatureError,
    Signed,
    audience,
    canonical_string,
    fits_ed25519,
    fits_hmac,
    is_signature,
    parsed,
    parsed_proof,
    proof,
    unknown_key,
    unknown_public_key,
)

BODY = b'{"capability":"search","query":"quarterly earnings"}'


class Vector(NamedTuple):
    signed: Signed
    method: str
    target: str
    audience: str
    text_length: int
    text_sha256: str

    def fits(self, signed: Signed | None = None, method: str = "", target: str = "", audience: str = "") -> bool:
        """Of the vector, with what is given in place of its own."""
        asked = (method or self.method, target or self.target, audience or self.audience)
        what = signed or self.signed
        return fits_hmac(what, SIGNING_KEY, *asked) if self is HMAC else fits_ed25519(what, PUBLIC, *asked)


HMAC = Vector(
    Signed(
        "hmac",
        KEY_ID,
        WHEN,
        "oKGio6SlpqeoqaqrrK2urw",
        "380e27016ca8157a08ca9ebd4c139204b53d03e0f8d934851cd1534968adadc7",
        "4f14acc0df3eaa2c02608f30de39db1bd53c8946295d3a1b32dd383176224961",
    ),
    "POST",
    "/api/query?trace=1",
    f"{INSTANCE}/control_plane",
    230,
    "70e870dff3faa5f3f98f0ccc73247240310a52385bf20c4835015d2516232228",
)
NODE = Vector(
    Signed(
        "ed25519",
        "node-laptop",
        WHEN,
        "sLGys7S1tre4ubq7vL2-vw",
        EMPTY_SHA256,
        "cee684483598a12e53f2eaa8b48130352f77e20fbec89926f2322584fd4b5018"
        "7e77119cce3fd43af7379fcbeeb33162b1a81b4fe29969f249bf00bb40593a00",
    ),
    "GET",
    "/api/agent/transfer/0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
    f"{INSTANCE}/node-nas",
    248,
    "4cc6d064fbca85c5794bafec96f2f81deef33ebaaf6c3c053f0783061dc2a90f",
)
BOTH = pytest.mark.parametrize("vector", [HMAC, NODE], ids=["vector 1", "vector 2"])


def _header(signed: Signed) -> str:
    scheme, name = (
        ("MOSAICFS-HMAC-SHA256", "AccessKeyId") if signed.scheme == "hmac" else ("MOSAICFS-ED25519", "NodeId")
    )
    return f"{scheme} {', '.join(_parameters(signed, name))}"


def _parameters(signed: Signed, name: str) -> list[str]:
    return [
        f"{name}={signed.signer}",
        f"Timestamp={signed.timestamp}",
        f"Nonce={signed.nonce}",
        f"BodySHA256={signed.body_sha256}",
        f"Signature={signed.signature}",
    ]


# --- the vectors ---------------------------------------------------------------------------------------------------


@BOTH
def test_the_vectors_fit_as_they_stand(vector: Vector) -> None:
    assert parsed(_header(vector.signed)) == vector.signed
    assert vector.fits()


@BOTH
def test_the_string_is_the_one_of_the_page(vector: Vector) -> None:
    signed = vector.signed
    text = canonical_string(
        signed.signer,
        vector.method,
        vector.target,
        signed.timestamp,
        signed.nonce,
        vector.audience,
        signed.body_sha256,
    )
    assert (len(text), sha256(text).hexdigest()) == (vector.text_length, vector.text_sha256)
    assert text.count(b"\n") == 7


def test_an_access_key_signs_vector_1() -> None:
    signer = HmacSigner(KEY_ID, SIGNING_KEY, clock, lambda count: drawn(0xA0, count))
    made = signer.authorization(HMAC.method, HMAC.target, audience(INSTANCE), sha256(BODY).hexdigest())
    assert made == _header(HMAC.signed)


def test_a_node_signs_vector_2() -> None:
    signer = KeySigner("node-laptop", ED25519, clock, lambda count: drawn(0xB0, count))
    assert signer.authorization(NODE.method, NODE.target, audience(INSTANCE, "node-nas")) == _header(NODE.signed)
    assert public_text(ED25519) == PUBLIC


# --- what does not fit ---------------------------------------------------------------------------------------------


@BOTH
@given(data=st.data())
def test_any_changed_byte_of_any_part_does_not_fit(vector: Vector, data: st.DataObject) -> None:
    parts = {**vector.signed._asdict(), **vector._asdict()}
    name = data.draw(
        st.sampled_from(
            ["signer", "timestamp", "nonce", "body_sha256", "signature", "method", "target", "audience"],
        )
    )
    changed = _changed(data, parts[name])
    if name in Signed._fields:
        assert not vector.fits(_with(vector.signed, {name: changed}))
    else:
        asked = {"method": "", "target": "", "audience": "", name: changed}
        assert not vector.fits(method=asked["method"], target=asked["target"], audience=asked["audience"])


def _with(signed: Signed, change: dict[str, str]) -> Signed:
    return Signed(signed.scheme, *(change.get(name, getattr(signed, name)) for name in Signed._fields[1:]))


def _changed(data: st.DataObject, text: str) -> str:
    """One character replaced, taken out, or put in."""
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.characters() | st.just(""))
    changed = text[:at] + new + text[at + data.draw(st.integers(0, 1)) :]
    return changed if changed != text else text + "0"


@BOTH
@pytest.mark.parametrize(
    "target",
    ["/api/x", "/api//x", "/api/%78", "/api/../api/x", "/api/x?", "/api/x?a=1&b=2", "/api/x?b=2&a=1", "/API/x"],
)
def test_every_spelling_of_a_target_is_a_target_of_its_own(vector: Vector, target: str) -> None:
    signer = HmacSigner(KEY_ID, SIGNING_KEY) if vector is HMAC else KeySigner("node-laptop", ED25519)
    signed = parsed(signer.authorization("GET", "/api/x?a=1", "a/b"))
    assert not vector.fits(signed, "GET", target, "a/b")
    assert vector.fits(signed, "GET", "/api/x?a=1", "a/b")


@BOTH
def test_it_is_for_one_server_of_one_instance(vector: Vector) -> None:
    for other in (
        audience(INSTANCE, "node-attic"),
        audience("0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c71", vector.audience.partition("/")[2]),
        audience(INSTANCE, "control_plane" if vector is NODE else "node-nas"),
    ):
        assert not vector.fits(audience=other)


@BOTH
@pytest.mark.parametrize("target", ["", "/a b", "/ä", "/a\n/b", "/\0", "/\x7f"])
def test_what_cannot_be_signed_does_not_fit(vector: Vector, target: str) -> None:
    assert not fits_hmac(vector.signed, SIGNING_KEY, vector.method, target, vector.audience)
    assert not fits_ed25519(vector.signed, PUBLIC, vector.method, target, vector.audience)
    with pytest.raises(ValueError, match="visible ASCII"):
        HmacSigner(KEY_ID, SIGNING_KEY).authorization("GET", target, "a/b")


@BOTH
@pytest.mark.parametrize("spelled", [str.upper, lambda text: f"{text} ", lambda text: f"{text[:2]} {text[2:]}"])
def test_a_signature_has_one_spelling(vector: Vector, spelled: Callable[[str], str]) -> None:
    assert not vector.fits(vector.signed._replace(signature=spelled(vector.signed.signature)))


def test_a_scheme_is_not_checked_by_the_means_of_the_other() -> None:
    swapped = HMAC.signed._replace(scheme="ed25519")
    assert not fits_hmac(swapped, SIGNING_KEY, HMAC.method, HMAC.target, HMAC.audience)
    swapped = NODE.signed._replace(scheme="hmac")
    assert not fits_ed25519(swapped, PUBLIC, NODE.method, NODE.target, NODE.audience)


@pytest.mark.parametrize(
    "key", ["", PUBLIC[8:], PUBLIC[:-1], f"{PUBLIC}A", PUBLIC.replace("ed", "x"), "ed25519:" + "A" * 42 + "="]
)
def test_what_is_no_public_key_fits_nothing(key: str) -> None:
    assert not fits_ed25519(NODE.signed, key, NODE.method, NODE.target, NODE.audience)


def test_who_is_unknown_is_checked_with_a_key_that_fits_nobody() -> None:
    assert not fits_hmac(HMAC.signed, unknown_key(), HMAC.method, HMAC.target, HMAC.audience)
    assert not fits_ed25519(NODE.signed, unknown_public_key(), NODE.method, NODE.target, NODE.audience)
    assert unknown_key() == unknown_key()
    assert unknown_public_key() == unknown_public_key()
    assert len(unknown_key()) == len(SIGNING_KEY)
    assert len(unknown_public_key()) == len(PUBLIC)


# --- reading and printing ------------------------------------------------------------------------------------------


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.text("/abc%20?=&", min_size=1),
    st.sampled_from([EMPTY_SHA256, STREAM]),
)
def test_what_a_signer_prints_is_read_and_fits(key: bytes, method: str, target: str, body: str) -> None:
    signed = parsed(HmacSigner(KEY_ID, key).authorization(method, target, "i/n", body))
    assert (signed.scheme, signed.signer, signed.body_sha256) == ("hmac", KEY_ID, body)
    assert parsed(_header(signed)) == signed
    assert fits_hmac(signed, key, method, target, "i/n")
    assert not fits_hmac(signed, key[::-1] + b"x", method, target, "i/n")


@pytest.mark.parametrize("signer", ["node-laptop", "control_plane", f"peer:{INSTANCE}", "n"])
def test_whoever_signs_by_key_is_read(signer: str) -> None:
    signed = parsed(KeySigner(signer, ED25519).authorization("GET", "/", "i/n"))
    assert signed.signer == signer
    assert fits_ed25519(signed, PUBLIC, "GET", "/", "i/n")


def test_every_attempt_has_a_nonce_and_a_time_of_its_own() -> None:
    now = [MOMENT]
    signer = HmacSigner(KEY_ID, SIGNING_KEY, lambda: now[0])
    first = parsed(signer.authorization("GET", "/", "i/n"))
    now[0] += 61
    second = parsed(signer.authorization("GET", "/", "i/n"))
    assert first.nonce != second.nonce
    assert (first.timestamp, second.timestamp) == (WHEN, "2026-02-16T09:23:01Z")


def test_a_signer_does_not_show_its_key() -> None:
    assert " key=" not in repr(HmacSigner(KEY_ID, SIGNING_KEY))
    assert " key=" not in repr(KeySigner("node-laptop", ED25519))


@BOTH
def test_parameters_may_stand_in_any_order(vector: Vector) -> None:
    scheme, _, rest = _header(vector.signed).partition(" ")
    for order in permutations(rest.split(", ")):
        assert parsed(f"{scheme} {', '.join(order)}") == vector.signed


@BOTH
@pytest.mark.parametrize("at", range(5))
def test_a_parameter_that_is_missing_repeated_or_quoted_is_refused(vector: Vector, at: int) -> None:
    scheme, _, rest = _header(vector.signed).partition(" ")
    parts = rest.split(", ")
    name, _, value = parts[at].partition("=")
    for wrong in (
        [*parts[:at], *parts[at + 1 :]],
        [*parts, parts[at]],
        [*parts[:at], f'{name}="{value}"', *parts[at + 1 :]],
        [*parts[:at], f"{name.lower()}={value}", *parts[at + 1 :]],
        [*parts[:at], f"{name}= {value}", *parts[at + 1 :]],
        [*parts[:at], f"{name}={value}\n", *parts[at + 1 :]],
        [*parts[:at], f"{name}=", *parts[at + 1 :]],
        [*parts[:at], name, *parts[at + 1 :]],
        [*parts, "Realm=x"],
        [*parts, ""],
    ):
        with pytest.raises(MalformedSignatureError):
            parsed(f"{scheme} {', '.join(wrong)}")


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": "2026-02-30T09:22:00Z"},
        {"timestamp": "2026-02-16T24:22:00Z"},
        {"timestamp": "2026-02-16T09:22:60Z"},
        {"timestamp": "2026-02-16T09:22:00+00:00"},
        {"timestamp": "0000-02-16T09:22:00Z"},
        {"timestamp": "٢026-02-16T09:22:00Z"},
        {"nonce": "oKGio6SlpqeoqaqrrK2urx"},
        {"nonce": "oKGio6SlpqeoqaqrrK2ur"},
        {"nonce": "oKGio6SlpqeoqaqrrK2ur=="},
        {"body_sha256": EMPTY_SHA256.upper()},
        {"body_sha256": "UNSIGNED"},
        {"signature": "00" * 31},
        {"signature": "00" * 65},
        {"signature": "AB" * 32},
        {"signer": "a b"},
        {"signer": "Node-Laptop"},
        {"signer": "MOSAICFS_7f3a9b2c1d4e5f6a"},
    ],
    ids=str,
)
def test_a_parameter_of_another_form_is_refused(vector: Vector, change: dict[str, str]) -> None:
    with pytest.raises(MalformedSignatureError):
        parsed(_header(_with(vector.signed, change)))


@pytest.mark.parametrize("separator", [",", ",  ", " ", ";", ",\t"])
def test_only_a_comma_and_a_space_separate(separator: str) -> None:
    with pytest.raises(MalformedSignatureError):
        parsed(_header(HMAC.signed).replace(", ", separator))


@given(st.text(max_size=80))
def test_any_other_text_is_no_signature(text: str) -> None:
    for wrong in (text, f"MOSAICFS-HMAC-SHA256 {text}", f"MOSAICFS-ED25519 {text}"):
        with pytest.raises(MalformedSignatureError):
            parsed(wrong)


def test_a_signature_is_known_by_its_scheme() -> None:
    assert is_signature(_header(HMAC.signed))
    assert is_signature("MOSAICFS-ED25519")
    for other in (None, "", "Bearer x", "MOSAICFS-SESSION x", "MOSAICFS-JOIN Code=x", "mosaicfs-ed25519 x"):
        assert not is_signature(other)


# --- the proof of a new key ----------------------------------------------------------------------------------------


def test_a_proof_is_of_the_key_that_it_names() -> None:
    keys, stranger = NodeKeys.new(), NodeKeys.new()
    text = proof(keys, "POST", "/api/nodes", audience(INSTANCE), sha256(BODY).hexdigest())
    found = parsed_proof(text)
    assert found.signer == keys.public_key
    assert fits_ed25519(found, found.signer, "POST", "/api/nodes", audience(INSTANCE))
    forged = found._replace(signer=stranger.public_key)
    assert not fits_ed25519(forged, forged.signer, "POST", "/api/nodes", audience(INSTANCE))
    assert not fits_ed25519(found, found.signer, "POST", "/api/agent/keys", audience(INSTANCE))


def test_a_proof_and_a_header_are_not_taken_for_each_other() -> None:
    text = proof(NodeKeys.new(), "POST", "/api/nodes", audience(INSTANCE), EMPTY_SHA256)
    with pytest.raises(MalformedSignatureError, match="does not belong"):
        parsed(f"MOSAICFS-ED25519 {text}")
    with pytest.raises(MalformedSignatureError, match="does not belong"):
        parsed_proof(_header(NODE.signed).partition(" ")[2])

"""What is never written down: by its name, by its form, however deep it lies; and that the rest is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.redaction import REDACTED, harmless, harmless_lines, redacted, redacted_text

SECRET = "mosaicfs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJvd25lciJ9.c2lnbmF0dXJl"
SEALED = "sealed1:YGFiY2RlZmdoaWprGvclBilz7dzhgosWGeC6kooJCdYclgc8xqKgxlo7jl98U_ZylJEipL_cQGnZOlsN"
HASH = "argon2id:$argon2id$v=19$m=65536,t=3,p=4$AAcOFRwjKjE4P0ZNVFtiaQ$BQwTGiEoLzY9REtSWWBnbnV8g4qRmJ"
PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgME\n-----END PRIVATE KEY-----"
CODE = "7K3QD-9XW2M-4TRZV-B8HPN"


@pytest.mark.parametrize("secret", [SECRET, JWT, SEALED, HASH, PEM, CODE])
@pytest.mark.parametrize("around", ["{}", "before {} after", "'{}'", "key={},", "({})"])
def test_34_what_has_the_form_of_a_secret_is_taken_out_wherever_it_stands(secret: str, around: str) -> None:
    shown = redacted({"event": around.format(secret), "deep": [{"deeper": (around.format(secret),)}]})
    assert secret not in repr(shown)
    assert shown["event"] == around.format(REDACTED)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"sealed":"c2VjcmV0"}', '{"sealed":"[redacted]"}'),
        ("GET /api/files/x/download?disposition=inline&token=1771240920.ab.cd HTTP", "token=[redacted] HTTP"),
        ("https://localhost:8443/#code=oKGio6SlpqeoqaqrrK2urw", "#code=[redacted]"),
        ("MOSAICFS-JOIN Code=7K3QD9XW2M4TRZVB8HPN", "Code=[redacted]"),
        ("Authorization: Basic bmFtZTpzZWNyZXQ=", "Basic [redacted]"),
        ("Bearer abc.def", "Bearer [redacted]"),
        ("MOSAICFS-SESSION AAECAwQFBgcICQoLDA0ODxAREhM", "MOSAICFS-SESSION [redacted]"),
        ("Nonce=n, Signature=4f14acc0df3eaa2c", "Signature=[redacted]"),
    ],
)
def test_34_what_follows_the_name_of_a_secret_is_taken_out(text: str, left: str) -> None:
    assert left in redacted_text(text)


@pytest.mark.parametrize(
    "name", ["secret_key", "Authorization", "MosaicFS-Proof", "passphrase", "login_code", "settings"]
)
def test_34_a_field_with_the_name_of_a_secret_is_empty(name: str) -> None:
    assert redacted({name: "anything"}) == {name: REDACTED}
    assert redacted({"a": {name: {"b": "c"}}}) == {"a": {name: REDACTED}}
    assert redacted({name: None}) == {name: None}


def test_what_is_public_is_left_alone() -> None:
    public = {
        "event": "request_failed",
        "key_id": "MOSAICFS_7F3A9B2C1D4E5F6A",
        "node_id": "node-laptop",
        "file_id": "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
        "path": "/api/files/x/content",
        "status": 401,
        "code": 3,
        "duration_ms": 1.5,
        "is_local": True,
        "public_key": "ed25519:A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
        "time": "2026-02-16T09:22:00Z",
    }
    assert redacted(public) == public


def test_what_is_very_deep_is_cut_off() -> None:
    deep: list[object] = []
    deep.append(deep)
    assert "list" in repr(redacted({"a": deep}))


@given(st.text())
def test_a_harmless_text_is_one_line_that_moves_nothing(text: str) -> None:
    shown = harmless(text)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in shown)


@given(st.text())
def test_no_line_of_many_begins_like_a_line_of_its_own(text: str) -> None:
    _, *others = harmless_lines(text).split("\n")
    assert all(line.startswith("  ") for line in others)
    assert len(others) == text.count("\n")

"""A token is good for one subject, until one time, for one session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.identity.vectors import INSTANCE, drawn
from mosaicfs.identity.download_tokens import DownloadToken, read, token_of
from mosaicfs.identity.key_derivation import derived

KEY = drawn(0x20, 32)
FILE = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
EXPIRY, SID = 1771240920, "3f6c2b1a9d8e4f70a1b2c3d4e5f60718"
TOKEN = f"{EXPIRY}.{SID}.6e47d6730ab67d1a758b6aa41d4f330e8b30b3a9f23b739b88939ef2ef86578c"


def test_the_worked_value_in_both_directions() -> None:
    assert token_of(KEY, INSTANCE, FILE, EXPIRY, SID) == TOKEN
    assert read(TOKEN, KEY, INSTANCE, FILE) == DownloadToken(EXPIRY, SID)
    assert derived(KEY, INSTANCE, "mosaicfs download token 1").hex() == (
        "de4201b1694133b28c44d8328b523bee41e2d430996dc25382e3caada829e933"
    )


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_changed_character_does_not_fit(at: int, character: str) -> None:
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    assert changed == TOKEN or read(changed, KEY, INSTANCE, FILE) is None


@pytest.mark.parametrize("subject", [FILE[:-1] + "e", "backup:full", ""])
def test_it_is_for_one_subject(subject: str) -> None:
    assert read(TOKEN, KEY, INSTANCE, subject) is None


def test_it_is_of_one_key_and_one_instance() -> None:
    assert read(TOKEN, drawn(0x21, 32), INSTANCE, FILE) is None
    assert read(TOKEN, KEY, INSTANCE.replace("7", "8"), FILE) is None


def test_what_stands_in_a_part_cannot_slip_into_the_next() -> None:
    """`dl:a:1:b` must not be what two different tokens sign."""
    moved = token_of(KEY, INSTANCE, "backup", EXPIRY, SID)
    assert read(moved, KEY, INSTANCE, f"backup:{EXPIRY}") is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", TOKEN + "\n", " " + TOKEN, TOKEN.upper(), "0" + TOKEN, f"{TOKEN}.x", f"١{TOKEN[1:]}"]
)
def test_what_is_no_token_is_nothing(text: str) -> None:
    assert read(text, KEY, INSTANCE, FILE) is None

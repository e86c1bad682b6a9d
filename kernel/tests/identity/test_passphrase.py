"""What a passphrase locks, another program of the same format opens, and a wrong one does not."""

from __future__ import annotations

import pyrage
import pytest

from mosaicfs.identity.passphrase import MOST_LOG_WORK, NotLockedError, WrongPassphraseError, locked, unlocked

QUICK = 4
CHUNK = 64 * 1024
WORD = "four words of mine"


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_another_program_of_the_format_opens_it(size: int) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    sealed = locked(content[:size], WORD, QUICK)
    assert pyrage.passphrase.decrypt(sealed, WORD) == content[:size]
    assert unlocked(sealed, WORD, "x") == content[:size]


@pytest.mark.patient
def test_what_another_program_has_locked_opens() -> None:
    content = b"secret" * 20_000
    assert unlocked(pyrage.passphrase.encrypt(content, WORD), WORD, "x") == content


def test_a_wrong_passphrase_is_told_apart_from_damage() -> None:
    sealed = locked(b"secret" * 20_000, WORD, QUICK)
    with pytest.raises(WrongPassphraseError):
        unlocked(sealed, WORD + " ", "keys.age")
    end = sealed.index(b"\n---")
    for broken in (
        b"",
        b"Salted__" + sealed,
        sealed[: end + 20],
        sealed[:-1],
        sealed[: -(len(sealed) // 3)],
        sealed[: sealed.index(b"\n", end + 2) + 1],
        sealed + b"x",
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
    ):
        with pytest.raises(NotLockedError, match=r"^keys\.age "):
            unlocked(broken, WORD, "keys.age")


def test_chunks_cannot_be_left_out_or_change_places() -> None:
    sealed = locked(b"a" * CHUNK + b"b" * CHUNK + b"c", WORD, QUICK)
    begin = sealed.index(b"\n", sealed.index(b"\n---") + 1) + 1 + 16
    first, second, last = (sealed[begin + at * (CHUNK + 16) :][: CHUNK + 16] for at in range(3))
    for order in ((second, first, last), (first, last), (first, second), (first, second, last, last)):
        with pytest.raises(NotLockedError, match="damaged"):
            unlocked(sealed[:begin] + b"".join(order), WORD, "x")


def test_a_header_that_would_keep_us_busy_is_not_tried() -> None:
    sealed = locked(b"x", WORD, QUICK).replace(b" 4\n", b" %d\n" % (MOST_LOG_WORK + 1), 1)
    with pytest.raises(NotLockedError, match="memory"):
        unlocked(sealed, WORD, "x")

"""A seal opens with its key at its place, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.identity.vectors import INSTANCE, KEY_ID, SIGNING_KEY, drawn
from mosaicfs.identity.key_derivation import derived
from mosaicfs.identity.sealing import BadSealError, Sealer

KEY = drawn(0x40, 32)
PLACE = f"credential::{KEY_ID}#sealed_signing_key"
SEALED = "sealed1:YGFiY2RlZmdoaWprGvclBilz7dzhgosWGeC6kooJCdYclgc8xqKgxlo7jl98U_ZylJEipL_cQGnZOlsN"
SEALER = Sealer(KEY, INSTANCE)


def test_the_worked_value_in_both_directions() -> None:
    fixed = Sealer(KEY, INSTANCE, randomness=lambda count: drawn(0x60, count))
    assert fixed.seal(SIGNING_KEY, PLACE) == SEALED
    assert SEALER.open(SEALED, PLACE) == SIGNING_KEY
    assert derived(KEY, INSTANCE, "mosaicfs seal 1").hex() == (
        "591266815420fdca01762967ec8e26da575e505e58119e3c0cdd383938cad233"
    )


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_and_is_sealed_anew_each_time(plain: bytes, about: str) -> None:
    sealed = SEALER.seal(plain, about)
    assert SEALER.open(sealed, about) == plain
    assert SEALER.seal(plain, about) != sealed


@pytest.mark.parametrize(
    "about",
    [
        f"credential::{KEY_ID}#secret_key_hash",
        "credential::MOSAICFS_0000000000000000#sealed_signing_key",
        f"credential::{KEY_ID}",
        "",
    ],
)
def test_a_seal_that_was_moved_does_not_open(about: str) -> None:
    with pytest.raises(BadSealError, match="does not open"):
        SEALER.open(SEALED, about)


@pytest.mark.parametrize(
    "other",
    [
        Sealer(drawn(0x41, 32), INSTANCE),
        Sealer(KEY, INSTANCE.replace("0", "1")),
        Sealer(KEY, INSTANCE, "mosaicfs host seal 1"),
    ],
    ids=["another key", "another instance", "another purpose"],
)
def test_another_sealer_does_not_open_it(other: Sealer) -> None:
    with pytest.raises(BadSealError):
        other.open(SEALED, PLACE)


@given(st.integers(0, len(SEALED) - 1), st.characters())
def test_a_changed_character_does_not_open(at: int, character: str) -> None:
    changed = SEALED[:at] + character + SEALED[at + 1 :]
    if changed != SEALED:
        with pytest.raises(BadSealError):
            SEALER.open(changed, PLACE)


@pytest.mark.parametrize(
    "text", ["", "sealed1:", "sealed1:AAAA", SEALED.removeprefix("sealed1:"), SEALED[:-1], SEALED + "="]
)
def test_what_is_no_seal_does_not_open(text: str) -> None:
    with pytest.raises(BadSealError):
        SEALER.open(text, PLACE)

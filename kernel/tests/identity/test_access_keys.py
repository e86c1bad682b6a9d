"""A secret is known by its hash only, and signs without being sent."""

import re

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.identity.vectors import KEY_ID, SECRET, SIGNING_KEY
from mosaicfs.identity.access_keys import (
    dummy_hash,
    hash_of,
    is_access_key_id,
    is_outdated,
    is_secret,
    new_access_key,
    signing_key,
)
from mosaicfs.identity.key_derivation import derived

pytestmark = pytest.mark.patient


def test_the_signing_key_is_the_worked_value() -> None:
    assert signing_key(KEY_ID, SECRET) == SIGNING_KEY


@given(st.binary(min_size=1, max_size=80), st.text("abc-0123456789", max_size=60), st.text("abc ", max_size=60))
def test_keys_are_derived_as_the_library_derives_them(key: bytes, salt: str, info: str) -> None:
    theirs = HKDF(SHA256(), 32, salt.encode(), info.encode()).derive(key)
    assert derived(key, salt, info) == theirs


def test_a_new_pair_has_its_form_and_is_another_each_time() -> None:
    first, second = new_access_key(), new_access_key()
    assert is_access_key_id(first.access_key_id)
    assert re.fullmatch(r"mosaicfs_[A-Za-z0-9_-]{43}", first.secret)
    assert {*first}.isdisjoint(second)


@pytest.mark.parametrize(
    "text", ["", KEY_ID.lower(), KEY_ID[:-1], f"{KEY_ID}0", f"{KEY_ID}\n", KEY_ID.replace("7", "G")]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_access_key_id(text)


def test_a_hash_fits_its_secret_and_no_other() -> None:
    hashed = hash_of(SECRET)
    assert re.fullmatch(r"argon2id:\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", hashed)
    assert is_secret(hashed, SECRET)
    for wrong in (SECRET[:-1] + "9", SECRET[:-1], "", hashed, "\0", "ü" * 52):
        assert not is_secret(hashed, wrong)
    assert not is_outdated(hashed)


@pytest.mark.parametrize(
    "hashed", ["", "argon2id:", "argon2id:$argon2id$x", "$argon2id$v=19$m=8,t=1,p=1$AA$AA", SECRET]
)
def test_what_is_no_hash_fits_nothing_and_is_outdated(hashed: str) -> None:
    assert not is_secret(hashed, SECRET)
    assert is_outdated(hashed)


def test_a_hash_of_other_parameters_still_fits_and_is_outdated() -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only here

    weaker = f"argon2id:{PasswordHasher(memory_cost=64, time_cost=1, parallelism=1).hash(SECRET)}"
    assert is_secret(weaker, SECRET)
    assert is_outdated(weaker)


def test_a_hash_counts_in_its_own_form_only() -> None:
    from argon2 import PasswordHasher, Type  # noqa: PLC0415 - only here

    weaker = PasswordHasher(type=Type.I).hash(SECRET)
    for hashed in (hash_of(SECRET).removeprefix("argon2id:"), f"argon2id:{weaker}", weaker):
        assert not is_secret(hashed, SECRET)
        assert is_outdated(hashed)


def test_the_dummy_is_of_the_same_parameters_and_fits_nothing() -> None:
    assert dummy_hash() is dummy_hash()
    assert not is_outdated(dummy_hash())
    assert len(dummy_hash()) == len(hash_of(SECRET))
    assert not is_secret(dummy_hash(), SECRET)

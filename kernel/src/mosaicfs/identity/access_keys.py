"""Access keys: how the pair is made, what is kept of the secret, and the key that signs in its place.

Argon2id takes 64 MiB and a good part of a second: `hash_of` and `is_secret` block and belong in a thread.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs.identity.base64url import encoded
from mosaicfs.identity.key_derivation import derived

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_FORM = "argon2id:"
_MEMORY_KIB, _TIME, _LANES, _SALT_BYTES, _HASH_BYTES = 65536, 3, 4, 16, 32
_is_access_key_id = re.compile(r"MOSAICFS_[0-9A-F]{16}").fullmatch
_is_secret_text = re.compile(r"mosaicfs_[A-Za-z0-9_-]{43}").fullmatch


class AccessKey(NamedTuple):
    access_key_id: str
    secret: str


def new_access_key() -> AccessKey:
    return AccessKey(
        f"MOSAICFS_{secrets.token_hex(8).upper()}",
        f"mosaicfs_{encoded(secrets.token_bytes(32))}",
    )


def is_access_key_id(text: str) -> bool:
    return _is_access_key_id(text) is not None


def hash_of(secret: str) -> str:
    return _FORM + _hasher().hash(secret)


def is_secret(hashed: str, secret: str) -> bool:
    """What has not the form of a secret costs the same as one that is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - who only signs needs none of it

    text = secret if _is_secret_text(secret) else "-"
    try:
        return _hasher().verify(_phc(hashed), text)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Also when it cannot be read at all."""
    from argon2.exceptions import InvalidHashError  # noqa: PLC0415 - as above

    try:
        return _hasher().check_needs_rehash(_phc(hashed))
    except InvalidHashError:
        return True


@cache
def dummy_hash() -> str:
    """What is verified for an id that nobody has: of the same cost, and nobody knows a secret that fits."""
    salt, digest = (_phc_text(secrets.token_bytes(length)) for length in (_SALT_BYTES, _HASH_BYTES))
    return f"{_FORM}$argon2id$v=19$m={_MEMORY_KIB},t={_TIME},p={_LANES}${salt}${digest}"


def signing_key(access_key_id: str, secret: str) -> bytes:
    return derived(secret.encode("ascii"), access_key_id, "mosaicfs request signing 1")


def _phc(hashed: str) -> str:
    """Empty, which is no hash, for a form that is not ours."""
    return hashed.removeprefix(_FORM) if hashed.startswith(f"{_FORM}$argon2id$") else ""


def _phc_text(value: bytes) -> str:
    """The PHC form has the plain alphabet of base64."""
    return encoded(value).replace("-", "+").replace("_", "/")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher, Type  # noqa: PLC0415 - as above

    return PasswordHasher(
        memory_cost=_MEMORY_KIB,
        time_cost=_TIME,
        parallelism=_LANES,
        salt_len=_SALT_BYTES,
        hash_len=_HASH_BYTES,
        type=Type.ID,
    )

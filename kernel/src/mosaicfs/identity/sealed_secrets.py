"""Secrets that one node alone can open: HPKE (RFC 9180) to its sealing key, in base mode.

What a seal is about, document and setting and node, is part of it, so one that is copied elsewhere does not open there.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from mosaicfs.errors import AskOwnerError
from mosaicfs.identity.base64url import decoded, encoded
from mosaicfs.identity.sealing import BadSealError

KEY_FORM = "x25519:"

_suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class BadSealingKeyError(AskOwnerError):
    def __init__(self, node_id: str) -> None:
        super().__init__(f"{node_id} has no key that secrets can be sealed to. Let it join again, then enter them.")


def secret_place(doc_id: str, key: str, node_id: str) -> str:
    """What the seal of a setting in a plugin document is about."""
    return f"{doc_id}#settings.{key}#{node_id}"


def seal_for(node_id: str, sealing_key: str, plain: str, about: str) -> str:
    """`sealing_key` as it stands in the document of the node."""
    try:
        key = X25519PublicKey.from_public_bytes(decoded(sealing_key.removeprefix(KEY_FORM)))
    except ValueError:
        raise BadSealingKeyError(node_id) from None
    return encoded(_suite.encrypt(plain.encode(), key, about.encode()))


def open_sealed(key: X25519PrivateKey, sealed: str, about: str) -> str:
    """`BadSealError` for what was sealed to another key, for another place, or was altered."""
    try:
        return _suite.decrypt(decoded(sealed), key, about.encode()).decode()
    except (InvalidTag, ValueError):
        raise BadSealError(about) from None

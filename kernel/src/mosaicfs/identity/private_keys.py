"""Private keys in files: PKCS#8 PEM, made once, and refused when they are not of the kind that they should be."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError

PrivateKey = Ed25519PrivateKey | X25519PrivateKey | EllipticCurvePrivateKey


def signing_key(files: KeyFiles, name: str) -> Ed25519PrivateKey:
    key = _own(files, name, Ed25519PrivateKey.generate)
    if not isinstance(key, Ed25519PrivateKey):
        raise _foreign(files, name, "Ed25519")
    return key


def sealing_key(files: KeyFiles, name: str) -> X25519PrivateKey:
    key = _own(files, name, X25519PrivateKey.generate)
    if not isinstance(key, X25519PrivateKey):
        raise _foreign(files, name, "X25519")
    return key


def tls_key(files: KeyFiles, name: str) -> EllipticCurvePrivateKey:
    key = _own(files, name, lambda: generate_private_key(SECP256R1()))
    if not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        raise _foreign(files, name, "P-256")
    return key


def pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _own(files: KeyFiles, name: str, make: Callable[[], PrivateKey]) -> object:
    """None for what cannot be read."""
    text = files.once(name, lambda: pem(make()))
    try:
        return load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _foreign(files: KeyFiles, name: str, kind: str) -> KeyUnsafeError:
    remedy = "Put back the key that was there, or remove it if it is lost: a new one is made, which nobody knows yet."
    return KeyUnsafeError(files.place(name), f"is not a private key of the kind {kind} in PEM", remedy)

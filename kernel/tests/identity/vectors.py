"""The worked values of the specification. All keys are test keys."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

INSTANCE = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
KEY_ID = "MOSAICFS_7F3A9B2C1D4E5F6A"
SECRET = "mosaicfs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
SIGNING_KEY = bytes.fromhex("4b0bb667b7596387bf575e72707d1374de49b2c022de37b17072d05d08f70498")

WHEN = "2026-02-16T09:22:00Z"
MOMENT = 1_771_233_720.0


def clock() -> float:
    return MOMENT


def drawn(first: int, count: int) -> bytes:
    """The nonces of the vectors are runs of bytes that count up."""
    return bytes(range(first, first + count))


ED25519 = Ed25519PrivateKey.from_private_bytes(drawn(0x00, 32))
PUBLIC = "ed25519:A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"

"""Bytes that a passphrase locks, in the format of age (age-encryption.org/v1, its recipient `scrypt`), so that programs
of that format open them without MosaicFS too.

How hard a passphrase is to guess is fixed here and does not follow the speed of this machine: what a quick one has
locked must open on a slow one.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as BadBase64Error
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mosaicfs.errors import AskOwnerError

LOG_WORK, MOST_LOG_WORK = 17, 22
"""2^17 takes 128 MiB and half a second. More than 2^22, which is 4 GiB, is a file that only wants to keep us busy."""

_VERSION = b"age-encryption.org/v1"
_HEADER = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---) "
    rb"([A-Za-z0-9+/]{43})\n"
)
_CHUNK, _TAG, _NONCE = 64 * 1024, 16, 16
_FIRST = bytes(12)


class WrongPassphraseError(AskOwnerError):
    def __init__(self, what: str) -> None:
        super().__init__(f"This passphrase does not open {what}. Nothing was changed; try again with the right one.")


class NotLockedError(AskOwnerError):
    def __init__(self, what: str, trouble: str) -> None:
        super().__init__(f"{what} cannot be used: {trouble}. Nothing was changed; take another copy of it.")


def locked(content: bytes, passphrase: str, log_work: int = LOG_WORK) -> bytes:
    """Takes about half a second on purpose, as does each try to open it."""
    file_key, salt = secrets.token_bytes(16), secrets.token_bytes(16)
    sealed = ChaCha20Poly1305(_wrapping_key(passphrase, salt, log_work)).encrypt(_FIRST, file_key, None)
    stanza = b"-> scrypt %b %d\n%b\n" % (_text(salt), log_work, _text(sealed))
    header = _VERSION + b"\n" + stanza + b"---"
    nonce = secrets.token_bytes(_NONCE)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    chunks = [content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK)] or [b""]
    payload = b"".join(cipher.encrypt(each, chunk, None) for each, chunk in _numbered(chunks))
    return header + b" " + _text(_mac(file_key, header).finalize()) + b"\n" + nonce + payload


def unlocked(content: bytes, passphrase: str, what: str) -> bytes:
    """`what` is its name for people. `WrongPassphraseError`; `NotLockedError` for what is damaged or something else."""
    header = _HEADER.match(content)
    if header is None:
        raise NotLockedError(what, "it is not a file that was locked with a passphrase by age")
    signed, salt, log_work, sealed, mac = header.groups()
    if int(log_work) > MOST_LOG_WORK:
        raise NotLockedError(what, f"to try a passphrase would take a memory of 2^{int(log_work) - 20} GiB")
    try:
        key = _wrapping_key(passphrase, _bytes(salt), int(log_work))
        file_key = ChaCha20Poly1305(key).decrypt(_FIRST, _bytes(sealed), None)
    except (InvalidTag, BadBase64Error):
        raise WrongPassphraseError(what) from None
    try:
        _mac(file_key, signed).verify(_bytes(mac))
        return _opened(file_key, content[header.end() :])
    except (InvalidTag, InvalidSignature, BadBase64Error):
        raise NotLockedError(what, "it is damaged") from None


def _opened(file_key: bytes, payload: bytes) -> bytes:
    """`InvalidTag` unless every chunk is there, in its place, and the last one is the last."""
    cipher = ChaCha20Poly1305(_derived(file_key, payload[:_NONCE], b"payload"))
    size = _CHUNK + _TAG
    chunks = [payload[at : at + size] for at in range(_NONCE, len(payload), size)]
    if not chunks or len(chunks[-1]) < _TAG:
        raise InvalidTag
    return b"".join(cipher.decrypt(each, chunk, None) for each, chunk in _numbered(chunks))


def _numbered(chunks: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each with its nonce, by which none can be left out, moved, or cut off at the end."""
    for number, chunk in enumerate(chunks):
        yield number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk


def _wrapping_key(passphrase: str, salt: bytes, log_work: int) -> bytes:
    return Scrypt(salt=_VERSION + b"/scrypt" + salt, length=32, n=1 << log_work, r=8, p=1).derive(passphrase.encode())


def _mac(file_key: bytes, header: bytes) -> HMAC:
    mac = HMAC(_derived(file_key, b"", b"header"), SHA256())
    mac.update(header)
    return mac


def _derived(file_key: bytes, salt: bytes, about: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, about).derive(file_key)


def _text(content: bytes) -> bytes:
    return b64encode(content).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4), validate=True)

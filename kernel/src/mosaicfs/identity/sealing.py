"""Values that lie in documents or files and open only with a key that does not: AES-256-GCM.

What a seal is about (document and field, or a file's place) is part of it, so a seal that is copied to another place
does not open there.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mosaicfs.errors import GiveUpError
from mosaicfs.identity.base64url import decoded, encoded
from mosaicfs.identity.key_derivation import derived

_FORM = "sealed1:"
_NONCE_BYTES = 12


class BadSealError(GiveUpError):
    def __init__(self, about: str) -> None:
        super().__init__(f"{about} does not open: it was sealed with another key or for another place. Enter it again.")


class Sealer:
    def __init__(
        self,
        key: bytes,
        salt: str,
        info: str = "mosaicfs seal 1",
        *,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._cipher = AESGCM(derived(key, salt, info))
        self._randomness = randomness

    def seal(self, plain: bytes, about: str) -> str:
        """`about` is `<document id>#<field>`, or the path of a file below `<state>`."""
        nonce = self._randomness(_NONCE_BYTES)
        return _FORM + encoded(nonce + self._cipher.encrypt(nonce, plain, about.encode()))

    def open(self, sealed: str, about: str) -> bytes:
        try:
            box = decoded(sealed.removeprefix(_FORM)) if sealed.startswith(_FORM) else b""
            return self._cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            raise BadSealError(about) from None

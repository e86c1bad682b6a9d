"""Keys of scope `metrics` and `mirror`: programs that know nothing but HTTP Basic.

A right answer is remembered for ten minutes, since a hash takes long and they ask often. What is remembered counts only
while the key itself does.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from binascii import Error as BadBase64
from typing import Literal, NamedTuple

from mosaicfs.model.times import Clock
from mosaicfs_control.auth.credentials import Credentials
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.rest.refusals import unauthorized

REMEMBERED_S = 600.0
MOST = 1_000


class _Good(NamedTuple):
    key_id: str
    hashed: str
    until: float


class Machines:
    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._process_key = secrets.token_bytes(32)
        self._good: dict[bytes, _Good] = {}

    async def verify(self, parameters: str, scope: Literal["metrics", "mirror"]) -> Principal:
        """What follows `Basic `. `ApiError` `unauthorized` for all that is wrong, also for a key of another scope."""
        name, secret = _read(parameters)
        if not self.remembers(parameters):
            found = self._credentials.get(name)
            hashed = None if found is None else found.secret_key_hash
            if not await self._credentials.hashes.fits(hashed, secret):
                raise unauthorized()
            self._remember(self._mark(name, secret), name, hashed or "")
        if self._credentials.scope_of(name) != scope:
            raise unauthorized()
        return Principal("machine", name, scope)

    def remembers(self, parameters: str) -> bool:
        """Whether this was right within ten minutes, and the secret is still the same."""
        name, secret = _read(parameters)
        good, found = self._good.get(self._mark(name, secret)), self._credentials.get(name)
        if good is None or found is None:
            return False
        return good.until > self._clock() and good.hashed == found.secret_key_hash

    def _mark(self, name: str, secret: str) -> bytes:
        return hmac.digest(self._process_key, f"{name}:{secret}".encode(), "sha256")

    def _remember(self, mark: bytes, name: str, hashed: str) -> None:
        if len(self._good) >= MOST:
            del self._good[next(iter(self._good))]
        self._good[mark] = _Good(name, hashed, self._clock() + REMEMBERED_S)

    def forget(self, key_id: str) -> None:
        self._good = {mark: good for mark, good in self._good.items() if good.key_id != key_id}


def _read(parameters: str) -> tuple[str, str]:
    """Empty for what is no pair: it is verified, and fails, like a wrong one."""
    try:
        name, _, secret = b64decode(parameters.strip(), validate=True).decode().partition(":")
    except (BadBase64, UnicodeDecodeError, ValueError):
        return "", ""
    return name, secret

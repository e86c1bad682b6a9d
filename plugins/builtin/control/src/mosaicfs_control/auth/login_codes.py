"""One-time links into the web page: made by who is signed in already, good once, in memory only."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NamedTuple

from mosaicfs.identity.base64url import encoded
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.limits import rate_limited
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.rest.refusals import ApiError

LIFE_S = 600
BYTES = 16
MOST = 100


class LoginCode(NamedTuple):
    code: str
    expires_at: float


class _Open(NamedTuple):
    maker: str
    expires_at: float


class LoginCodes:
    """By hash: a memory dump gives none away."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, _Open] = {}

    def create(self, maker: Principal) -> LoginCode:
        """Who signs in with it is its maker. `ApiError` 403 unless the maker may change things itself."""
        if maker.kind not in ("owner", "access_key") or not maker.may_change:
            raise ApiError("forbidden", "Login codes are made by the owner or with an access key of scope full.")
        now = self._clock()
        self._open = {hashed: one for hashed, one in self._open.items() if one.expires_at > now}
        if len(self._open) >= MOST:
            raise rate_limited(min(one.expires_at for one in self._open.values()) - now)
        code, expires_at = encoded(secrets.token_bytes(BYTES)), now + LIFE_S
        self._open[_hashed(code)] = _Open(maker.name, expires_at)
        return LoginCode(code, expires_at)

    def redeem(self, code: str) -> str | None:
        """Who made it, once; None for a code that is unknown, used or too old."""
        found = self._open.pop(_hashed(code), None)
        return found.maker if found is not None and found.expires_at > self._clock() else None


def _hashed(code: str) -> str:
    return sha256(code.encode()).hexdigest()

"""JWTs of people and scripts that have signed in. A token counts as long as it is remembered here.

Every token that was issued is kept in `auth.db` until it is over, so signing out is forgetting it, also for all tokens
of a key at once, and a lost `auth.db` signs everybody out instead of letting somebody in again.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple, Protocol

import jwt

from mosaicfs.identity.signatures import audience
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.auth_db import AuthDb
from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.auth.jwt_keys import JwtKeys
from mosaicfs_control.auth.principal import OWNER, Kind, Principal, Scope
from mosaicfs_control.rest.refusals import ApiError, unauthorized

LIFE_S = 86_400
AFTERLIFE_S = 7_200
"""How much longer a token is remembered: a download that was begun with it in its last minute lasts that long."""
ALGORITHM = "HS256"
_CLAIMS = ["iss", "aud", "sub", "jti", "iat", "exp", "scope"]


class Issued(NamedTuple):
    token: str
    principal: Principal
    expires_at: float


class Keys(Protocol):
    """What is asked of the access keys."""

    def scope_of(self, key_id: str) -> str: ...


class _Live(NamedTuple):
    sub: str
    expires_at: float


class Tokens:
    def __init__(
        self, db: AuthDb, keys: JwtKeys, credentials: Keys, endings: Endings, *, instance_id: str, clock: Clock
    ) -> None:
        self._db = db
        self._keys = keys
        self._credentials = credentials
        self._endings = endings
        self._instance_id = instance_id
        self._clock = clock
        self._live: dict[str, _Live] = {}

    async def load(self) -> None:
        await self._db.write("DELETE FROM tokens WHERE expires_at <= ?", self._clock() - AFTERLIFE_S)
        rows = await self._db.read("SELECT jti, sub, expires_at FROM tokens")
        self._live = {jti: _Live(sub, expires_at) for jti, sub, expires_at in rows}

    async def issue(self, sub: str, scope: Scope) -> Issued:
        """`sub` is an access key id or `owner`; that it may is settled before."""
        now = int(self._clock())
        jti, expires_at = secrets.token_hex(16), now + LIFE_S
        claims = {
            "iss": self._instance_id,
            "aud": audience(self._instance_id),
            "sub": sub,
            "jti": jti,
            "iat": now,
            "exp": expires_at,
            "scope": scope,
        }
        key = self._keys.current
        token = jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.kid})
        await self._forget_old()
        await self._db.write("INSERT INTO tokens VALUES (?, ?, ?)", jti, sub, expires_at)
        self._live[jti] = _Live(sub, expires_at)
        return Issued(token, Principal(_kind_of(sub), sub, scope, jti, expires_at), expires_at)

    def verify(self, token: str) -> Principal:
        """`ApiError` `unauthorized` for all that is wrong, `token_expired` where only the time is."""
        claims = self._claims(token)
        sub, jti, expires_at = claims.get("sub"), claims.get("jti"), claims.get("exp")
        if not (isinstance(sub, str) and isinstance(jti, str) and isinstance(expires_at, int)):
            raise unauthorized()
        live = self._live.get(jti)
        scope = self.scope_of(sub)
        if live is None or live.sub != sub or not scope:
            raise unauthorized()
        if expires_at <= self._clock():
            raise ApiError("token_expired", "This sign-in has ended; sign in again.")
        return Principal(_kind_of(sub), sub, scope, jti, expires_at)

    def is_live(self, jti: str) -> bool:
        """Neither signed out nor forgotten, and whoever it stands for may still sign in. The expiry is not judged."""
        live = self._live.get(jti)
        return live is not None and bool(self.scope_of(live.sub))

    def name_of(self, jti: str) -> str:
        """Who signed in; empty for a token that is not remembered."""
        live = self._live.get(jti)
        return "" if live is None else live.sub

    def scope_of(self, sub: str) -> Scope:
        """What a token of this name may now; empty for nothing."""
        if sub == OWNER.name:
            return OWNER.scope
        match self._credentials.scope_of(sub):
            case "full":
                return "full"
            case "read":
                return "read"
        return ""

    async def revoke(self, jti: str) -> None:
        """With the sessions, streams and downloads that were made from it."""
        await self._db.write("DELETE FROM tokens WHERE jti = ?", jti)
        self._live.pop(jti, None)
        self._endings.end(lambda principal: principal.token_id == jti)

    async def revoke_all(self, sub: str) -> None:
        """Every token of an access key, or of the owner."""
        await self._db.write("DELETE FROM tokens WHERE sub = ?", sub)
        self._live = {jti: live for jti, live in self._live.items() if live.sub != sub}
        self._endings.end(lambda principal: principal.name == sub and bool(principal.token_id))

    def _claims(self, token: str) -> dict[str, object]:
        try:
            head = jwt.get_unverified_header(token)
            key = self._keys.by_id(head.get("kid"))
            if key is None or head.get("alg") != ALGORITHM:
                raise unauthorized()
            return jwt.decode(
                token,
                key.secret,
                algorithms=[ALGORITHM],
                audience=audience(self._instance_id),
                issuer=self._instance_id,
                options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "strict_aud": True},
            )
        except jwt.InvalidTokenError:
            raise unauthorized() from None

    async def _forget_old(self) -> None:
        over = self._clock() - AFTERLIFE_S
        if any(live.expires_at <= over for live in self._live.values()):
            await self._db.write("DELETE FROM tokens WHERE expires_at <= ?", over)
            self._live = {jti: live for jti, live in self._live.items() if live.expires_at > over}


def _kind_of(sub: str) -> Kind:
    return "owner" if sub == OWNER.name else "access_key"

"""A browser's sessions for the replication protocol: one hour each, and never longer than the token they come from."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NamedTuple

from mosaicfs.identity.base64url import encoded
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.auth_db import AuthDb
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.auth.tokens import Tokens
from mosaicfs_control.rest.refusals import ApiError, unauthorized

LIFE_S = 3_600
BYTES = 32


class Session(NamedTuple):
    token: str
    expires_at: float


class Sessions:
    """Only the hash of a session is kept. It counts as long as its token does."""

    def __init__(self, db: AuthDb, tokens: Tokens, clock: Clock) -> None:
        self._db = db
        self._tokens = tokens
        self._clock = clock
        self._open: dict[str, Principal] = {}

    async def load(self) -> None:
        await self._db.write("DELETE FROM sessions WHERE expires_at <= ?", self._clock())
        for hashed, sub, jti, expires_at in await self._db.read("SELECT hash, sub, jti, expires_at FROM sessions"):
            self._open[hashed] = Principal("session", sub, "", jti, expires_at)

    async def create(self, principal: Principal) -> Session:
        """`ApiError` 403 for a principal without a token: a signature is no browser."""
        if not principal.token_id or principal.expires_at is None:
            raise ApiError("forbidden", "Only a browser that has signed in gets a replication session.")
        token = encoded(secrets.token_bytes(BYTES))
        expires_at = min(self._clock() + LIFE_S, principal.expires_at)
        made = Principal("session", principal.name, "", principal.token_id, expires_at)
        await self._forget_old()
        statement = "INSERT INTO sessions VALUES (?, ?, ?, ?)"
        await self._db.write(statement, _hashed(token), made.name, made.token_id, expires_at)
        self._open[_hashed(token)] = made
        return Session(token, expires_at)

    def verify(self, token: str) -> Principal:
        """`ApiError` `unauthorized`, `token_expired` where only the time is over."""
        found = self._open.get(_hashed(token))
        if found is None or found.expires_at is None or not self._tokens.is_live(found.token_id):
            raise unauthorized()
        if found.expires_at <= self._clock():
            raise ApiError("token_expired", "This replication session has ended; ask for another.")
        return found

    async def _forget_old(self) -> None:
        """Those that are over or signed out; a while after, so that a late page hears `token_expired`."""
        over = self._clock() - LIFE_S
        kept = {
            hashed: one
            for hashed, one in self._open.items()
            if (one.expires_at or 0) > over and self._tokens.is_live(one.token_id)
        }
        for hashed in self._open.keys() - kept.keys():
            await self._db.write("DELETE FROM sessions WHERE hash = ?", hashed)
        self._open = kept


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()

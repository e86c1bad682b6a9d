"""Signing in: an access key and its secret, or a one-time code, for a token and a replication session.

Whatever is wrong, the answer and the work are the same: one hash is verified for an id that nobody has, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mosaicfs.identity.access_keys import is_access_key_id
from mosaicfs_control.auth.audit import Audit
from mosaicfs_control.auth.credentials import SIGNING_SCOPES, Credentials
from mosaicfs_control.auth.limits import Limits
from mosaicfs_control.auth.login_codes import LoginCodes
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.auth.sessions import Session, Sessions
from mosaicfs_control.auth.tokens import Issued, Tokens
from mosaicfs_control.rest.refusals import ApiError, unauthorized


class LoggedIn(NamedTuple):
    token: str
    expires_at: float
    replication: Session
    principal: Principal


@dataclass(frozen=True, slots=True)
class Login:
    credentials: Credentials
    tokens: Tokens
    sessions: Sessions
    codes: LoginCodes
    limits: Limits
    audit: Audit

    async def by_key(self, access_key_id: str, secret_key: str, *, source: str, request_id: str = "") -> LoggedIn:
        """`ApiError` `unauthorized` for all that is wrong, `rate_limited` before anything is hashed."""
        self._count(access_key_id, source, request_id)
        found = self.credentials.get(access_key_id)
        hashed = None if found is None else found.secret_key_hash
        fits = await self.credentials.hashes.fits(hashed, secret_key)
        scope = self.tokens.scope_of(access_key_id)
        if found is None or not fits or not scope or found.permissions.scope not in SIGNING_SCOPES:
            raise self._failed(access_key_id, source, request_id)
        await self.credentials.renew(access_key_id, secret_key)
        await self.credentials.seen(access_key_id)
        issued = await self.tokens.issue(access_key_id, scope)
        return await self._done(issued, source, request_id)

    async def by_code(self, login_code: str, *, source: str, request_id: str = "") -> LoggedIn:
        """As `by_key`. Who made the code signs in, if he still may."""
        self._count("", source, request_id)
        maker = self.codes.redeem(login_code)
        scope = "" if maker is None else self.tokens.scope_of(maker)
        if maker is None or not scope:
            raise self._failed("", source, request_id)
        return await self._done(await self.tokens.issue(maker, scope), source, request_id)

    async def logout(self, principal: Principal, *, everywhere: bool, source: str, request_id: str = "") -> None:
        """`ApiError` 422 for who has no token and does not ask to end all of them."""
        if everywhere:
            await self.tokens.revoke_all(principal.name)
        elif principal.token_id:
            await self.tokens.revoke(principal.token_id)
        else:
            raise ApiError("validation_failed", "There is no token to end here; use all=true to end all of them.")
        detail = {"all": True} if everywhere else {}
        self.audit.note("logout", principal=principal.name, source=source, request_id=request_id, detail=detail)

    def _count(self, given: str, source: str, request_id: str) -> None:
        name = _shown(given)
        try:
            self.limits.check("login", source)
        except ApiError:
            self.audit.note(
                "login_limited", principal=name, source=source, result="rate_limited", request_id=request_id
            )
            raise

    def _failed(self, given: str, source: str, request_id: str) -> ApiError:
        name = _shown(given)
        self.audit.note("login_failed", principal=name, source=source, result="unauthorized", request_id=request_id)
        return unauthorized()

    async def _done(self, issued: Issued, source: str, request_id: str) -> LoggedIn:
        session = await self.sessions.create(issued.principal)
        self.audit.note("login_ok", principal=issued.principal.name, source=source, request_id=request_id)
        return LoggedIn(issued.token, issued.expires_at, session, issued.principal)


def _shown(given: str) -> str:
    """Whatever is no id may be a secret that was typed into the wrong field."""
    return given if is_access_key_id(given) else ""

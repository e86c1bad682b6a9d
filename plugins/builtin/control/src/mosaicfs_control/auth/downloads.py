"""Tokens in the address of one download: made for who is signed in, and dead with his sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mosaicfs.identity import download_tokens
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.credentials import Credentials
from mosaicfs_control.auth.jwt_keys import JwtKeys
from mosaicfs_control.auth.principal import OWNER, Principal
from mosaicfs_control.auth.tokens import Tokens
from mosaicfs_control.rest.refusals import ApiError, unauthorized

FILE_S = 7_200
BACKUP_S = 300


class DownloadToken(NamedTuple):
    token: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Downloads:
    keys: JwtKeys
    tokens: Tokens
    credentials: Credentials
    instance_id: str
    clock: Clock

    def issue(self, principal: Principal, subject: str, life_s: int = FILE_S) -> DownloadToken:
        """`subject` is a whole file id, or `backup:<type>` with `BACKUP_S`. `ApiError` 403 for who may not read."""
        if principal.kind not in ("owner", "access_key") or not principal.may_read:
            raise ApiError("forbidden", "Download tokens are for people and scripts that may read.")
        sid = principal.token_id or principal.name
        expiry = int(self.clock()) + life_s
        token = download_tokens.token_of(self.keys.current.secret, self.instance_id, subject, expiry, sid)
        return DownloadToken(token, life_s)

    def verify(self, token: str, subject: str) -> Principal:
        """Before anything about the file is looked up. `ApiError` `unauthorized`, or `token_expired` when only the
        time is over. The caller counts a refusal like any other 401.
        """
        read = self._read(token, subject)
        if read is None or not self._counts(read.sid):
            raise unauthorized()
        if read.expiry <= self.clock():
            raise ApiError("token_expired", "This link has expired; open the file again.")
        return self._principal(read.sid, read.expiry)

    def _read(self, token: str, subject: str) -> download_tokens.DownloadToken | None:
        tried = [download_tokens.read(token, key.secret, self.instance_id, subject) for key in self.keys.all()]
        return next((read for read in tried if read is not None), None)

    def _counts(self, sid: str) -> bool:
        return sid == OWNER.name or bool(self.tokens.scope_of(sid)) or self.tokens.is_live(sid)

    def _principal(self, sid: str, expiry: float) -> Principal:
        """Enough to end the answer when the sign-in ends; it may read this one thing and nothing else."""
        if sid == OWNER.name or self.tokens.scope_of(sid):
            return Principal("session", sid, "", "", expiry)
        return Principal("session", self.tokens.name_of(sid), "", sid, expiry)

"""Access keys: documents of the store, seen through a view in memory that is asked at every request.

The secret leaves once, in the answer that makes the key. The store holds its hash, for logins, and the key that
requests are signed with, sealed under the key of this instance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import structlog

from mosaicfs import Store, revise, wire
from mosaicfs.errors import ConflictError, MosaicError
from mosaicfs.identity.access_keys import AccessKey, new_access_key, signing_key
from mosaicfs.identity.sealing import BadSealError, Sealer
from mosaicfs.model.credential import Credential, Permissions
from mosaicfs.model.document import Document
from mosaicfs.model.ids import credential_id
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import Clock, instant, now_text
from mosaicfs_control.auth.following import Followed
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found

SCOPES = ("full", "read", "metrics", "mirror")
SIGNING_SCOPES = ("full", "read")
SEEN_EVERY_S = 3600
LONGEST_NAME = 200

log = structlog.get_logger(component="auth")


class Made(msgspec.Struct, frozen=True):
    """`secret_key` is shown to whoever asked for the key, and kept nowhere."""

    credential: Credential
    secret_key: str


class Hashes(Protocol):
    """How secrets are hashed, a slow thing on purpose; a test counts its calls."""

    async def of(self, secret: str) -> str: ...

    async def fits(self, hashed: str | None, secret: str) -> bool:
        """None is an unknown key: as much work, and never true."""

    def is_outdated(self, hashed: str) -> bool: ...


@dataclass(slots=True)
class Credentials:
    store: Store
    sealer: Sealer
    hashes: Hashes
    clock: Clock
    changed: Callable[[str, Credential | None], None] = lambda _name, _credential: None
    """Called after each change of a key, whoever made it; None is gone."""
    followed: Followed[Credential] = field(init=False)
    _seen: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.followed = Followed(self.store, "credential", Credential, self._tell)

    # --- who may --------------------------------------------------------------------------------------------------

    def get(self, key_id: str) -> Credential | None:
        return self.followed.get(key_id)

    def list(self, *, enabled: bool | None = None) -> Sequence[Credential]:
        """By key id."""
        return [one for one in self.followed if enabled is None or one.enabled == enabled]

    def is_enabled(self, key_id: str) -> bool:
        found = self.get(key_id)
        return found is not None and found.enabled and not self._is_expired(found)

    def is_secured(self) -> bool:
        """Whether anybody could sign in over the network: what a listener beyond loopback needs."""
        return any(self.scope_of(one.access_key_id) in SIGNING_SCOPES for one in self.followed)

    def scope_of(self, key_id: str) -> str:
        """Empty for a key that may do nothing now."""
        found = self.get(key_id)
        return found.permissions.scope if found is not None and self.is_enabled(key_id) else ""

    def signing_key(self, key_id: str) -> bytes | None:
        """None where nobody may sign as this key: unknown, disabled, expired, of another scope, sealed elsewhere."""
        found = self.get(key_id)
        if found is None or self.scope_of(key_id) not in SIGNING_SCOPES:
            return None
        return self._opened(found)

    # --- changes --------------------------------------------------------------------------------------------------

    async def create(self, name: str, scope: str = "full", expires_at: str | None = None) -> Made:
        """`ApiError` 422 for a name, scope or time that cannot be."""
        _require_name(name)
        if scope not in SCOPES:
            raise invalid("scope", f"must be one of {', '.join(SCOPES)}")
        self._require_future(expires_at)
        key = new_access_key()
        credential = Credential(
            access_key_id=key.access_key_id,
            secret_key_hash=await self.hashes.of(key.secret),
            sealed_signing_key=self._sealed(key),
            permissions=Permissions(scope=scope),
            name=name,
            enabled=True,
            created_at=now_text(self.clock),
            expires_at=expires_at,
        )
        document = Document(credential_id(key.access_key_id), "", wire.encode(credential))
        (row,) = await self.store.write([document], writer=CONTROL)
        if row.error:
            raise ApiError("conflict", f"The store does not take the access key: {row.reason}.")
        await self.followed.refresh(key.access_key_id)
        return Made(credential, key.secret)

    async def change(
        self,
        key_id: str,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        expires_at: str | msgspec.UnsetType | None = msgspec.UNSET,
    ) -> Credential:
        """What is not given stays. None as `expires_at` is a key that lasts."""
        if name is not None:
            _require_name(name)
        if not isinstance(expires_at, msgspec.UnsetType):
            self._require_future(expires_at)

        def decide(found: Credential) -> Credential:
            return msgspec.structs.replace(
                found,
                name=found.name if name is None else name,
                enabled=found.enabled if enabled is None else enabled,
                expires_at=found.expires_at if isinstance(expires_at, msgspec.UnsetType) else expires_at,
            )

        return await self._revise(key_id, decide)

    async def delete(self, key_id: str) -> None:
        """Gone for good: an access key that was deleted cannot be enabled again."""
        doc_id = credential_id(key_id)
        while (found := await self.store.get(doc_id)) is not None and not found.deleted:
            (row,) = await self.store.write([Document(doc_id, found.rev, b"{}", deleted=True)], writer=CONTROL)
            if row.error not in ("", "conflict"):
                raise ApiError("conflict", f"The store keeps the access key: {row.reason}.")
            await self.followed.refresh(key_id)
            if not row.error:
                return
        raise not_found(f"The access key {key_id}")

    async def renew(self, key_id: str, secret: str) -> None:
        """After a login, while the secret is at hand: hash and seal again what is outdated or cannot be opened."""
        found = self.get(key_id)
        if found is None:
            return
        changes = {}
        if self.hashes.is_outdated(found.secret_key_hash):
            changes["secret_key_hash"] = await self.hashes.of(secret)
        if self._opened(found) is None:
            changes["sealed_signing_key"] = self._sealed(AccessKey(key_id, secret))
        if changes:
            with suppress(ApiError):  # it was deleted meanwhile, and its tokens count no more
                await self._revise(key_id, lambda now: msgspec.structs.replace(now, **changes))

    async def seen(self, key_id: str) -> None:
        """Stored at most hourly; a store that cannot take it now costs nobody an answer."""
        if not self.is_due(key_id):
            return
        self._seen[key_id] = self.clock()
        try:
            await self._revise(key_id, lambda now: msgspec.structs.replace(now, last_seen=now_text(self.clock)))
        except (MosaicError, ApiError) as trouble:
            log.warning("when a key was last seen could not be stored", key_id=key_id, cause=str(trouble))

    def is_due(self, key_id: str) -> bool:
        """Whether it is an hour since this key was seen."""
        found = self.get(key_id)
        if found is None:
            return False
        stored = instant(found.last_seen) / 1_000_000 if found.last_seen else 0.0
        return self.clock() - max(stored, self._seen.get(key_id, 0.0)) >= SEEN_EVERY_S

    async def _revise(self, key_id: str, decide: Callable[[Credential], Credential]) -> Credential:
        try:
            after = await revise(
                self.store,
                credential_id(key_id),
                CONTROL,
                Credential,
                lambda found: None if found is None else decide(found),
            )
        except ConflictError:
            raise ApiError("conflict", "The access key changes too often right now; ask again.") from None
        if after is None:
            raise not_found(f"The access key {key_id}")
        await self.followed.refresh(key_id)
        return after

    def _tell(self, key_id: str, now: Credential | None) -> None:
        self.changed(key_id, now)

    # --- keys -----------------------------------------------------------------------------------------------------

    def _sealed(self, key: AccessKey) -> str:
        return self.sealer.seal(signing_key(key.access_key_id, key.secret), _about(key.access_key_id))

    def _opened(self, credential: Credential) -> bytes | None:
        try:
            return self.sealer.open(credential.sealed_signing_key, _about(credential.access_key_id))
        except BadSealError:
            return None

    def _is_expired(self, credential: Credential) -> bool:
        return credential.expires_at is not None and instant(credential.expires_at) / 1_000_000 <= self.clock()

    def _require_future(self, expires_at: str | None) -> None:
        if expires_at is None:
            return
        try:
            at = instant(expires_at)
        except ValueError:
            raise invalid("expires_at", "must be a time like 2026-01-15T14:30:00Z") from None
        if at / 1_000_000 <= self.clock():
            raise invalid("expires_at", "lies in the past; disable or delete the key instead")


def _about(key_id: str) -> str:
    return f"{credential_id(key_id)}#sealed_signing_key"


def _require_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise invalid("name", f"must have 1 to {LONGEST_NAME} visible characters")

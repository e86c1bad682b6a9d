"""An access key of a person or script. Never leaves the control plane's store but in backups and mirrors."""

from __future__ import annotations

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time


class Permissions(Noun, frozen=True, kw_only=True):
    """`full` or a narrower scope."""

    scope: str


class Credential(Noun, frozen=True, kw_only=True, tag_field="type", tag="credential"):
    access_key_id: str
    secret_key_hash: str
    sealed_signing_key: str
    permissions: Permissions
    name: str
    enabled: bool
    created_at: Time
    expires_at: Time | None = None
    last_seen: Time | None = None

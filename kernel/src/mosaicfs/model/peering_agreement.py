"""What was agreed with another instance."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time


class Share(Noun, frozen=True, kw_only=True):
    directory_id: str
    mount_id: str


class PeeringAgreement(Noun, frozen=True, kw_only=True, tag_field="type", tag="peering_agreement"):
    """Pending until both sides have confirmed. `shares` limits what their mounts may export to this peer."""

    peer_instance_id: str
    peer_name: str
    peer_endpoint: str
    peer_public_key: str
    ca_fingerprint: str
    shares: Literal["all"] | tuple[Share, ...]
    direction: Literal["outbound", "inbound", "bilateral"]
    status: Literal["pending", "active", "suspended"]
    local_confirmed_at: Time | None = None
    peer_confirmed_at: Time | None = None
    expires_at: Time | None = None
    created_at: Time

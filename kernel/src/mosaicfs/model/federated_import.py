"""An export of a peer that appears below `/federation` here."""

from __future__ import annotations

from mosaicfs.model.noun import Count, Noun, written
from mosaicfs.model.times import Time


class FederatedImport(Noun, frozen=True, kw_only=True, tag_field="type", tag="federated_import"):
    peer_instance_id: str
    export: str
    local_path: str
    poll_interval_s: Count = written(300)
    enabled: bool
    created_at: Time

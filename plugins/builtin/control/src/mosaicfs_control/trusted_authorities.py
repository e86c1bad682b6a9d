"""Which authorities each node trusts, as its heartbeats say; kept beside the store, so that a node that has confirmed a
new one and sleeps now keeps nobody waiting after a restart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from mosaicfs import Store
from mosaicfs.errors import ConflictError

_CALLER = "node_authorities"


class _Kept(Struct, frozen=True):
    fingerprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustedAuthorities:
    store: Store

    async def told(self, node_id: str, fingerprints: tuple[str, ...]) -> None:
        """A node that says nothing is one of before: what is known of it stays."""
        found = await self.store.local_get(_CALLER, node_id)
        said = _Kept(fingerprints)
        if not fingerprints or (found is not None and msgspec.json.decode(found.body, type=_Kept) == said):
            return
        with suppress(ConflictError):  # its next heartbeat says it again
            await self.store.local_put(_CALLER, node_id, msgspec.json.encode(said), "" if found is None else found.rev)

    async def has(self, node_id: str, fingerprint: str) -> bool:
        found = await self.store.local_get(_CALLER, node_id)
        return found is not None and fingerprint in msgspec.json.decode(found.body, type=_Kept).fingerprints

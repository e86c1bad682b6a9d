"""Until when the certificate of each node is good, and by whom; kept beside the store, for no document says it.

When one has to be renewed its node is told in the answer to a heartbeat, and the node asks for a new one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import time

import msgspec
from msgspec import Struct

from mosaicfs import Store
from mosaicfs.errors import ConflictError
from mosaicfs.identity.authority import days_left
from mosaicfs.model.times import Clock

RENEWED_DAYS = 30.0
"""A node is told so many days before its certificate ends."""

_CALLER = "node_certificates"
_DAY_S = 86_400


class _Kept(Struct, frozen=True):
    """`issuer` is the fingerprint of the authority; empty in what was kept before there was a second one."""

    ends_at: int
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class NodeCertificates:
    store: Store
    clock: Clock = time

    async def issued(self, node_id: str, certificate: str, issuer: str) -> None:
        """A new one, as PEM, by the authority of that fingerprint."""
        ends_at = self.clock() + days_left(certificate, self.clock) * _DAY_S
        found = await self.store.local_get(_CALLER, node_id)
        with suppress(ConflictError):  # another was issued in the same moment, and ends as late
            body = msgspec.json.encode(_Kept(int(ends_at), issuer))
            await self.store.local_put(_CALLER, node_id, body, "" if found is None else found.rev)

    async def days_left(self, node_id: str) -> float | None:
        """None where none was issued."""
        kept = await self._kept(node_id)
        return None if kept is None else self._left(kept)

    async def is_due(self, node_id: str, issuer: str) -> bool:
        """Whether the node shall ask for another: its own ends, or another authority issues them now."""
        kept = await self._kept(node_id)
        return kept is not None and (self._left(kept) <= RENEWED_DAYS or kept.issuer != issuer)

    def _left(self, kept: _Kept) -> float:
        return (kept.ends_at - self.clock()) / _DAY_S

    async def _kept(self, node_id: str) -> _Kept | None:
        found = await self.store.local_get(_CALLER, node_id)
        return None if found is None else msgspec.json.decode(found.body, type=_Kept)

"""What replication may ask of either side, wherever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from mosaicfs.model.document import ChangePage, Document, Missing, Wanted, Written
from mosaicfs.model.replication import Fetched, PeerInfo


class Peer(Protocol):
    """Each call may be made again after any failure; none of them hands out half an answer."""

    async def info(self) -> PeerInfo: ...

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        """Rows after `since`; an empty page is the end. `wait`: not before there is one, or a minute or so is over.

        `bodies`: with the winners, as far as they can be read.
        """

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]: ...

    async def fetch(self, wanted: Sequence[Wanted]) -> Fetched: ...

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        """Rows for what was not written, at least."""

    async def local_get(self, local_id: str) -> bytes | None: ...

    async def local_put(self, local_id: str, body: bytes) -> None:
        """Replaces what is there."""


@runtime_checkable
class Forgets(Protocol):
    """A peer that gives up what the other one no longer has: the store of a node, and nothing else."""

    async def forget(self, leaves: Mapping[str, Sequence[str]], listed: Sequence[Document]) -> None:
        """Drop leaves without a tombstone, and write what the other peer lists in the place of some of them."""

"""A store of this machine as a peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import trio

from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing, Wanted, Written
from mosaicfs.model.replication import Fetched, PeerInfo
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.store import LooksIntoBodies, Store

WAIT_S: Final = 60.0
CALLER: Final = "replication"
"""Under this name the store keeps our checkpoints, apart from those of the peers that it serves."""

Chosen = Callable[[ChangeRow], bool]


class LocalPeer:
    """Writes as `role`. With `chosen` only rows it accepts are given out; it is shown the winner's body.

    `chosen` accepts no row whose body does not hold the text `naming`: a store that can passes over such rows by
    itself. While a node fetches its first copy, nearly all that is new in its database is none of its own.
    """

    def __init__(self, store: Store, *, role: Role = CONTROL, chosen: Chosen | None = None, naming: str = "") -> None:
        self._store = store
        self._role = role
        self._chosen = chosen
        self._naming = naming

    async def info(self) -> PeerInfo:
        info = await self._store.info()
        return PeerInfo(info.uuid, info.uuid, info.epoch, info.purge_seq, info.update_seq)

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        if wait:
            await self._store.wait_until_changed(since, WAIT_S)
        return await self._look(since, limit, bodies)

    async def _look(self, since: str, limit: int, bodies: bool) -> ChangePage:
        """Looks on through pages of which nothing is chosen, so an empty one is the end."""
        if self._chosen is None:
            return await self._store.changes(since, limit, bodies=bodies)
        while True:
            page = await self._possible(since, limit)
            rows = list(filter(self._chosen, page.rows))
            if rows or not page.pending or page.last_seq == since:
                return page._replace(rows=rows)
            since = page.last_seq
            await trio.lowlevel.checkpoint()

    async def _possible(self, since: str, limit: int) -> ChangePage:
        if self._naming and isinstance(self._store, LooksIntoBodies):
            return await self._store.changes_naming(self._naming, since, limit)
        return await self._store.changes(since, limit, bodies=True)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]:
        return await self._store.revs_diff(asked)

    async def fetch(self, wanted: Sequence[Wanted]) -> Fetched:
        found = await self._store.open_revs(wanted, latest=True)
        return Fetched(tuple(one for several in found for one in several if isinstance(one, Document)))

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        return await self._store.write(documents, writer=self._role, new_edits=False)

    async def forget(self, leaves: Mapping[str, Sequence[str]], listed: Sequence[Document]) -> None:
        """`listed` takes their place. What would be gone in between for a reader is back with the next commit."""
        replaced = {document.id for document in listed}
        async with trio.open_nursery() as nursery:
            for doc_id in leaves.keys() - replaced:
                nursery.start_soon(self._store.drop, doc_id, leaves[doc_id])
        if listed:
            async with trio.open_nursery() as nursery:
                for doc_id in leaves.keys() & replaced:
                    nursery.start_soon(self._store.drop, doc_id, leaves[doc_id])
            await self.write(listed)

    async def local_get(self, local_id: str) -> bytes | None:
        found = await self._store.local_get(CALLER, local_id)
        return found.body if found else None

    async def local_put(self, local_id: str, body: bytes) -> None:
        present = await self._store.local_get(CALLER, local_id)
        await self._store.local_put(CALLER, local_id, body, present.rev if present else "")

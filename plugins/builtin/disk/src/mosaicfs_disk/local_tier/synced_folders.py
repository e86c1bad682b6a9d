"""Folders of this machine that the program of a cloud keeps in step: a file in one may have a name and no bytes."""

from __future__ import annotations

import trio

from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.names import covers
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesystemsAt
from mosaicfs.model.store import Store
from mosaicfs.wire import noun_in

FRESH_S = 5.0
SYNCED = "_local"


class SyncedFolders:
    """As the documents say. What is declared anew is known within `FRESH_S` seconds."""

    def __init__(self, store: Store, node_id: str) -> None:
        self._store = store
        self._node_id = node_id
        self._known: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    async def cover(self, path: str) -> bool:
        if (found := self.cover_as_known(path)) is not None:
            return found
        self._known = frozenset(await self._read())
        self._read_at = trio.current_time()
        return self._cover(path)

    def cover_as_known(self, path: str) -> bool | None:
        """None when it is time to look."""
        return None if trio.current_time() - self._read_at > FRESH_S else self._cover(path)

    def _cover(self, path: str) -> bool:
        return any(covers(folder, path) for folder in self._known)

    async def _read(self) -> list[str]:
        node = noun_in(await self._store.get(node_doc_id(self._node_id)), Node)
        mounts = (node.network_mounts if node is not None else None) or ()
        answer = await self._store.ask(FilesystemsAt(self._node_id))
        places = [place for document in answer.documents for place in _places(noun_in(document, Filesystem))]
        return [
            *(mount.local_mount_path for mount in mounts if mount.mount_type.endswith(SYNCED)),
            *(place.local_mount_path for place in places if self._is_synced_here(place)),
        ]

    def _is_synced_here(self, place: Availability) -> bool:
        return place.node_id == self._node_id and place.mount_type.endswith(SYNCED)


def _places(filesystem: Filesystem | None) -> tuple[Availability, ...]:
    return () if filesystem is None else filesystem.availability

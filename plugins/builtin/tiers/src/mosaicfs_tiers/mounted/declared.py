"""What of this machine's folders shows a file, as the documents say. Nothing here looks at a disk."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from collections.abc import Sequence

import trio

from mosaicfs.errors import PathRefusedError
from mosaicfs.model.declared import Declared, declared_at, in_order
from mosaicfs.model.entry import Entry
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.names import is_path
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesystemsAt
from mosaicfs.model.store import Store
from mosaicfs.wire import noun_in

FRESH_S = 5.0


class Declarations:
    """Of one node. What is declared anew is known within `FRESH_S` seconds."""

    def __init__(self, store: Store, node_id: str) -> None:
        self._store = store
        self._node_id = node_id
        self._known: Sequence[Declared] = ()
        self._read_at = float("-inf")

    async def covering(self, entry: Entry) -> list[Declared]:
        """Those that would show the file, in the order to try them."""
        if trio.current_time() - self._read_at > FRESH_S:
            self._known = await self._read()
            self._read_at = trio.current_time()
        path = owners_path(entry)
        return in_order(each for each in self._known if each.owner == entry.node_id and each.below(path))

    async def _read(self) -> list[Declared]:
        node = noun_in(await self._store.get(node_doc_id(self._node_id)), Node)
        answer = await self._store.ask(FilesystemsAt(self._node_id))
        return declared_at(self._node_id, node, [noun_in(document, Filesystem) for document in answer.documents])


def owners_path(entry: Entry) -> str:
    """As the owner's system has it. `PathRefusedError` for one that could lead astray."""
    path = entry.export_path
    if entry.raw_path is not None:
        try:
            path = os.fsdecode(urlsafe_b64decode(entry.raw_path + "=" * (-len(entry.raw_path) % 4)))
        except ValueError:
            raise PathRefusedError(path, "its path cannot be read") from None
    if not is_path(path) or "\0" in path:
        raise PathRefusedError(path, "its path is not absolute and plain")
    return path

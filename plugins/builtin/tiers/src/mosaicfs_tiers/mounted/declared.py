"""Which folders of this machine show the files of which node, as the documents say. Nothing here looks at a disk."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import trio

from mosaicfs.errors import PathRefusedError
from mosaicfs.model.entry import Entry
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesystemsAt
from mosaicfs.model.store import Store
from mosaicfs.wire import noun_in

FRESH_S = 5.0
SYNCED = "_local"


class Declared(NamedTuple):
    """`local_path` shows what its owner has at `base`. A higher `priority` is tried first."""

    owner: str
    base: str
    local_path: str
    kind: str
    priority: int
    name: str

    @property
    def is_synced(self) -> bool:
        """Kept in step by the program of a cloud, with bytes that may be elsewhere."""
        return self.kind.endswith(SYNCED)

    @property
    def is_near(self) -> bool:
        """A disk of this machine after all: it answers or fails, and never hangs."""
        return self.kind == "local"

    def below(self, path: str) -> str:
        """The rest of a path of the owner; empty where it does not lie here."""
        if not covers(self.base, path):
            return ""
        return path[len(self.base.rstrip("/")) + 1 :]


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
        filesystems = [noun_in(document, Filesystem) for document in answer.documents]
        found = [*_of_node(node), *_of_filesystems(filesystems, self._node_id)]
        return [each for each in dict.fromkeys(found) if is_path(each.base) and is_path(each.local_path)]


def in_order(found: Iterable[Declared]) -> list[Declared]:
    return sorted(found, key=lambda each: (-each.priority, -len(each.base), each.name))


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


def _of_node(node: Node | None) -> Iterator[Declared]:
    for mount in (node.network_mounts if node is not None else None) or ():
        yield Declared(
            owner=mount.remote_node_id,
            base=mount.remote_base_export_path,
            local_path=mount.local_mount_path,
            kind=mount.mount_type,
            priority=mount.priority,
            name=mount.mount_id,
        )


def _of_filesystems(filesystems: Iterable[Filesystem | None], node_id: str) -> Iterator[Declared]:
    """Of others: where a node has its own files is for its local tier, which knows what of it may be served."""
    for filesystem in filesystems:
        if filesystem is None or filesystem.owning_node_id == node_id:
            continue
        for place in filesystem.availability:
            if place.node_id == node_id:
                yield Declared(
                    owner=filesystem.owning_node_id,
                    base=filesystem.export_root,
                    local_path=place.local_mount_path,
                    kind=place.mount_type,
                    priority=0,
                    name=filesystem.filesystem_id,
                )

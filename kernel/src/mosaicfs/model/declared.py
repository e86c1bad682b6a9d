"""Which folders of a node show the files of which other node, as the documents say. Nothing here looks at a disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.node import Node

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
        """A disk of that node after all: it answers or fails, and never hangs."""
        return self.kind == "local"

    def below(self, path: str) -> str:
        """The rest of a path of the owner; empty where it does not lie here."""
        if not covers(self.base, path):
            return ""
        return path[len(self.base.rstrip("/")) + 1 :]


def declared_at(node_id: str, node: Node | None, filesystems: Iterable[Filesystem | None]) -> list[Declared]:
    """All that a node has, from its own document and those of file systems; each once."""
    found = [*_of_node(node), *_of_filesystems(filesystems, node_id)]
    return [each for each in dict.fromkeys(found) if is_path(each.base) and is_path(each.local_path)]


def in_order(found: Iterable[Declared]) -> list[Declared]:
    """In which they are tried."""
    return sorted(found, key=lambda each: (-each.priority, -len(each.base), each.name))


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

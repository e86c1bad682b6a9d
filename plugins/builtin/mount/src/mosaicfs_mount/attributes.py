"""What `stat` shows of a node: modes and owners by the options, sizes and times by what is known of the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mosaicfs.model.entry import Entry
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs.model.tree import Shown
from mosaicfs_mount.known import KnownDirectory, KnownFile, Node
from mosaicfs_mount.options import MountOptions

LOCAL_BLOCK = 4_096
FAR_BLOCK = 1 << 20
_UNIT = 512


class Attributes(NamedTuple):
    """`mode` with the kind of file in it."""

    inode: int
    mode: int
    uid: int
    gid: int
    size: int
    blocks: int
    block_size: int
    atime_ns: int
    mtime_ns: int
    ctime_ns: int


@dataclass(slots=True)
class Look:
    """`here` says how many bytes of a file are on this machine, `node_id` is this one."""

    options: MountOptions
    node_id: str
    here: Callable[[Entry], int]
    uid: int = field(default_factory=os.getuid)
    gid: int = field(default_factory=os.getgid)

    def of(self, node: Node) -> Attributes:
        if isinstance(node, KnownFile):
            return self._of_file(node)
        assert isinstance(node, KnownDirectory)
        return self._of_directory(node)

    def blocks(self, node: KnownFile) -> int:
        """What is here, in units of 512 bytes; 0 exactly when nothing is."""
        if node.live is not None:
            size = node.live[0]
        else:
            size = self.here(entry_of_shown(node.shown)) if node.shown.node_id != self.node_id else node.shown.size
        return -(-size // _UNIT)

    def _of_file(self, node: KnownFile) -> Attributes:
        shown = node.shown
        size, mtime_ns = node.live or (shown.size, nanoseconds(shown.mtime))
        if shown.file_id is not None:
            node.blocks = self.blocks(node)
        return Attributes(
            node.inode,
            stat.S_IFREG | self.options.file_bits,
            self._uid(),
            self._gid(),
            size,
            max(node.blocks, 0),
            LOCAL_BLOCK if shown.node_id in (self.node_id, None) else FAR_BLOCK,
            mtime_ns,
            mtime_ns,
            mtime_ns,
        )

    def _of_directory(self, node: KnownDirectory) -> Attributes:
        changed_ns = node.changed_ns or nanoseconds(node.mtime)
        return Attributes(
            node.inode,
            stat.S_IFDIR | self.options.directory_bits,
            self._uid(),
            self._gid(),
            0,
            0,
            LOCAL_BLOCK,
            changed_ns,
            changed_ns,
            changed_ns,
        )

    def _uid(self) -> int:
        return self.uid if self.options.uid is None else self.options.uid

    def _gid(self) -> int:
        return self.gid if self.options.gid is None else self.options.gid


def entry_of_shown(shown: Shown) -> Entry:
    """As far as a listing knows it."""
    return Entry(
        file_id=shown.file_id or "",
        node_id=shown.node_id or "",
        export_path=shown.export_path or "",
        name=shown.name,
        size=shown.size,
        mtime=shown.mtime or "",
        mime_type=shown.mime_type,
    )


@lru_cache(4_096)
def nanoseconds(text: str | None) -> int:
    """A time that nobody knows, or that cannot be read, is the beginning of time."""
    try:
        return instant(text) * 1_000 if text else 0
    except BadTimeError:
        return 0

"""What `stat` shows of a node: modes and owners by the options, sizes and times by what is known of the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from mosaicfs.model.entry import Entry
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs.model.tree import Shown
from mosaicfs_mount.known import KnownDirectory, KnownFile, Node
from mosaicfs_mount.options import MountOptions

LOCAL_BLOCK = 4_096
FAR_BLOCK = 1 << 20
_UNIT = 512
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        return self._of_file(node) if isinstance(node, KnownFile) else self._of_directory(node)

    def of_shown(self, shown: Shown) -> Attributes:
        """Of a file that nobody has open."""
        return self._of(shown, shown.size, nanoseconds(shown.mtime), _units(self._here(shown)))

    def of_own(self, inode: int, size: int, mtime_ns: int) -> Attributes:
        """Of one of this machine."""
        return self._file(inode, size, mtime_ns, _units(size), LOCAL_BLOCK)

    def is_own(self, shown: Shown) -> bool:
        """All of it is here, always."""
        return shown.node_id == self.node_id and shown.file_id is not None

    def is_here(self, node: KnownFile) -> bool:
        """All of it, so that nothing has to be fetched."""
        here = self._here(node.shown)
        return self.is_own(node.shown) or (here > 0 and here >= node.shown.size)

    def blocks(self, node: KnownFile) -> int:
        """What is here, in units of 512 bytes; 0 exactly when nothing is."""
        return _units(node.live[0] if node.live is not None else self._here(node.shown))

    def _here(self, shown: Shown) -> int:
        if shown.file_id is None:
            return 0
        return shown.size if shown.node_id == self.node_id else self.here(entry_of_shown(shown))

    def _of_file(self, node: KnownFile) -> Attributes:
        size, mtime_ns = node.live or (node.shown.size, nanoseconds(node.shown.mtime))
        node.blocks = self.blocks(node)
        return self._of(node.shown, size, mtime_ns, node.blocks)

    def _of(self, shown: Shown, size: int, mtime_ns: int, blocks: int) -> Attributes:
        block_size = LOCAL_BLOCK if shown.node_id in (self.node_id, None) else FAR_BLOCK
        return self._file(shown.inode, size, mtime_ns, blocks, block_size)

    def _file(self, inode: int, size: int, mtime_ns: int, blocks: int, block_size: int) -> Attributes:
        mode = stat.S_IFREG | self.options.file_bits
        times = mtime_ns, mtime_ns, mtime_ns
        return Attributes(inode, mode, self._uid(), self._gid(), size, blocks, block_size, *times)

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


def nanoseconds(text: str | None) -> int:
    """A time that nobody knows, or that cannot be read, is the beginning of time."""
    if text is None:
        return 0
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except (ValueError, TypeError):
        return _parsed_ns(text)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def _parsed_ns(text: str) -> int:
    """What no calendar knows, too."""
    try:
        return instant(text) * 1_000
    except BadTimeError:
        return 0


def _units(size: int) -> int:
    return -(-size // _UNIT)

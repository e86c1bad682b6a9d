"""What the system asks of a file system, without the types of any binding: a second one could serve the same.

Here it is only decided who answers; names are the matter of `names`, bytes of `reading`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mosaicfs.model.kernel import Kernel
from mosaicfs_mount.arriving import Arriving
from mosaicfs_mount.attributes import Look
from mosaicfs_mount.errnos import is_a_directory, not_open
from mosaicfs_mount.filling import Filling, filling
from mosaicfs_mount.following import Following
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile, Node
from mosaicfs_mount.names import Names, OpenDirectory, Told
from mosaicfs_mount.options import MountOptions
from mosaicfs_mount.reading import Handed, Reading
from mosaicfs_mount.status import INODE as STATUS
from mosaicfs_mount.status import Status
from mosaicfs_mount.telling import StaleName, SystemCache, Telling
from mosaicfs_mount.waiting import Waiting
from mosaicfs_mount.xattrs import Xattrs


class Operations:
    """All methods raise `MosaicError`, or `SystemRefusal` where the answer is a number by nature."""

    def __init__(self, kernel: Kernel, options: MountOptions, cache: SystemCache, path: Path) -> None:
        self._store = kernel.store
        self.waiting = Waiting(kernel.settings.mount.max_requests)
        self.telling = Telling(cache)
        self.known = Known(options.subtree, self._ask_again)
        look = Look(options, kernel.node_id, kernel.content.here)
        self.names = Names(kernel.tree, self.known, look, options)
        self.arriving = Arriving(self.telling, look.blocks)
        self.reading = Reading(kernel.content, self.waiting, self.telling, self.arriving)
        self.following = Following(kernel.store, kernel.tree, self.known, self.names, self.telling)
        self._xattrs = Xattrs(kernel.store, kernel.tree, kernel.content, self.known, kernel.node_id)
        self._status = Status(kernel, self.waiting, path, lambda: len(self.reading))
        self._directories: dict[int, OpenDirectory] = {}
        self._last = 0

    # --- names ---------------------------------------------------------------------------------------------------

    async def look_up(self, parent: int, name: bytes) -> Told | float:
        """Or for how many seconds the system may remember that there is none."""
        found = await self.names.look_up(parent, name)
        return found[1] if isinstance(found, tuple) else found

    def attributes(self, inode: int) -> Told:
        return self.names.attributes(inode)

    def forget(self, forgotten: Iterable[tuple[int, int]]) -> None:
        for inode, lookups in forgotten:
            self.known.forget(inode, lookups)

    async def open_directory(self, inode: int) -> int:
        opened = await self.names.open_directory(inode)
        self._last += 1
        self._directories[self._last] = opened
        return self._last

    def directory(self, handle: int) -> OpenDirectory:
        try:
            return self._directories[handle]
        except KeyError:
            raise not_open() from None

    def close_directory(self, handle: int) -> None:
        self._directories.pop(handle, None)

    # --- bytes ---------------------------------------------------------------------------------------------------

    async def open(self, inode: int, flags: int) -> Handed:
        node = self.known.node(inode)
        if not isinstance(node, KnownFile):
            raise is_a_directory()
        if inode == STATUS:
            return self.reading.open_text(await self._status.text(), flags)
        return await self.reading.open(node, flags)

    # --- about ---------------------------------------------------------------------------------------------------

    async def filling(self) -> Filling:
        return await filling(self._store)

    async def xattr(self, inode: int, name: str) -> bytes:
        return await self._xattrs.value(self._node(inode), name)

    def xattr_names(self, inode: int) -> list[str]:
        return self._xattrs.names(self._node(inode))

    def _ask_again(self, moved: KnownDirectory) -> None:
        self.telling.tell([StaleName(moved.inode, name) for name in moved.children])

    def _node(self, inode: int) -> Node:
        return self.known.node(inode)

"""What the system asks of a file system, without the types of any binding: a second one could serve the same.

Here it is only decided who answers; names are the matter of `names`, bytes of `reading`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from pathlib import Path

from mosaicfs.model.kernel import Kernel
from mosaicfs.model.notices import Notices
from mosaicfs_mount.arriving import Arriving
from mosaicfs_mount.attributes import Look, entry_of_shown
from mosaicfs_mount.device.passing import Passing
from mosaicfs_mount.errnos import is_a_directory
from mosaicfs_mount.filling import Filling, filling
from mosaicfs_mount.following import Following
from mosaicfs_mount.guarding import Guard, Verdict
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile
from mosaicfs_mount.listed import Listed
from mosaicfs_mount.names import Names, Told
from mosaicfs_mount.options import MountOptions
from mosaicfs_mount.reading import Handed, Reading
from mosaicfs_mount.siblings import Siblings
from mosaicfs_mount.status import INODE as STATUS
from mosaicfs_mount.status import Status
from mosaicfs_mount.telling import StaleName, SystemCache, Telling
from mosaicfs_mount.waiting import Waiting
from mosaicfs_mount.xattrs import Xattrs


class Operations:
    """All methods raise `MosaicError`, or `SystemRefusal` where the answer is a number by nature."""

    def __init__(
        self,
        kernel: Kernel,
        options: MountOptions,
        cache: SystemCache,
        passing: Passing,
        *,
        path: Path,
        notices: Notices,
    ) -> None:
        self._store = kernel.store
        self._content = kernel.content
        self._node_id = kernel.node_id
        self.max_requests = kernel.settings.mount.max_requests
        self.waiting = Waiting(self.max_requests)
        self.telling = Telling(cache)
        self.known = Known(options.subtree, self._ask_again)
        look = Look(options, kernel.node_id, kernel.content.here)
        self.guard = Guard(lambda: kernel.settings.access, notices)
        self.names = Names(kernel.tree, self.known, look, options)
        self._listed = Listed(self.names, look, self.telling)
        self.arriving = Arriving(self.telling, look.blocks)
        self.siblings = Siblings(kernel.tree, kernel.content)
        self.reading = Reading(
            kernel.content,
            self.waiting,
            self.telling,
            self.arriving,
            passing,
            judged=self._judged,
            renumber=self._renumber,
        )
        self.following = Following(kernel.store, kernel.tree, self.known, self.names, self.telling, look=look)
        self._xattrs = Xattrs(kernel.store, kernel.tree, kernel.content, self.known, kernel.node_id, self.guard)
        self.status = Status(
            kernel,
            self.waiting,
            path,
            open_files=lambda: len(self.reading),
            known_entries=lambda: len(self.known),
            invalidations=lambda: self.telling.told,
            guard_refusals=self.guard.refusals,
        )

    # --- names ---------------------------------------------------------------------------------------------------

    async def look_up(self, parent: int, name: bytes) -> Told | float:
        """Or for how many seconds the system may remember that there is none."""
        return await self.names.look_up(parent, name)

    async def attributes(self, number: int) -> Told:
        return await self.names.attributes(number)

    def forget(self, forgotten: Iterable[tuple[int, int]]) -> None:
        for number, lookups in forgotten:
            self.known.forget(number, lookups)

    def read_directory(self, number: int, offset: int, room: int, *, plus: bool) -> bytes | Awaitable[bytes]:
        return self._listed.read(number, offset, room, plus=plus)

    def prepare(self) -> bool:
        """What may be asked for next, while nobody asks: one piece of it. Whether there was one."""
        return self._listed.prepare()

    # --- bytes ---------------------------------------------------------------------------------------------------

    async def open(self, number: int, flags: int, pid: int) -> Handed:
        node = await self.names.file_to_open(number)
        if node is None:
            raise is_a_directory()
        if node.inode == STATUS:
            return self.reading.open_text(await self.status.text(), flags)
        handed = await self.reading.open(node, flags, pid)
        if not handed.is_direct and node.shown.node_id != self._node_id:
            self._note(node)
        return handed

    def _note(self, node: KnownFile) -> None:
        """Of a file that somebody may read all of, and that is another node's."""
        home = self.known.home_of(node)
        if home is not None and node.shown.file_id is not None:
            self.siblings.opened(home.path, node.shown.file_id)

    def _renumber(self, number: int) -> None:
        place = self.known.place(number)
        if place.row.name:
            place.directory.files.untell(place.row.name)
            self.telling.tell([StaleName(place.directory.number, place.row.name)])

    def _judged(self, node: KnownFile, pid: int) -> Verdict:
        """Asked is by a path of the tree, of which a file may have several."""
        shown = node.shown
        is_here = shown.node_id == self._node_id or (
            shown.file_id not in self.siblings.unopened and self._content.here(entry_of_shown(shown)) >= shown.size
        )
        return self.guard.ask(pid, self.known.path_of(node) or "", shown.size, is_here=is_here)

    # --- about ---------------------------------------------------------------------------------------------------

    async def filling(self) -> Filling:
        return await filling(self._store)

    async def xattr(self, number: int, name: str) -> bytes:
        return await self._xattrs.value(await self.names.node(number), name)

    async def xattr_names(self, number: int) -> list[str]:
        return self._xattrs.names(await self.names.node(number))

    def _ask_again(self, moved: KnownDirectory) -> None:
        names = [name for name, _, _ in moved.files.named()] + [name for name, _ in moved.directories]
        self.telling.tell([StaleName(moved.number, name) for name in names])

"""What has changed in the store, compared with what the system was told: only what differs is told to it again.

The tree says which directories may be shown differently, the feed which open files have another version. Directories
that the system knows are listed anew and compared with the names that it has; nothing is kept of names that it never
had.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog
import trio
from msgspec import structs

from mosaicfs.errors import MosaicError, NotShownError
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.store import Store
from mosaicfs.model.times import ordered
from mosaicfs.model.tree import Disturbed, Listing, Shown, Tree
from mosaicfs.wire import noun_in
from mosaicfs_mount.attributes import Look, nanoseconds
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile
from mosaicfs_mount.names import VIEWS, Names
from mosaicfs_mount.rows import encoded, mark_of
from mosaicfs_mount.slots import Kind
from mosaicfs_mount.telling import Stale, StaleInode, StaleName, Telling

MANY: Final = 10_000
"""Names from which on they are not compared one by one: to ask again for all of them costs the system less."""

_PAGE: Final = 2_000
_LOOK_S: Final = 30.0
_PAUSE_S: Final = 0.1
_AFTER_FAILURE_S: Final = 1.0
_LISTINGS: Final = 256
_FEW: Final = 500
_FILE: Final = "file::"

_log = structlog.get_logger(component="mount")


class Following:
    def __init__(self, store: Store, tree: Tree, known: Known, names: Names, telling: Telling, *, look: Look) -> None:
        self._store = store
        self._tree = tree
        self._known = known
        self._names = names
        self._look = look
        self._telling = telling
        self._since = ""
        self._has_lost = self._has_failed = False
        self._looked = 0.0

    async def begin(self) -> None:
        """Before the system asks for the first name."""
        self._since = (await self._store.info()).update_seq
        await self._tree.disturbed()
        with suppress(NotShownError):
            document = (await self._tree.directory(self._known.root.path)).document
            self._known.root.mtime = document.updated_at or document.created_at

    async def run(self) -> None:
        """Also without a change from time to time, for what is shown may rest on how old a file is."""
        while True:
            try:
                await self._store.wait_until_changed(self._since, _LOOK_S)
                await self.catch_up()
            except MosaicError as trouble:
                # What was read of the feed is lost with it, so from now on anything may be different.
                self._has_failed = True
                _log.warning("changes cannot be followed now", cause=str(trouble))
                await trio.sleep(_AFTER_FAILURE_S)
            await trio.sleep(_PAUSE_S)

    async def catch_up(self) -> None:
        files = await self._changed_files()
        disturbed = await self._tree.disturbed()
        if self._has_failed:
            self._has_failed, files = False, self._known.opened
            disturbed = disturbed._replace(everything=True)
        directories = self._concerned(disturbed, files)
        self._has_lost = self._has_lost or disturbed.lost
        names = sum(each.entries for each in directories)
        is_much = names > MANY or len(directories) > MANY
        self._names.changed(directories, everything=disturbed.everything)
        self._telling.tell(await self._stale_files(files))
        if is_much:
            self._telling.tell([stale for each in directories for stale in self._all_names(each)])
            directories = [each for each in directories if each.folders]
        await self._compare(directories, is_much=is_much)
        await self._look_for_lost()

    async def _changed_files(self) -> list[KnownFile]:
        """Of those that were opened: whatever else the system knows of files comes from their directories."""
        changed: set[str] = set()
        while True:
            page = await self._store.changes(self._since, _PAGE)
            self._since = page.last_seq
            changed.update(row.id for row in page.rows if row.id.startswith(_FILE))
            if len(page.rows) < _PAGE:
                return self._known.opened_as(changed)

    def _concerned(self, disturbed: Disturbed, files: Sequence[KnownFile]) -> list[KnownDirectory]:
        """Those that the system knows. Views are asked for again all the time."""
        if not (files or disturbed.everything or disturbed.directories or disturbed.below):
            return []
        homes = {self._known.home_of(node) for node in files}
        return [
            each
            for each in self._known.directories
            if not each.path.startswith(VIEWS)
            and (
                disturbed.everything
                or each.path in disturbed.directories
                or each in homes
                or (disturbed.below and _lies_below(each.path, disturbed.below))
            )
        ]

    async def _look_for_lost(self) -> None:
        """A directory may be gone because of a file that nobody ever saw. With many it is looked for now and then."""
        if not self._has_lost:
            return
        leading = [each for each in self._known.directories if each.folders]
        now = time.monotonic()
        if len(leading) > _FEW and now - self._looked < _LOOK_S:
            return
        self._has_lost, self._looked = False, now
        self._names.changed(leading, everything=False)
        await self._compare(leading, is_much=False)

    # --- files ---------------------------------------------------------------------------------------------------

    async def _stale_files(self, files: Sequence[KnownFile]) -> list[Stale]:
        stale: list[Stale] = []
        for start in range(0, len(files), _PAGE):
            some = files[start : start + _PAGE]
            documents = await self._store.get_many([each.shown.file_id or "" for each in some])
            for node, document in zip(some, documents, strict=True):
                if self._renew(node, document):
                    stale.append(StaleInode(node.number, data=True))
        return stale

    def _renew(self, node: KnownFile, document: Document | None) -> bool:
        """Whether it has another version now, as far as the system could see it."""
        file = noun_in(document, File)
        if file is None or file.status != "active":
            return False
        now = structs.replace(
            node.shown,
            size=file.size,
            mtime=ordered(file.mtime),
            mime_type=file.mime_type,
            node_id=file.source.node_id,
            export_path=file.source.export_path,
        )
        is_another = (now.size, now.mtime) != (node.shown.size, node.shown.mtime) or file.source.version is not None
        node.shown = now
        if node.live is not None:
            node.live = None
            is_another = True
        return is_another

    # --- directories ---------------------------------------------------------------------------------------------

    async def _compare(self, directories: Sequence[KnownDirectory], *, is_much: bool) -> None:
        if is_much:
            for each in directories:
                self._telling.tell(await self._stale_directories(each))
            return
        for start in range(0, len(directories), _LISTINGS):
            some = directories[start : start + _LISTINGS]
            listings = await self._tree.listings([each.path for each in some])
            for node, listing in zip(some, listings, strict=True):
                self._telling.tell(self._stale_in(node, listing))

    def _stale_in(self, node: KnownDirectory, listing: Listing | None) -> list[Stale]:
        entries = listing.entries if listing is not None else ()
        all_names = encoded([each.name for each in entries])
        names = dict(zip(all_names, entries, strict=True))
        stale = [*self._stale_names(node, names), *self._stale_folders(node, names)]
        node.files.rest()
        came = [name for name in node.remembered_absent(time.monotonic()) if name in names]
        stale += [StaleName(node.number, name) for name in came]
        mark = mark_of(all_names, [each.inode for each in entries])
        if node.mark is not None and node.mark != mark:
            node.changed_ns = time.time_ns()
            stale.append(StaleInode(node.number, data=True))
        node.mark = mark
        return stale

    def _stale_names(self, node: KnownDirectory, names: Mapping[bytes, Shown]) -> Iterator[Stale]:
        """Of files: those that went or mean another one, and those that are different now."""
        for name, slot, inode in node.files.named():
            now = names.get(name)
            if now is None or now.inode != inode:
                node.files.untell(name)
                yield StaleName(node.number, name)
            elif self._renew_file(node, slot, now):
                yield StaleInode(node.number_of(slot), data=True)

    def _renew_file(self, node: KnownDirectory, slot: int, now: Shown) -> bool:
        """Whether the system was told something else of it."""
        kind = Kind.SURE if self._look.is_own(now) else Kind.UNSURE
        is_another = node.files.renew(slot, now.size, nanoseconds(now.mtime), kind)
        known = self._known.file(node.number_of(slot)) if node.opened else None
        if known is None:
            return is_another
        was = known.shown
        self._known.open(known.number, now)
        return (was.size, was.mtime, was.file_id) != (now.size, now.mtime, now.file_id)

    def _stale_folders(self, node: KnownDirectory, names: Mapping[bytes, Shown]) -> Iterator[Stale]:
        for name, below in node.directories:
            now = names.get(name)
            if now is None or now.inode != below.inode:
                self._known.untold(node, name)
                yield StaleName(node.number, name)

    # --- much at once --------------------------------------------------------------------------------------------

    def _all_names(self, node: KnownDirectory) -> list[Stale]:
        """Of files. A directory that somebody stands in must keep its name unless it has really gone."""
        gone = [name for name, _, _ in node.files.named()]
        stale: list[Stale] = [StaleName(node.number, name) for name in gone]
        stale += [StaleName(node.number, name) for name in node.remembered_absent(time.monotonic())]
        for name in gone:
            node.files.untell(name)
        node.files.rest()
        node.changed_ns, node.mark = time.time_ns(), None
        return [*stale, StaleInode(node.number, data=True)]

    async def _stale_directories(self, node: KnownDirectory) -> list[Stale]:
        stale: list[Stale] = []
        for name, below in node.directories:
            if not await self._is_still(below):
                self._known.untold(node, name)
                stale.append(StaleName(node.number, name))
        return stale

    async def _is_still(self, node: KnownDirectory) -> bool:
        try:
            return (await self._tree.look_up(node.path)).inode == node.inode
        except NotShownError:
            return False


def _lies_below(path: str, tops: frozenset[str]) -> bool:
    while path not in tops:
        if path == "/":
            return False
        path = path.rpartition("/")[0] or "/"
    return True

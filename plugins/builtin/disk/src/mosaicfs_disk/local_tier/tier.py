"""The tier of the files that lie on this machine itself: by far the nearest, and the only one that shows them as they
are at this moment.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from os import stat
from stat import S_ISDIR

import structlog

from mosaicfs import OpenFile, OtherMountError, SlowCalls
from mosaicfs.errors import EntryGoneError, PathRefusedError
from mosaicfs.model.entry import Entry
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.tier import Offer
from mosaicfs_disk.local_tier.containment import Containment
from mosaicfs_disk.local_tier.examining import Examining
from mosaicfs_disk.local_tier.grounds import ROOTS, Lying
from mosaicfs_disk.local_tier.handle import LocalFile, ShownFile
from mosaicfs_disk.local_tier.opening import Opening
from mosaicfs_disk.local_tier.synced_folders import SyncedFolders

OPEN_S = 3.0
LAST = 990

log = structlog.get_logger(component="local")


class LocalTier:
    """Of one process. Files of a bridge that runs here are not its own: their paths are none of this machine."""

    name = "local"
    cost = least_cost = 100

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._containment = Containment(kernel)
        self._opening = Opening(self._containment, kernel.places.state_dir / ROOTS)
        self._synced = SyncedFolders(kernel.store, kernel.node_id)
        self._examining = Examining(kernel.places.runtime_dir)
        self._slow: dict[str, SlowCalls] = {}

    async def offer(self, entry: Entry) -> Offer | None:
        return self.offer_now(entry)

    def offer_now(self, entry: Entry) -> Offer | None:
        """None while the folder is not there: then somebody else may have a copy.

        A path that is refused is offered last of all, so that whoever is left with it hears why.
        """
        if entry.node_id != self._kernel.node_id or entry.backend is not None:
            return None
        try:
            lying = self._containment.lying(entry)
        except PathRefusedError as refused:
            return Offer(LAST, reason=f"it is on this machine and not served: {refused.cause}")
        slow = self._containment.slow_folder(lying)
        if self._slow_calls(slow).is_stuck if slow else not _is_folder(lying.folder):
            return None
        return Offer(self.cost, reason=f"it lies in {lying.folder}")

    def open_now(self, entry: Entry, offer: Offer) -> LocalFile | None:
        """On a disk of this machine. What differs has more to it."""
        lying = self._containment.lying(entry)
        synced = self._synced.cover_as_known(lying.path)
        if synced is None or self._containment.slow_folder(lying):
            return None
        handle = LocalFile(self._opening.open_near(lying, entry, synced=synced), entry)
        if handle.differs:
            handle.leave()
            return None
        return handle

    async def open(self, entry: Entry, offer: Offer) -> ShownFile:
        try:
            return await self._opened(self._containment.lying(entry), entry)
        except PathRefusedError as refused:
            log.warning("a path is not served", path=refused.path, file_id=entry.file_id, cause=refused.cause)
            raise

    async def work(self) -> None:
        await self._examining.run()

    async def _opened(self, lying: Lying, entry: Entry) -> ShownFile:
        try:
            handle = await self._opened_there(lying, entry)
        except EntryGoneError:
            self._examining.ask(lying.path)
            raise
        if handle.differs:
            self._examining.ask(lying.path)
        return handle

    async def _opened_there(self, lying: Lying, entry: Entry) -> ShownFile:
        synced = await self._synced.cover(lying.path)
        if not self._containment.slow_folder(lying):
            with suppress(OtherMountError):
                return LocalFile(self._opening.open_near(lying, entry, synced=synced), entry)
        opening = partial(self._opening.open, lying, entry, synced=synced)
        slow = self._containment.slow_mount(lying)
        if not slow:
            return LocalFile(opening(), entry)
        calls = self._slow_calls(slow)
        return ShownFile(await calls.run(partial(opening, calls=calls), OPEN_S, lying.folder, OpenFile.close), entry)

    def _slow_calls(self, mount_point: str) -> SlowCalls:
        return self._slow.setdefault(mount_point, SlowCalls())


def _is_folder(path: str) -> bool:
    """On a file system of this machine, so it is asked at once."""
    try:
        return S_ISDIR(stat(path).st_mode)  # noqa: PTH116 - for each file that is read
    except (OSError, ValueError):
        return False

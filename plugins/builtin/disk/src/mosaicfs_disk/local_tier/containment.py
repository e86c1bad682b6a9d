"""The rules that a path passes before any byte of it is served: by its name, and again as what was really reached.

Whatever fails here is told as refused, with the path for the log of this machine and for nobody else.
"""

from __future__ import annotations

import stat
from binascii import Error as BadBase64Error
from collections.abc import Callable
from os import stat_result
from time import monotonic

from mosaicfs.errors import PathRefusedError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.entry import Entry
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.names import is_path
from mosaicfs_disk.local_tier.grounds import ROOTS, Grounds, Lying, grounds_of
from mosaicfs_disk.local_tier.real_names import real_name
from mosaicfs_disk.mounts import Mounts, mounts
from mosaicfs_disk.showing import real_path

MOUNTS_S = 1.0
LINKS_S = 30.0
"""How long it is believed where the own folders and the other served ones really lie."""


class Containment:
    """Of this machine, as it is configured now. Answers by name, without a look at what lies at a path."""

    def __init__(self, kernel: Kernel, clock: Callable[[], float] = monotonic) -> None:
        self._kernel = kernel
        self._clock = clock
        self._settings: Settings | None = None
        self._roots: tuple[int, int] | None = None
        self._given = Grounds((), (), (), ())
        self._real: tuple[float, Grounds] | None = None
        self._mounts: tuple[float, Mounts] | None = None

    def lying(self, entry: Entry) -> Lying:
        """The first three rules. `PathRefusedError`."""
        return self.grounds().lying(named(entry))

    def admit(self, lying: Lying, folder: str, path: str, found: stat_result) -> None:
        """The same again and the last rule, of what was reached: its real path, and that of the folder above it."""
        mount = self.mounts().of(path)
        if mount is not None and mount.is_ours:
            raise PathRefusedError(lying.path, "it lies inside MosaicFS")
        try:
            self.real_grounds().within(folder, is_watched=lying.is_watched).lying(path)
        except PathRefusedError as refused:
            raise PathRefusedError(lying.path, f"it leads elsewhere, and there: {refused.cause}") from None
        if not stat.S_ISREG(found.st_mode):
            raise PathRefusedError(lying.path, "it is no regular file")

    def slow_mount(self, lying: Lying) -> str:
        """The mount point of the file system behind a network that the file seems to lie on; empty where it is near."""
        found = self.mounts()
        mount = found.of(real_name(lying.path, found))
        return mount.point if mount is not None and mount.is_remote else ""

    def slow_folder(self, lying: Lying) -> str:
        """The same of its folder, from what is known of that."""
        real = self._real_folders().get(lying.folder, lying.folder)
        mount = self.mounts().of(real)
        return mount.point if mount is not None and mount.is_remote else ""

    def grounds(self) -> Grounds:
        roots = self._roots_now()
        if self._settings is not self._kernel.settings or self._roots != roots:
            self._given, self._real = grounds_of(self._kernel), None
            self._settings, self._roots = self._kernel.settings, roots
        return self._given

    def real_grounds(self) -> Grounds:
        given, now = self.grounds(), self._clock()
        if self._real is None or now - self._real[0] > LINKS_S:
            self._real = now, given.real(self.mounts())
        return self._real[1]

    def _real_folders(self) -> dict[str, str]:
        given, real = self.grounds(), self.real_grounds()
        return dict(zip((*given.watched, *given.served), (*real.watched, *real.served), strict=True))

    def mounts(self) -> Mounts:
        now = self._clock()
        if self._mounts is None or now - self._mounts[0] > MOUNTS_S:
            self._mounts = now, mounts()
        return self._mounts[1]

    def _roots_now(self) -> tuple[int, int] | None:
        """What tells one state of the agent's own file from the next: it is replaced, never changed."""
        try:
            found = (self._kernel.places.state_dir / ROOTS).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


def named(entry: Entry) -> str:
    """What the system is asked for. The name that is not UTF-8 is the real one, where there is one."""
    try:
        path = real_path(entry.export_path, entry.raw_path)
    except (BadBase64Error, ValueError):
        raise PathRefusedError(entry.export_path, "its path cannot be read") from None
    if not is_path(path) or "\0" in path:
        raise PathRefusedError(path, "its path is not absolute and plain")
    return path

"""The rules that a path passes before any byte of it is served: by its name, and again as what was really reached.

Whatever fails here is told as refused, with the path for the log of this machine and for nobody else.
"""

from __future__ import annotations

import os
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

MOST_FOLDERS = 1_000


class Containment:
    """Of this machine, as it is configured now. Answers by name, without a look at what lies at a path."""

    def __init__(self, kernel: Kernel, clock: Callable[[], float] = monotonic) -> None:
        self._kernel = kernel
        self._clock = clock
        self._settings: Settings | None = None
        self._agents_file = str(kernel.places.state_dir / ROOTS)
        self._roots: tuple[int, int] | None = None
        self._given = Grounds((), (), (), ())
        self._real: _Real | None = None
        self._mounts: tuple[float, Mounts] | None = None
        self._judged: tuple[Entry, Grounds, Lying] | None = None

    def lying(self, entry: Entry) -> Lying:
        """The first three rules. `PathRefusedError`. Who opens asks for the same as whoever offered just before."""
        grounds, judged = self.grounds(), self._judged
        if judged is None or judged[0] is not entry or judged[1] is not grounds:
            judged = self._judged = entry, grounds, grounds.lying(named(entry))
        return judged[2]

    def admit(self, lying: Lying, folder: str, path: str, found: stat_result) -> None:
        """The same again and the last rule, of what was reached: its real path, and that of the folder above it."""
        mount = self.mounts().of(path)
        if mount is not None and mount.is_ours:
            raise PathRefusedError(lying.path, "it lies inside MosaicFS")
        try:
            self._real_now().within(folder, is_watched=lying.is_watched).lying(path)
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
        mount = self.mounts().of(self._real_now().names.get(lying.folder, lying.folder))
        return mount.point if mount is not None and mount.is_remote else ""

    def grounds(self) -> Grounds:
        roots = self._roots_now()
        if self._settings is not self._kernel.settings or self._roots != roots:
            self._given, self._real = grounds_of(self._kernel), None
            self._settings, self._roots = self._kernel.settings, roots
        return self._given

    def _real_now(self) -> _Real:
        """Of the grounds by which the name has just been judged."""
        now, real = self._clock(), self._real
        if real is None or now - real.since > LINKS_S:
            real = self._real = _Real(now, self._given, self._given.real(self.mounts()))
        return real

    def mounts(self) -> Mounts:
        now = self._clock()
        if self._mounts is None or now - self._mounts[0] > MOUNTS_S:
            self._mounts = now, mounts()
        return self._mounts[1]

    def _roots_now(self) -> tuple[int, int] | None:
        """What tells one state of the agent's own file from the next: it is replaced, never changed."""
        try:
            found = os.stat(self._agents_file)  # noqa: PTH116 - for each file that is read
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


class _Real:
    """Where the grounds really lie, and what their folders are called there."""

    def __init__(self, since: float, given: Grounds, real: Grounds) -> None:
        self.since = since
        self.names = dict(zip((*given.watched, *given.served), (*real.watched, *real.served), strict=True))
        self._real = real
        self._within: dict[tuple[str, bool], Grounds] = {}

    def within(self, folder: str, *, is_watched: bool) -> Grounds:
        """With one more. There are as many as folders, unless somebody moves them all the time."""
        if (folder, is_watched) not in self._within:
            if len(self._within) > MOST_FOLDERS:
                self._within.clear()
            self._within[folder, is_watched] = self._real.within(folder, is_watched=is_watched)
        return self._within[folder, is_watched]


def named(entry: Entry) -> str:
    """What the system is asked for. The name that is not UTF-8 is the real one, where there is one."""
    try:
        path = real_path(entry.export_path, entry.raw_path)
    except (BadBase64Error, ValueError):
        raise PathRefusedError(entry.export_path, "its path cannot be read") from None
    if not is_path(path) or "\0" in path:
        raise PathRefusedError(path, "its path is not absolute and plain")
    return path

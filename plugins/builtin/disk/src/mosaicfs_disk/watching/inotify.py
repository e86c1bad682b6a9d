"""The driver for Linux: watches on folders as deep as they go, and what the kernel tells of them as raw observations.

Everything here blocks for as long as the disk does, and only one call may run at a time; `watching` sees to both. Which
folder a watch belongs to is in `folders`; what the observations mean is for `settling`.

The kernel tells of names at the time of the change, and they are read later. A folder found by its name may be another
one by then, so a folder that arrives somewhere is asked for its watch again, and only if that is the one expected it
keeps what is known below it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from inotify_simple import INotify, flags

from mosaicfs_disk.watching.budget import Budget
from mosaicfs_disk.watching.driver import Digest
from mosaicfs_disk.watching.folders import Folder, Folders
from mosaicfs_disk.watching.mounts import is_silent
from mosaicfs_disk.watching.raw import Raw

_WRITTEN = flags.MODIFY | flags.CLOSE_WRITE | flags.ATTRIB
_MASK = (
    _WRITTEN
    | (flags.CREATE | flags.DELETE | flags.MOVED_FROM | flags.MOVED_TO)
    | (flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR | flags.EXCL_UNLINK)
)
_ROOT_WENT = flags.DELETE_SELF | flags.MOVE_SELF | flags.UNMOUNT
_MAY_BE_LARGE = flags.CREATE | flags.MOVED_TO | flags.ATTRIB | flags.MOVED_FROM
_INLINE = 500


class KernelEvent(NamedTuple):
    wd: int
    mask: int
    cookie: int
    name: bytes


class Inotify:
    """`breathe` is called often in long walks, and may raise to end them."""

    name = "inotify"
    reads_disk = False

    def __init__(
        self,
        is_excluded: Callable[[bytes, bool], bool],
        budget: Budget,
        mounts: Mapping[bytes, str],
        breathe: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises OSError when the system has no instance left for this user."""
        self._system = INotify(nonblocking=True)
        self._is_excluded = is_excluded
        self._silent = _silent(mounts)
        self._breathe = breathe
        self._budget = budget
        self.folders = Folders()
        budget.join(self.folders)
        self._missing: dict[Folder, int] = {}
        self._confused: set[bytes] = set()

    def fileno(self) -> int:
        return int(self._system.fileno())

    def close(self) -> None:
        self._budget.leave(self.folders)
        self._system.close()

    @property
    def limit(self) -> int:
        return self._budget.limit

    def watches(self) -> int:
        return len(self.folders.by_wd)

    def roots(self) -> list[bytes]:
        return list(self.folders.roots)

    def unwatched(self) -> list[bytes]:
        return [folder.path() for folder in self.folders.unwatched]

    # --- watching ----------------------------------------------------------------------------------------------------

    def watch(self, roots: Iterable[bytes]) -> list[bytes]:
        """All folders below, those near the roots first, and then the recently changed, as far as the limit goes."""
        tops = [self.folders.root(path) for path in roots]
        self._watch_below(tops)
        return [top.name for top in tops if self.folders.roots.get(top.name) is not top]

    def unwatch(self, root: bytes) -> None:
        if (folder := self.folders.roots.get(root)) is not None:
            self._remove(folder)

    def watch_again(self) -> list[bytes]:
        for folder in list(self.folders.by_wd.values()):
            if not self.folders.has(folder):
                self._remove(folder)
        return self.watch(list(self.folders.roots))

    def watch_more(self) -> None:
        """Try the folders again for which there was no watch."""
        waiting = [folder for folder in self.folders.unwatched if folder.path() not in self._silent]
        if self.room() > 0:
            self._watch_below(waiting)

    def room(self) -> int:
        return self._budget.room()

    def remounted(self, mounts: Mapping[bytes, str], points: Iterable[bytes]) -> None:
        """What was watched at these paths is another folder now. One whose parent is not watched is left alone."""
        self._silent = _silent(mounts)
        for point in points:
            parent, name = self.folders.at(point.rpartition(b"/")[0]), point.rpartition(b"/")[2]
            if parent is None or self._is_excluded(point, True):
                continue
            if name in parent.children:
                self._remove(parent.children[name])
            self._watch_below([self.folders.child(parent, name)])

    def _watch_below(self, level: Sequence[Folder]) -> None:
        while level:
            if len(level) > self.room():
                level = sorted(level, key=_last_change, reverse=True)
            below: list[Folder] = []
            for folder in level:
                self._breathe()
                if self.folders.has(folder) and self._watch(folder):  # another of this level may have taken its place
                    below += self._folders_in(folder)
            level = below

    def _watch(self, folder: Folder) -> bool:
        """False when nothing below it is to be watched either."""
        path = folder.path()
        if path in self._silent or (folder.wd is None and self.room() <= 0):
            self.folders.unwatched.add(folder)
            return False
        links = 0 if folder.parent is None else flags.DONT_FOLLOW
        try:
            wd = self._system.add_watch(path, _MASK | links)
        except (FileNotFoundError, NotADirectoryError):
            self._miss(folder)
            return False
        except PermissionError:
            self._remove(folder)
            return False
        except OSError:  # as a rule: no watch is left, other programs have the rest
            self.folders.unwatched.add(folder)
            return False
        return self._claim(folder, wd, path)

    def _claim(self, folder: Folder, wd: int, path: bytes) -> bool:
        """False when the same folder is watched by another path that it still has, as with a bind mount."""
        known = self.folders.by_wd.get(wd)
        if known is not None and known is not folder:
            if _are_one(known.path(), path):
                self._remove(folder)
                return False
            self._confuse(known)
            self._remove(known, keep=wd)
            if not self.folders.has(folder):  # it was believed to be below itself
                self._drop(wd)
                return False
        self.folders.watched(folder, wd)
        return True

    def _folders_in(self, folder: Folder) -> list[Folder]:
        path = folder.path()
        prefix = path.rstrip(b"/") + b"/"
        try:
            with os.scandir(path) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except (FileNotFoundError, NotADirectoryError):
            self._miss(folder)
            return []
        except OSError:  # unreadable; the crawl says so, and its parent tells when that changes
            return []
        names = [name for name in names if not self._is_excluded(prefix + name, True)]
        for name in folder.children.keys() - set(names):
            self._remove(folder.children[name])
        return [self.folders.child(folder, name) for name in names]

    def _confuse(self, folder: Folder) -> None:
        self._confused.add(folder.root().name)

    def _miss(self, folder: Folder) -> None:
        """Gone, or a folder above it was renamed, of which we shall read: then it has another path."""
        if folder.parent is None:
            self._remove(folder)
        else:
            self._missing.setdefault(folder, 0)

    def _look_for_missing(self, raws: list[Raw]) -> None:
        """What had happened when it was missed waited to be read, so the second read must have found it."""
        for folder, tries in list(self._missing.items()):
            del self._missing[folder]
            if not self.folders.has(folder):
                continue
            self._watch_below([folder])
            if folder not in self._missing:
                self._confuse(folder)
                raws.append(Raw("look", folder.path(), is_folder=True))
            elif tries:
                del self._missing[folder]
                self._remove(folder)
            else:
                self._missing[folder] = tries + 1

    def _remove(self, folder: Folder, keep: int | None = None) -> None:
        for wd in self.folders.remove(folder):
            if wd != keep:
                self._drop(wd)

    def _drop(self, wd: int) -> None:
        with suppress(OSError):  # a folder that was removed took its watch along
            self._system.rm_watch(wd)

    def lost_ground(self) -> bool:
        """An unmounted folder says so itself."""
        return False

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self) -> list[KernelEvent]:
        """All that waits. The second half of a move is waited for as long as a read takes."""
        events = self._read()
        if events and events[-1].mask & flags.MOVED_FROM:
            events += self._read()
        return events

    def _read(self) -> list[KernelEvent]:
        found = self._system.read(timeout=0)
        return [KernelEvent(event.wd, event.mask, event.cookie, os.fsencode(event.name)) for event in found]

    def roots_of(self, events: Sequence[KernelEvent]) -> set[bytes]:
        known = (self.folders.by_wd.get(wd) for wd in {event.wd for event in events})
        return {folder.root().name for folder in known if folder is not None}

    def may_take_long(self, events: Sequence[KernelEvent]) -> bool:
        """Folders came or went, so the disk will be asked."""
        if len(events) > _INLINE or self._missing:
            return True
        return any(event.mask & flags.ISDIR and event.mask & _MAY_BE_LARGE for event in events)

    def digest(self, events: Sequence[KernelEvent]) -> Digest:
        """What was observed, in order, the halves of a move side by side. A folder that came is watched by now."""
        arrivals = {event.cookie for event in events if event.mask & flags.MOVED_TO}
        departures: dict[int, tuple[Folder, bytes]] = {}
        raws: list[Raw] = []
        gone: list[bytes] = []
        self._confused.clear()
        for event in events:
            folder = self.folders.by_wd.get(event.wd)
            if folder is None:
                continue
            if not event.name:
                self._of_itself(event, folder, gone)
            elif event.mask & flags.MOVED_FROM and event.cookie in arrivals:
                departures[event.cookie] = (folder, event.name)
            elif event.mask & flags.MOVED_TO:
                self._arrived(event, folder, departures.pop(event.cookie, None), raws)
            elif event.mask & flags.ISDIR:
                self._of_folder(event, folder, raws)
            else:
                self._of_file(event, folder, raws)
        self._look_for_missing(raws)
        overflow = any(event.mask & flags.Q_OVERFLOW for event in events)
        return Digest(raws, overflow, frozenset(self._confused), gone)

    def _of_itself(self, event: KernelEvent, folder: Folder, gone: list[bytes]) -> None:
        if event.mask & _ROOT_WENT and folder.parent is None:
            gone.append(folder.name)
            self._remove(folder)
        elif event.mask & flags.UNMOUNT:
            self._confuse(folder)
        elif event.mask & flags.IGNORED:
            del self.folders.by_wd[event.wd]
            folder.wd = None

    def _of_file(self, event: KernelEvent, folder: Folder, raws: list[Raw]) -> None:
        path = _join(folder, event.name)
        if self._is_excluded(path, False):
            return
        if event.mask & flags.CREATE:
            raws.append(Raw("made", path))
        elif event.mask & flags.DELETE:
            raws.append(Raw("dropped", path))
        elif event.mask & flags.MOVED_FROM:
            raws.append(Raw("left", path, cookie=event.cookie))
        elif event.mask & _WRITTEN:
            raws.append(Raw("written", path))

    def _of_folder(self, event: KernelEvent, folder: Folder, raws: list[Raw]) -> None:
        path = _join(folder, event.name)
        if self._is_excluded(path, True):
            return
        known = folder.children.get(event.name)
        if event.mask & flags.CREATE:
            self._watch_below([self.folders.child(folder, event.name)])
            raws.append(Raw("made", path, is_folder=True))
        elif event.mask & (flags.DELETE | flags.MOVED_FROM):
            if known is not None:
                self._remove(known)
            else:
                self._confuse(folder)
            left = event.mask & flags.MOVED_FROM
            raws.append(Raw("left" if left else "dropped", path, is_folder=True, cookie=event.cookie))
        elif event.mask & flags.ATTRIB and known is None:
            self._watch_below([self.folders.child(folder, event.name)])  # it may be readable now
            if event.name in folder.children:
                raws.append(Raw("look", path, is_folder=True))

    def _arrived(
        self, event: KernelEvent, folder: Folder, source: tuple[Folder, bytes] | None, raws: list[Raw]
    ) -> None:
        is_folder = bool(event.mask & flags.ISDIR)
        path = _join(folder, event.name)
        if source is not None:
            old = _join(*source)
            if not self._is_excluded(old, is_folder):
                raws.append(Raw("left", old, is_folder, event.cookie))
        wanted = not self._is_excluded(path, is_folder)
        if wanted:
            raws.append(Raw("arrived", path, is_folder, event.cookie))
        if is_folder and not self._follow(folder, event.name, source, wanted) and wanted:
            raws.append(Raw("look", path, is_folder=True))

    def _follow(self, folder: Folder, name: bytes, source: tuple[Folder, bytes] | None, wanted: bool) -> bool:
        """Let the watches have their new names. False when it is not sure that all below was watched all along."""
        moved = source[0].children.get(source[1]) if source is not None else None
        replaced = folder.children.get(name)
        if replaced is not None and replaced is not moved:
            if source is not None and source[0].is_in(replaced):
                self._confuse(folder)
            self._remove(replaced)
        if not wanted:
            if moved is not None:
                self._remove(moved)
            return True
        if moved is not None:
            if folder.is_in(moved):
                self._confuse(folder)
                return True
            wd = moved.wd
            self.folders.move(moved, folder, name)
            if wd is None or (self._watch(moved) and moved.wd == wd) or moved in self._missing:
                return True
            self._confuse(folder)
            self._remove(moved)
        self._watch_below([self.folders.child(folder, name)])
        return False


def _silent(mounts: Mapping[bytes, str]) -> set[bytes]:
    return {path for path, fs_type in mounts.items() if is_silent(fs_type)}


def _join(folder: Folder, name: bytes) -> bytes:
    return folder.path().rstrip(b"/") + b"/" + name


def _last_change(folder: Folder) -> int:
    try:
        return os.stat(folder.path(), follow_symlinks=False).st_mtime_ns  # noqa: PTH116 - paths are bytes
    except OSError:
        return 0


def _are_one(one: bytes, other: bytes) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False

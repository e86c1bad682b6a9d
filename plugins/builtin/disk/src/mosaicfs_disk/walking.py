"""The walk: folder by folder, by open handles, in byte order of names.

It looks at names and `stat` and at nothing else, and decides what there is to index. What has changed since last time
is `comparing`'s matter, how fast to go `pacing`'s. Runs in a thread of its own; nothing here awaits.

The loop over a folder's entries is what a crawl of half a million files costs. So nothing is built per file there but
one tuple, and rules that concern few folders are asked only where a cheap look found a reason to.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mosaicfs_disk import ignoring
from mosaicfs_disk.excluding import LONGEST_PATH, Excluding, bad_name, excluding
from mosaicfs_disk.findings import Findings
from mosaicfs_disk.ignoring import Ignoring
from mosaicfs_disk.mounts import Mount, Mounts
from mosaicfs_disk.rules import Rules
from mosaicfs_disk.showing import shown

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_REGULAR = stat.S_IFREG
_MOST_HANDLES = 100
_LONG_PATH = 900
"""Characters, of up to four bytes each: a longer one needs a look at how many bytes a path in it has."""

FileSeen = tuple[str, int, int, int]
"""Name (with lone surrogates), size, mtime in nanoseconds, inode; 0 for an inode that says nothing of identity."""

Key = tuple[int, int]


@dataclass(slots=True)
class Folder:
    """One that was read to its end. `real` is its path as the system has it, `path` as it is shown."""

    path: str
    real: str
    device: int
    is_empty: bool
    is_mount: bool
    is_local: bool
    fd: int
    files: list[FileSeen]
    left_out: list[str]


class Ground(NamedTuple):
    """What a folder takes over from the one above it."""

    device: int
    is_stable: bool
    is_local: bool
    rules: tuple[Ignoring, ...]


@dataclass(slots=True)
class _Frame:
    """A folder whose folders are being walked. `fd` is None once it was closed to stay below the limit of handles."""

    path: str
    real: str
    key: Key
    fd: int | None
    ground: Ground
    folders: list[str] = field(default_factory=list)


def listed(fd: int) -> list[os.DirEntry[str]]:
    """All entries, or an `OSError`: half a folder is none."""
    with os.scandir(fd) as entries:
        return list(entries)


@dataclass(slots=True)
class Walk:
    """`folders()` yields each folder before those in it; its `fd` may be used until the next is asked for.

    What could not be read is in `findings`, and nothing below it may count as gone; `left_out` are folders that a rule
    keeps out of the index.
    """

    root: str
    rules: Rules
    mounts: Mounts
    findings: Findings = field(default_factory=Findings)
    listing: Callable[[int], list[os.DirEntry[str]]] = listed
    left_out: set[str] = field(default_factory=set)
    _excluding: Excluding = field(init=False)
    _frames: list[_Frame] = field(default_factory=list)
    _on_path: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._excluding = excluding(self.rules)

    def folders(self) -> Iterator[Folder]:
        """Raises `OSError` when the root itself, or the folder that the walk is limited to, cannot be read."""
        try:
            start = self._start()
            if start is None:
                return
            yield from self._entered(start[0], self._begin, start[1], is_root=True)
            while self._frames:
                frame = self._frames[-1]
                if not frame.folders:
                    self._leave(frame)
                    continue
                yield from self._next(frame, frame.folders.pop())
        finally:
            for frame in reversed(self._frames):
                _close(frame.fd)
            self._frames.clear()

    # --- where it begins ---------------------------------------------------------------------------------------

    def held(self, real: str) -> tuple[int, Ground] | None:
        """A handle for a folder of the source, and its ground; None when it is left out of the index.

        Raises `OSError` when it cannot be opened; `FileNotFoundError` and `NotADirectoryError` mean that it is gone.
        """
        fd = os.open(self.root, _FOLDER & ~os.O_NOFOLLOW)
        stem = self.root.rstrip("/")
        here, ground = stem, self._root_ground(fd)
        for name in filter(None, real.removeprefix(stem).split("/")):
            try:
                step = self._step(fd, here, name, ground)
            finally:
                os.close(fd)
            if step is None:
                return None
            fd, here, ground = step
        try:
            return fd, ground._replace(rules=self._with_ignore_file(shown(here), fd, ground.rules))
        except OSError:
            os.close(fd)
            raise

    def _start(self) -> tuple[int, Ground] | None:
        held = self.held(self.rules.below or self.root)
        if held is None:
            return None
        # The ignore file of the folder itself is read again when its entries are.
        fd, ground = held
        own = f"{shown(self._begin)}/"
        return fd, ground._replace(rules=tuple(each for each in ground.rules if each.folder != own))

    @property
    def _begin(self) -> str:
        return (self.rules.below or self.root).rstrip("/")

    def _root_ground(self, fd: int) -> Ground:
        mount = self.mounts.of(self.root)
        return Ground(os.fstat(fd).st_dev, *_nature(mount), ())

    def _step(self, fd: int, real: str, name: str, ground: Ground) -> tuple[int, str, Ground] | None:
        """One folder down on the way to where the walk begins, by the same rules as below."""
        parent = shown(real)
        rules = self._with_ignore_file(parent, fd, ground.rules)
        path, deeper = f"{parent}/{shown(name)}", f"{real}/{name}"
        if self._excluding.leaves_out(parent, shown(name), is_folder=True):
            return None
        if ignoring.leaves_out(rules, path, is_folder=True) or not self._may_cross(deeper):
            return None
        below = os.open(name, self._flags, dir_fd=fd)
        device = os.fstat(below).st_dev
        return below, deeper, self._ground(deeper, device, ground._replace(rules=rules))

    # --- going down and up -------------------------------------------------------------------------------------

    def _next(self, frame: _Frame, name: str) -> Iterator[Folder]:
        real = f"{frame.real}/{name}"
        if not self._may_cross(real):
            self.findings.not_entered(shown(real))
            return
        try:
            fd = self._opened(frame, name)
        except FileNotFoundError:
            return
        except OSError as trouble:
            self.findings.unreadable(shown(real), trouble)
            return
        if not frame.folders:
            _close(frame.fd)
            frame.fd = None
        yield from self._entered(fd, real, frame.ground, is_root=False)

    def _opened(self, frame: _Frame, name: str) -> int:
        if frame.fd is None:
            frame.fd = self._reopened(frame)
        return os.open(name, self._flags, dir_fd=frame.fd)

    def _reopened(self, frame: _Frame) -> int:
        """From the root, step by step: a long path could lead through a link that was put there meanwhile."""
        fd = os.open(self.root, _FOLDER & ~os.O_NOFOLLOW)
        for name in filter(None, frame.real.removeprefix(self.root.rstrip("/")).split("/")):
            try:
                below = os.open(name, self._flags, dir_fd=fd)
            finally:
                os.close(fd)
            fd = below
        return fd

    @property
    def _flags(self) -> int:
        return _FOLDER & ~os.O_NOFOLLOW if self.rules.symlinks == "follow" else _FOLDER

    def _entered(self, fd: int, real: str, above: Ground, *, is_root: bool) -> Iterator[Folder]:
        """`fd` is closed here, or lives on in a frame."""
        kept = False
        try:
            found = os.fstat(fd)
            key = (found.st_dev, found.st_ino)
            path = shown(real) or "/"
            if key in self._on_path:
                self.findings.not_entered(path)
                return
            crossed = found.st_dev != above.device
            if crossed and self.rules.cross_filesystems == "none":
                self.findings.not_entered(path)
                return
            ground = self._ground(real, found.st_dev, above) if crossed else above
            try:
                folder, frame = self._read(fd, path, real, key, ground)
            except OSError as trouble:
                if is_root:
                    raise
                self.findings.unreadable(path, trouble)
                return
            yield folder
            if frame.folders:
                kept = True
                self._push(frame)
        finally:
            if not kept:
                os.close(fd)

    def _push(self, frame: _Frame) -> None:
        if len(self._frames) >= _MOST_HANDLES:
            far = self._frames[-_MOST_HANDLES]
            _close(far.fd)
            far.fd = None
        self._frames.append(frame)
        self._on_path.add(frame.key)

    def _leave(self, frame: _Frame) -> None:
        self._frames.pop()
        self._on_path.discard(frame.key)
        _close(frame.fd)

    def _may_cross(self, real: str) -> bool:
        """Judged before anything is opened: a dead network mount would never answer."""
        return real not in self.mounts.by_point or self.mounts.may_enter(real, self.rules.cross_filesystems)

    def _ground(self, real: str, device: int, above: Ground) -> Ground:
        if device == above.device:
            return above
        mount = self.mounts.by_point.get(real)
        return above._replace(device=device) if mount is None else Ground(device, *_nature(mount), above.rules)

    # --- one folder --------------------------------------------------------------------------------------------

    def _read(self, fd: int, path: str, real: str, key: Key, ground: Ground) -> tuple[Folder, _Frame]:
        entries = self.listing(fd)
        left_out: list[str] = []
        names = [entry.name for entry in entries]
        ground = self._with_rules(path, fd, names, ground)
        is_empty, is_mount = not names, real != self.root and real in self.mounts.by_point
        if self._is_suspect(names, path, ground):
            entries, left_out = self._kept(entries, path, ground)
        files, folders = self._sorted_out(entries, real, is_stable=ground.is_stable)
        folder = Folder(path, real, key[0], is_empty, is_mount, ground.is_local, fd, files, left_out)
        return folder, _Frame(path, real, key, fd, ground, folders)

    def _sorted_out(
        self, entries: list[os.DirEntry[str]], real: str, *, is_stable: bool
    ) -> tuple[list[FileSeen], list[str]]:
        files: list[FileSeen] = []
        folders: list[str] = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if found.st_mode & 0o170000 == _REGULAR:
                inode = found.st_ino if is_stable and found.st_nlink == 1 else 0
                files.append((entry.name, found.st_size, found.st_mtime_ns, inode))
            elif entry.is_symlink() and self.rules.symlinks != "skip":
                self._take_link(entry, real, files, folders)
        # By characters, which is by bytes but for bad names; the mark only needs the same order each time.
        files.sort()
        folders.sort(key=os.fsencode, reverse=True)
        return files, folders

    def _take_link(self, entry: os.DirEntry[str], real: str, files: list[FileSeen], folders: list[str]) -> None:
        found = self.target_of(f"{real}/{entry.name}")
        if found is None:
            self.findings.other += 1
        elif stat.S_ISREG(found.st_mode):
            files.append((entry.name, found.st_size, found.st_mtime_ns, 0))
        elif stat.S_ISDIR(found.st_mode) and self.rules.symlinks == "follow":
            folders.append(entry.name)

    def target_of(self, real: str) -> os.stat_result | None:
        """What a link leads to; None for nothing, and for what lies outside of the watched folder."""
        try:
            target = os.path.realpath(real, strict=True)
            inside = target.startswith(f"{os.path.realpath(self.root).rstrip('/')}/")
            return os.lstat(target) if inside else None
        except OSError:
            return None

    def leaves_out(self, parent: str, name: str, *, is_folder: bool) -> bool:
        return self._excluding.leaves_out(parent.rstrip("/"), name, is_folder=is_folder)

    def leaves_out_by_name(self, real: str, *, is_folder: bool) -> bool:
        """A path below the root, judged by the names on its way."""
        stem, rest = self.root.rstrip("/"), real.removeprefix(self.root.rstrip("/")).strip("/")
        *folders, last = rest.split("/")
        for name in folders:
            if self.leaves_out(shown(stem), shown(name), is_folder=True):
                return True
            stem = f"{stem}/{name}"
        return bool(last) and self.leaves_out(shown(stem), shown(last), is_folder=is_folder)

    def _is_suspect(self, names: list[str], path: str, ground: Ground) -> bool:
        """Whether any entry needs a second look. True costs time and nothing else."""
        long = len(path) > _LONG_PATH or bool(ground.rules)
        return bool(names) and (long or self._excluding.is_suspect(path.rstrip("/"), names))

    def _kept(
        self, entries: list[os.DirEntry[str]], path: str, ground: Ground
    ) -> tuple[list[os.DirEntry[str]], list[str]]:
        """Without what the rules leave out, and the paths of the files among that."""
        kept: dict[str, os.DirEntry[str]] = {}
        left_out: list[str] = []
        stem = path.rstrip("/")
        for entry in sorted(entries, key=_clean_first):
            name, is_folder = shown(entry.name), entry.is_dir(follow_symlinks=False)
            if bad_name(entry.name) or len(os.fsencode(f"{stem}/{entry.name}")) > LONGEST_PATH or name in kept:
                self.findings.skipped_name(f"{stem}/{entry.name}")
            elif self._excluding.leaves_out(stem, name, is_folder=is_folder) or ignoring.leaves_out(
                ground.rules, f"{stem}/{name}", is_folder=is_folder
            ):
                if is_folder:
                    self.left_out.add(f"{stem}/{name}")
                else:
                    left_out.append(f"{stem}/{name}")
            else:
                kept[name] = entry
        return list(kept.values()), left_out

    def _with_rules(self, path: str, fd: int, names: list[str], ground: Ground) -> Ground:
        if not self.rules.ignore_file or self.rules.ignore_file not in names:
            return ground
        return ground._replace(rules=self._with_ignore_file(path, fd, ground.rules))

    def _with_ignore_file(self, path: str, fd: int, rules: tuple[Ignoring, ...]) -> tuple[Ignoring, ...]:
        found = ignoring.ignoring(path, self.rules.ignore_file, fd) if self.rules.ignore_file else None
        return rules if found is None else (*rules, found)


def _nature(mount: Mount | None) -> tuple[bool, bool]:
    """Whether inode numbers are stable, and whether files may be opened for a look at their first bytes."""
    return (True, True) if mount is None else (mount.has_stable_inodes, mount.is_local)


def _clean_first(entry: os.DirEntry[str]) -> tuple[bool, str]:
    """So that of two names that are shown alike the one that really is so stays."""
    return shown(entry.name) != entry.name, entry.name


def _close(fd: int | None) -> None:
    if fd is not None:
        os.close(fd)

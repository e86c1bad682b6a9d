"""Where folders are that the kernel names by a handle: asked once, kept until a folder above is renamed.

The answer is of now, and the event that asks is of a moment ago. So what was asked lately is `young`: a rename that is
read afterwards may have happened before the answer, and who reads it must have the folder looked at again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from mosaicfs_disk.watching import handles
from mosaicfs_disk.watching.handles import Handle
from mosaicfs_disk.watching.outbox import lies_in

MOST = 10_000
_TRIES = 5


class Root(NamedTuple):
    """`real` is its path without links. `above` are the handles of itself and of the folders over it; `points` are
    paths of itself and of what is mounted below it, each with its file system.
    """

    path: bytes
    real: bytes
    above: tuple[Handle, ...]
    points: tuple[tuple[bytes, int], ...]

    def shown(self, real: bytes) -> bytes | None:
        """A real path by the name that the root was given."""
        if not lies_in(real, self.real):
            return None
        rest = real[len(self.real.rstrip(b"/")) :].lstrip(b"/")
        return join(self.path, rest) if rest else self.path


class Places:
    """Paths by the names that the roots were given; None for a folder that is in no root, or excluded."""

    def __init__(self, is_excluded: Callable[[bytes, bool], bool]) -> None:
        self.roots: dict[bytes, Root] = {}
        self.unsure: set[bytes] = set()
        self._is_excluded = is_excluded
        self._known: dict[Handle, bytes | None] = {}
        self._young: dict[Handle, bytes] = {}
        self._younger: dict[Handle, bytes] = {}

    def of(self, folder: Handle) -> bytes | None:
        if folder in self._known:
            return self._known[folder]
        if len(self._known) >= MOST:
            self._known.clear()
        path = self._known[folder] = self._find(folder)
        if path is not None and path not in self.roots:
            self._younger[folder] = path
        return path

    def young(self) -> dict[Handle, bytes]:
        return self._young | self._younger

    def age(self) -> None:
        """All that had happened before the last read but one is read by now."""
        self._young, self._younger = self._younger, {}

    def moved(self, old: bytes | None, new: bytes | None) -> None:
        """A folder, with all below it, and with all that is beneath its new name."""
        tops = [path for path in (old, new) if path is not None]
        appeared = old is None and new is not None
        self._known = {
            folder: path
            for folder, path in self._known.items()
            if not (appeared if path is None else any(lies_in(path, top) for top in tops))
        }

    def forget(self, folder: Handle | None = None) -> None:
        """One, or all of them."""
        if folder is None:
            self._known.clear()
            self._young.clear()
            self._younger.clear()
        else:
            self._known.pop(folder, None)

    # --- asking the system -------------------------------------------------------------------------------------------

    def _find(self, folder: Handle) -> bytes | None:
        for root in self.roots.values():
            for point, filesystem in root.points:
                if filesystem == folder.filesystem:
                    path = self._found_by(root, point, folder)
                    if path is not None:
                        return None if self._is_left_out(root.path, path) else path
        return None

    def _found_by(self, root: Root, point: bytes, folder: Handle) -> bytes | None:
        try:
            with _mounted(point, folder) as mounted:
                fd = handles.opened(mounted, folder)
        except OSError:  # removed meanwhile, with its file system or without; or never in this part of it
            return None
        try:
            return self._path_of(root, fd)
        finally:
            os.close(fd)

    def _path_of(self, root: Root, fd: int) -> bytes | None:
        """A path that does not lead back to the folder is of a part of the file system that is not to be seen here."""
        wanted = os.fstat(fd)
        for _ in range(_TRIES):
            try:
                real = os.readlink(b"/proc/self/fd/%d" % fd)  # noqa: PTH115 - paths are bytes
            except OSError:  # longer than the system can say, and so longer than any path of the index
                return None
            path = root.shown(real)
            if path is None:
                return None
            try:
                return path if os.path.samestat(os.lstat(real), wanted) else None
            except OSError:  # renamed or removed just now
                continue
        self.unsure.add(root.path)
        return None

    def _is_left_out(self, root: bytes, path: bytes) -> bool:
        rest = path[len(root.rstrip(b"/")) :]
        ends = [at for at, byte in enumerate(rest) if byte == ord("/") and at] + [len(rest)]
        return any(self._is_excluded(root.rstrip(b"/") + rest[:end], True) for end in ends if rest[:end])


@contextmanager
def _mounted(point: bytes, folder: Handle) -> Iterator[int]:
    """Open only while it is needed: a disk that somebody holds open cannot be unmounted."""
    fd = os.open(point, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if handles.filesystem_of(fd) != folder.filesystem:
            raise OSError(f"another file system is mounted at {point!r}")
        yield fd
    finally:
        os.close(fd)


def join(folder: bytes, name: bytes) -> bytes:
    return folder.rstrip(b"/") + b"/" + name

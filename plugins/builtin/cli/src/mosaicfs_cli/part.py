"""The file beside a target that bytes are written to until all are there: `NAME.part`.

Nothing has the final name before it is whole. Of which version a part is stands beside it in an extended attribute,
where the file system keeps those.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from mosaicfs_cli.errors import BeingFetchedError, FileExistsAlreadyError, NoRoomError

SUFFIX = ".part"
TAG = "user.mosaicfs.etag"

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_PIECE = 1 << 20


class Part:
    """Open and ours alone. `size` bytes of it count; what lies behind them is cut off by the next piece."""

    def __init__(self, target: Path, descriptor: int) -> None:
        self.target = target
        self.path = part_of(target)
        self.size = 0
        self._descriptor = descriptor
        self._hashed = sha256()

    @property
    def sha256(self) -> bytes:
        return self._hashed.digest()

    @property
    def tag(self) -> str:
        """Empty where nobody knows it."""
        if hasattr(os, "getxattr"):
            with suppress(OSError):
                return os.getxattr(self._descriptor, TAG).decode(errors="replace")
        return ""

    def name_version(self, tag: str) -> None:
        if hasattr(os, "setxattr"):
            with suppress(OSError):
                os.setxattr(self._descriptor, TAG, tag.encode())

    def length(self) -> int:
        return os.fstat(self._descriptor).st_size

    def take_up(self) -> None:
        """What is there counts."""
        self._begin()
        while piece := os.pread(self._descriptor, _PIECE, self.size):
            self._hashed.update(piece)
            self.size += len(piece)

    def put(self, at: int, piece: bytes) -> None:
        """`at` is where the last one ended, or 0 to begin anew."""
        if at != self.size:
            self._begin()
        if not at:
            os.ftruncate(self._descriptor, 0)
        with self._room():
            written = 0
            while written < len(piece):
                written += os.pwrite(self._descriptor, piece[written:], at + written)
        self._hashed.update(piece)
        self.size = at + len(piece)

    def become_target(self, *, replaces: bool) -> None:
        """On disk first, then by its name."""
        with self._room():
            os.ftruncate(self._descriptor, self.size)
            os.fsync(self._descriptor)
        if hasattr(os, "removexattr"):
            with suppress(OSError):
                os.removexattr(self._descriptor, TAG)
        require_free(self.target, replaces=replaces)
        self.path.replace(self.target)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self.size, self._hashed = 0, sha256()

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as trouble:
            if trouble.errno in _FULL:
                raise NoRoomError(self.path) from None
            raise


@contextmanager
def opened_part(target: Path) -> Iterator[Part]:
    """A link of that name is not followed: it could lead anywhere."""
    path = part_of(target)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingFetchedError(path) from None
        yield Part(target, descriptor)
    finally:
        os.close(descriptor)


def part_of(target: Path) -> Path:
    return target.with_name(target.name + SUFFIX)


def require_free(target: Path, *, replaces: bool) -> None:
    """Also a link that leads nowhere is something that exists."""
    if target.is_dir() and not target.is_symlink():
        raise FileExistsAlreadyError(target, "It is a directory; name a file, or a directory to put the file in.")
    if not replaces and (target.exists() or target.is_symlink()):
        raise FileExistsAlreadyError(target, "Add --force to replace it, or name another one with -o.")

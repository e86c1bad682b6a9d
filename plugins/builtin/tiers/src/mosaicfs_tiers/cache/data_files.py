"""The files that hold the bytes: where they lie, and who has one open.

A process has a shared `flock` on each data file that it has open, so that a look at the lock tells every other process,
and a kill gives it back. What a file holds is known by the index alone.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

_PREFIX: Final = "file::"
_is_key = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
MANY: Final = 8
_PUNCH: Final = 0x03  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
_OPEN: Final = os.O_CLOEXEC | os.O_NOFOLLOW
_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | _OPEN


def key_of(file_id: str) -> str:
    """Empty for an id that is none of a file: it must not become part of a path."""
    key = file_id.removeprefix(_PREFIX)
    return key if file_id.startswith(_PREFIX) and _is_key(key) else ""


class DataFiles:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / "tmp"

    def path(self, key: str) -> Path:
        """The first digits of a UUIDv7 are a clock, so the last ones spread."""
        return self.root / key[-2:] / key

    def stage(self, size: int) -> tuple[int, Path]:
        """An empty sparse file of that size. Its lock tells that it is not left behind."""
        return self._staged(lambda file: os.ftruncate(file, size))

    def stage_whole(self, content: bytes) -> tuple[int, Path]:
        """A file that has all its bytes, locked likewise."""
        return self._staged(lambda file: _write(file, memoryview(content), 0))

    def _staged(self, fill: Callable[[int], None]) -> tuple[int, Path]:
        path = self.staging / secrets.token_hex(8)
        try:
            file = os.open(path, _NEW, 0o600)
        except FileNotFoundError:
            self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, _NEW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
            fill(file)
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            raise
        return file, path

    def place(self, staged: Path, key: str) -> None:
        self.place_all([(staged, key)])

    def place_all(self, staged: Sequence[tuple[Path, str]], files: Sequence[int] = ()) -> None:
        """Within the change that makes their rows, and lasting: otherwise a row could be taken for an older file.

        `files` are those of them that are open and not flushed yet.
        """
        folders = set()
        for each, key in staged:
            path = self.path(key)
            try:
                each.rename(path)
            except FileNotFoundError:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                each.rename(path)
            folders.add(path.parent)
        flush(files, folders)

    def open(self, key: str, *, writing: bool = False) -> int:
        """`OSError` also for one that is just being taken away. Look at its row once more afterwards."""
        path = f"{self.root}/{key[-2:]}/{key}"  # `self.path` takes as long as the opening
        file = os.open(path, (os.O_RDWR if writing else os.O_RDONLY) | _OPEN)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        return file

    def has(self, key: str, size: int) -> bool:
        try:
            return self.path(key).stat().st_size == size
        except OSError:
            return False

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def shards(self) -> list[Path]:
        return sorted(path for path in self.root.glob("[0-9a-f][0-9a-f]") if path.is_dir())

    def free(self) -> int:
        """Of the volume, for us."""
        facts = os.statvfs(self.root)
        return facts.f_bavail * facts.f_frsize

    def empty_staging(self) -> None:
        """Of what dead processes have left."""
        if self.staging.is_dir():
            for path in self.staging.iterdir():
                for file in unused(path):
                    path.unlink(missing_ok=True)
                    os.close(file)


def unused(path: Path) -> Iterator[int]:
    """A descriptor of it, locked so that nobody opens it as ours meanwhile, if it is there and nobody has it open."""
    try:
        file = os.open(path, os.O_RDONLY | _OPEN)
    except OSError:
        return
    if is_alone(file):
        yield file
    else:
        os.close(file)


def is_alone(file: int) -> bool:
    """Whether the lock on it could be made exclusive. If it could not, it may be gone altogether."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def share(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_SH)


class MeddledError(OSError):
    """Somebody else has changed a data file."""


def write_within(file: int, size: int, content: bytes | memoryview, offset: int) -> None:
    """Into a file that has all its length: one that was cut would grow again, and show zeros for what was in it."""
    require_length(file, size)
    _write(file, memoryview(content), offset)


def require_length(file: int, size: int) -> None:
    if os.fstat(file).st_size != size:
        raise MeddledError("it has another length")


def _write(file: int, view: memoryview, offset: int) -> None:
    while view:
        done = os.pwrite(file, view, offset)
        view = view[done:]
        offset += done


def flush(files: Sequence[int], folders: Collection[Path]) -> None:
    """All of them, of one file system: for many, that is asked to write down all it has, which costs it once."""
    sync = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None) if len(files) >= MANY else None
    if sync is not None and sync(files[0]) == 0:
        return
    for file in files:
        os.fsync(file)
    for folder in folders:
        _flush_folder(folder)


def _flush_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def punch(file: int, offset: int, length: int) -> None:
    """Give the room of a part back. Where the file system cannot, it is kept until the whole file goes."""
    give = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if give is not None:
        give(file, _PUNCH, ctypes.c_long(offset), ctypes.c_long(length))

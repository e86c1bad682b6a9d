"""One process at a time: a lock that the system lets go of when its holder dies, whatever the reason."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mosaicfs_cli.errors import AlreadyRunningError


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock `path`, with our pid in it; it is gone afterwards. `AlreadyRunningError` when another holds it."""
    lock = _locked(path)
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _locked(path: Path) -> int:
    """Between opening and locking, the holder may have removed the file: then ours is not the one that others see."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode().strip()
            os.close(lock)
            raise AlreadyRunningError(path, holder or "unknown") from None
        if _is_at(path, lock):
            return lock
        os.close(lock)


def _is_at(path: Path, lock: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False

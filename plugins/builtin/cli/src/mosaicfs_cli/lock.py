"""One process at a time: a lock that the system lets go of when its holder dies, whatever the reason.

The first line of the file is the holder's pid. Below it the holder may note what others want to know of it, as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.errors import AlreadyRunningError

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

MUCH = 1 << 20


LOOKS, LOOK_S = 3, 0.02


class Note(NamedTuple):
    """Who holds a lock, and what the holder noted: `since` (seconds of the clock) and facts of its own."""

    pid: int
    facts: JsonObject

    @property
    def since(self) -> float:
        found = self.facts.get("since")
        return float(found) if isinstance(found, int | float) else 0.0


class Held:
    """A lock in our hands. `left` is what a holder that died without letting go had noted."""

    def __init__(self, lock: int, left: Note | None) -> None:
        self._lock = lock
        self._since = time.time()
        self.left = left

    def note(self, facts: Mapping[str, object]) -> None:
        text = f"{os.getpid()}\n" + (json.dumps({"since": self._since, **facts}) + "\n" if facts else "")
        os.pwrite(self._lock, text.encode(), 0)
        os.ftruncate(self._lock, len(text.encode()))


@contextmanager
def held(path: Path) -> Iterator[Held]:
    """Hold the lock `path`, with our pid in it; it is gone afterwards. `AlreadyRunningError` when another holds it."""
    lock = _locked(path)
    ours = Held(lock, _note(lock))
    try:
        ours.note({})
        yield ours
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def holder(path: Path) -> Note | None:
    """Who holds it now; None when nobody does, whatever the file says."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _note(lock)
    finally:
        os.close(lock)
    return None


def _note(lock: int) -> Note | None:
    pid, _, rest = os.pread(lock, MUCH, 0).decode(errors="replace").partition("\n")
    if not pid.isdigit():
        return None  # taken this very moment
    try:
        facts = json.loads(rest or "{}")
    except ValueError:
        facts = {}  # caught while it is written
    return Note(int(pid), facts) if isinstance(facts, dict) else None


def _locked(path: Path) -> int:
    """Between opening and locking, the holder may have removed the file: then ours is not the one that others see."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _taken(lock):
            note = _note(lock)
            os.close(lock)
            raise AlreadyRunningError(path, str(note.pid) if note else "unknown")
        if _is_at(path, lock):
            return lock
        os.close(lock)


def _taken(lock: int) -> bool:
    """`holder` touches the lock for an instant when it looks who holds it; that is no reason to give up."""
    for _ in range(LOOKS):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(LOOK_S)
    return False


def _is_at(path: Path, lock: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False

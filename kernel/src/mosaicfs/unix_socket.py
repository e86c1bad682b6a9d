"""Sockets of this machine: one appears when it answers, takes the place of what a killed process left, and goes again.

Who is let in beyond its owner, and what is spoken, is the face's.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_native_id

from mosaicfs.errors import AddressInUseError

_BACKLOG = 128


class NotASocketError(AddressInUseError):
    """Something lies there that nobody who listens has left."""


@contextmanager
def listening(path: Path, *, group: int | None = None) -> Iterator[socket.socket]:
    """For its owner alone, and for `group` where there is one. Removed at the end if it is still ours, then closed.

    `AddressInUseError` when somebody answers there.
    """
    _require_dead(path)
    listener, file = _opened(path, group)
    try:
        yield listener
    finally:
        _remove(path, file)
        listener.close()


def _require_dead(path: Path) -> None:
    with suppress(FileNotFoundError, ConnectionRefusedError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise NotASocketError(str(path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.setblocking(False)
            with suppress(BlockingIOError):  # so many wait there already that there is no place for one more
                probe.connect(str(path))
        raise AddressInUseError(str(path))


def _opened(path: Path, group: int | None) -> tuple[socket.socket, os.stat_result]:
    """Opened under another name and moved when it listens and its mode is set: nobody meets it deaf or open to all."""
    draft = path.with_name(f".{get_native_id()}")  # a longer path than its own might be too long
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(draft))
        if group is not None:
            os.chown(draft, -1, group)
        draft.chmod(0o600 if group is None else 0o660)
        file = draft.lstat()
        listener.listen(_BACKLOG)
        draft.rename(path)
    except BaseException:
        listener.close()
        draft.unlink(missing_ok=True)
        raise
    return listener, file


def _remove(path: Path, file: os.stat_result) -> None:
    """Another process that was started meanwhile has put its own there; that one stays."""
    with suppress(FileNotFoundError):
        if os.path.samestat(path.lstat(), file):
            path.unlink()

"""A place in the tree of the system becomes ours: root mounts by itself, others ask `fusermount3`, which may.

What comes of it is one descriptor, on which the kernel asks and is answered. The mount ends when it is closed.
"""

from __future__ import annotations

import array
import ctypes
import errno
import os
import socket
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Final

from mosaicfs.errors import GiveUpError, UnsupportedError

DEVICE: Final = Path("/dev/fuse")
_ENDS_S: Final = 10.0
_FLAGS: Final = {"ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8}
"""As `mount(2)` has them; everything else is for the file system."""


class MountFailedError(UnsupportedError):
    def __init__(self, path: Path, cause: str) -> None:
        GiveUpError.__init__(self, f"{path} could not be mounted: {cause}.")


def mount(path: Path, options: Collection[str]) -> int:
    """The descriptor, which does not block. `MountFailedError` says what the system said."""
    descriptor = _mounted(path, options) if os.geteuid() == 0 else _asked_for(path, options)
    os.set_blocking(descriptor, False)
    return descriptor


def _mounted(path: Path, options: Collection[str]) -> int:
    try:
        descriptor = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
    except OSError as cause:
        raise MountFailedError(path, f"{DEVICE}: {os.strerror(cause.errno or 0)}") from cause
    named = dict(each.partition("=")[::2] for each in options)
    flags = sum(_FLAGS.get(each, 0) for each in named)
    kind, source = f"fuse.{named.pop('subtype')}", named.pop("fsname")
    given = [f"fd={descriptor}", "rootmode=40000", f"user_id={os.getuid()}", f"group_id={os.getgid()}"]
    given += [each for each in named if each not in _FLAGS]
    system = ctypes.CDLL(None, use_errno=True)
    words = (os.fsencode(each) for each in (source, os.fspath(path), kind))
    if system.mount(*words, ctypes.c_ulong(flags), ",".join(given).encode()) != 0:
        os.close(descriptor)
        raise MountFailedError(path, _why(ctypes.get_errno()))
    return descriptor


def _why(number: int) -> str:
    if number == errno.EPERM:
        return "this root may mount nothing. Start the container with --cap-add SYS_ADMIN"
    return os.strerror(number)


def _asked_for(path: Path, options: Collection[str]) -> int:
    """The program hands the descriptor back over a socket that it knows by a variable of its environment."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - a program of the system and a path
                ["fusermount3", "-o", ",".join(sorted(options)), "--", os.fspath(path)],  # noqa: S607 - wherever it is
                env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())},
                pass_fds=(theirs.fileno(),),
                stderr=subprocess.PIPE,
                text=True,
            )
        descriptor = _handed_over(ours)
        _, said = process.communicate(timeout=_ENDS_S)
    if descriptor is None:
        raise MountFailedError(path, said.strip().removeprefix("fusermount3: ").rstrip(".") or "fusermount3 refused")
    return descriptor


def _handed_over(ours: socket.socket) -> int | None:
    numbers = array.array("i")
    ours.settimeout(_ENDS_S)
    _, beside, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(numbers.itemsize))
    for level, kind, body in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(body[: numbers.itemsize])
    if not numbers:
        return None
    os.set_inheritable(numbers[0], False)
    return numbers[0]

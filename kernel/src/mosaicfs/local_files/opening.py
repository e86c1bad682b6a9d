"""Opening one file below a folder that is open already, and seeing what it really is before anything is done to it.

A file is reached first and opened then: what is reached can be looked at, and is the same whatever happens to its name
meanwhile, but no device is woken and no pipe is waited for. Links are followed, for one that stays where it may is
fine; those of `/proc` that lead where no name leads are not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable
from functools import cache

from mosaicfs.errors import UnsupportedError

_REACH = os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK)
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_DESCRIPTORS = "/proc/self/fd"
_OPENAT2 = 437
_NO_XDEV = 0x01
_NO_MAGICLINKS = 0x02
_MOST_LINKS = 40

Admit = Callable[[str, os.stat_result], None]


class LinkRefusedError(OSError):
    """On the way there is a link without an end, or one of the system that no name stands for."""


class OtherMountError(OSError):
    """The way leads over a mount point, and nothing behind it was asked."""


def open_folder(path: str) -> int:
    """A descriptor to open files below. It keeps no file system busy for longer than it is open."""
    return os.open(path, _REACH | os.O_DIRECTORY)


def open_below(folder: int, path: str, admit: Admit, *, same_mount: bool = False) -> int:
    """A descriptor for reading the file at a relative `path`, once `admit` has let it pass.

    `admit` is told the real path and the facts of what was reached, and raises what the caller gets. `OSError` where
    nothing can be reached or opened, `LinkRefusedError` among them. `same_mount`: with `OtherMountError` for what does
    not lie on the mount of the folder, and for everything where the system cannot tell.
    """
    reached = _reached(folder, path, same_mount=same_mount)
    try:
        found = os.fstat(reached)
        if not found.st_nlink:
            raise FileNotFoundError(path)
        admit(real_path_of(reached), found)
        return os.open(f"{_DESCRIPTORS}/{reached}", _READ)
    finally:
        os.close(reached)


def real_path_of(descriptor: int) -> str:
    """Where it lies now, without links; with lone surrogates for what is not UTF-8."""
    try:
        return os.readlink(f"{_DESCRIPTORS}/{descriptor}")  # noqa: PTH115 - twice an open; a path costs more than all of it
    except FileNotFoundError:
        raise UnsupportedError("Reading files of this machine without /proc") from None


def _reached(folder: int, path: str, *, same_mount: bool) -> int:
    if has_openat2():
        return _at_once(folder, path, _NO_MAGICLINKS | _NO_XDEV if same_mount else _NO_MAGICLINKS)
    if same_mount:
        raise OtherMountError(path)
    return by_parts(folder, path)


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@cache
def has_openat2() -> bool:
    """Linux from 5.6 on, unless a container forbids it."""
    if not sys.platform.startswith("linux"):
        return False
    root = open_folder("/")
    try:
        os.close(_at_once(root, ".", _NO_MAGICLINKS))
    except OSError:
        return False
    finally:
        os.close(root)
    return True


@cache
def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _at_once(folder: int, path: str, resolve: int) -> int:
    how = _How(_REACH, 0, resolve)
    name = ctypes.c_char_p(os.fsencode(path))
    found: int = _system().syscall(
        ctypes.c_long(_OPENAT2), folder, name, ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
    )
    if found < 0:
        number = ctypes.get_errno()
        raise _REFUSALS.get(number, OSError)(number, os.strerror(number), path)
    return found


_REFUSALS = {errno.ELOOP: LinkRefusedError, errno.EXDEV: OtherMountError}


def by_parts(folder: int, path: str) -> int:
    """The same for systems without that call. A link is read and its parts are gone through by name like all others."""
    waiting, here, links = path.split("/")[::-1], os.dup(folder), 0
    try:
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            found = os.open(part, _REACH | os.O_NOFOLLOW, dir_fd=here)
            if not stat.S_ISLNK(os.fstat(found).st_mode):
                here, found = found, here
                os.close(found)
                continue
            os.close(found)
            links += 1
            if links > _MOST_LINKS:
                raise LinkRefusedError(f"more than {_MOST_LINKS} links")
            target = os.readlink(part, dir_fd=here)
            if target.startswith("/"):
                os.close(here)
                here = open_folder("/")
            waiting += target.split("/")[::-1]
    except BaseException:
        os.close(here)
        raise
    return here

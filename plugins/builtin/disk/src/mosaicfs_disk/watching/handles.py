"""The kernel's calls for fanotify and file handles, and the form of what they give. Nothing here decides anything.

Needs Linux 5.17 (`FAN_RENAME`, `FAN_REPORT_TARGET_FID`) with a C library of the same age, the right to watch whole file
systems (`CAP_SYS_ADMIN`) and to open by handle (`CAP_DAC_READ_SEARCH`), and a file system that gives handles. Where one
is missing, the calls raise `OSError`. No library that is kept up speaks of names and handles, so it is ctypes.
"""

from __future__ import annotations

import ctypes
import os
import struct
from array import array
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from termios import FIONREAD
from typing import NamedTuple

MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
CREATE, DELETE, OVERFLOW = 0x100, 0x200, 0x4000
RENAME, ONDIR = 0x1000_0000, 0x4000_0000
WRITTEN = MODIFY | ATTRIB | CLOSE_WRITE

_CLOEXEC, _NONBLOCK = 0x1, 0x2
_REPORT_TARGET, _REPORT_NAME, _REPORT_FOLDER, _REPORT_ITSELF = 0x1000, 0x800, 0x400, 0x200
_ADD, _FILESYSTEM = 0x1, 0x100
_AT_FDCWD = -100
_LONGEST_HANDLE = 128

_EVENT = struct.Struct("=IBBHQii")
_RECORD = struct.Struct("=BBHIIIi")
_HANDLE = struct.Struct("=Ii")
_ITSELF, _FOLDER, _OLD, _NEW = 1, 2, 10, 12
_AT_ONCE = 65_536

_libc = ctypes.CDLL(None, use_errno=True)


class Handle(NamedTuple):
    """A file or folder by what it is, whatever its name. `filesystem` is the lower half of its `fsid`, because not
    every C library gives both.
    """

    filesystem: int
    kind: int
    number: bytes


class KernelEvent(NamedTuple):
    """`folder` and `name` are where it happened, for a rename the old ones; `target` is what it happened to. None is
    what was not told.
    """

    mask: int
    folder: Handle | None = None
    name: bytes = b""
    new_folder: Handle | None = None
    new_name: bytes = b""
    target: Handle | None = None


def begun() -> int:
    """A descriptor to read from. It watches nothing yet."""
    report = _REPORT_ITSELF | _REPORT_FOLDER | _REPORT_NAME | _REPORT_TARGET
    return _checked(_call("fanotify_init", ctypes.c_uint(_CLOEXEC | _NONBLOCK | report), ctypes.c_uint(os.O_RDONLY)))


def watch_filesystem(group: int, path: bytes) -> None:
    """The whole of the one that the path lies on. Twice is once."""
    mask = ctypes.c_uint64(WRITTEN | CREATE | DELETE | RENAME | ONDIR)
    _checked(_call("fanotify_mark", group, ctypes.c_uint(_ADD | _FILESYSTEM), mask, _AT_FDCWD, path), path)


def watched_filesystems(group: int) -> int:
    """How many the group watches still: one that is unmounted everywhere is no longer among them."""
    told = Path(f"/proc/self/fdinfo/{group}").read_text(encoding="ascii")
    return sum(line.startswith("fanotify sdev:") for line in told.splitlines())


def filesystem_of(place: bytes | int) -> int:
    """By path or descriptor."""
    return os.statvfs(place).f_fsid & 0xFFFF_FFFF


def handle_of(path: bytes) -> Handle:
    room = ctypes.create_string_buffer(_HANDLE.pack(_LONGEST_HANDLE, 0), _HANDLE.size + _LONGEST_HANDLE)
    _checked(_call("name_to_handle_at", _AT_FDCWD, path, room, ctypes.byref(ctypes.c_int()), 0), path)
    size, kind = _HANDLE.unpack_from(room.raw)
    return Handle(filesystem_of(path), kind, room.raw[_HANDLE.size : _HANDLE.size + size])


def opened(mounted: int, handle: Handle) -> int:
    """A descriptor that only names the folder. `mounted` is any open folder of the mount it is looked for in."""
    told = ctypes.create_string_buffer(_HANDLE.pack(len(handle.number), handle.kind) + handle.number)
    return _checked(_call("open_by_handle_at", mounted, told, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))


def waiting(group: int) -> Iterator[KernelEvent]:
    """All that waits to be read now. What comes meanwhile is left for the next time, or a busy disk had no end."""
    waits = array("i", [0])
    ioctl(group, FIONREAD, waits)
    left = waits[0] // _EVENT.size
    while left > 0:
        try:
            data = os.read(group, _AT_ONCE)
        except BlockingIOError:
            return
        for event in events_in(data):
            left -= 1
            yield event


def events_in(data: bytes) -> Iterator[KernelEvent]:
    at = 0
    while at < len(data):
        size, _, _, head, mask, _, _ = _EVENT.unpack_from(data, at)
        yield _event(mask, data[at + head : at + size])
        at += size


def _event(mask: int, records: bytes) -> KernelEvent:
    event, at = KernelEvent(mask), 0
    while at < len(records):
        what, _, size, filesystem, _, length, kind = _RECORD.unpack_from(records, at)
        number = at + _RECORD.size
        handle = Handle(filesystem, kind, records[number : number + length])
        name = records[number + length : at + size].partition(b"\0")[0]
        if what in (_FOLDER, _OLD):
            event = event._replace(folder=handle, name=name)
        elif what == _NEW:
            event = event._replace(new_folder=handle, new_name=name)
        elif what == _ITSELF:
            event = event._replace(target=handle)
        at += size
    return event


def _call(name: str, *arguments: object) -> int:
    try:
        function = getattr(_libc, name)
    except AttributeError:
        raise OSError(f"the C library has no {name}") from None
    function.restype = ctypes.c_int
    answer: int = function(*arguments)
    return answer


def _checked(answer: int, path: bytes | None = None) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
    return answer

"""Which file systems tell of all their changes. Over a network, and behind FUSE, others write and nobody is told."""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterable, Mapping
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")
_SILENT = frozenset(
    {
        *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse", "gfs", "gfs2", "glusterfs"),
        *("gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs"),
        "vmhgfs",
    }
)
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def read_mounts(place: Path = MOUNTINFO) -> dict[bytes, str]:
    """Mount points with the type of what is mounted last on them; none where the system has no such file."""
    return parsed(mount_table(place))


def mount_table(place: Path = MOUNTINFO) -> bytes:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return b""


class MountTable:
    """Tells of its changes, also when it looks as it did: a disk that is pulled and plugged in again may get the same
    line. `close` it in the end.
    """

    def __init__(self, place: Path = MOUNTINFO) -> None:
        self._place = place
        self._bell = select.poll()
        self._open = place.open("rb") if place.exists() else None
        if self._open is not None:
            self._bell.register(self._open, select.POLLPRI)
        self._before = mount_table(place)

    def changes(self) -> tuple[set[bytes], dict[bytes, str]] | None:
        """Points that are other than the last time, and all as they are now; None when nothing has changed."""
        if not self._bell.poll(0):
            return None
        before, self._before = self._before, mount_table(self._place)
        return changed_points(before, self._before), parsed(self._before)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


def changed_points(before: bytes, after: bytes) -> set[bytes]:
    """Where something was mounted or unmounted between two readings of the table, also if something else came there."""
    return {point for point, _ in _mounted(before) ^ _mounted(after)}


def points_below(points: Iterable[bytes], roots: Iterable[bytes]) -> list[bytes]:
    """Those that lie in a root, by the name that it was given; outer ones first. Asks the disk."""
    found = set()
    for root in roots:
        real = _inside(root)
        found |= {root.rstrip(b"/") + b"/" + point[len(real) :] for point in points if point.startswith(real)}
    return sorted(path for path in found if not path.endswith(b"/"))


def roots_on(points: Iterable[bytes], roots: Iterable[bytes]) -> list[bytes]:
    """Roots that are one of the points, or lie below one. Asks the disk."""
    return [root for root in roots if any(_inside(root).startswith(point.rstrip(b"/") + b"/") for point in points)]


def _inside(root: bytes) -> bytes:
    return os.path.realpath(root).rstrip(b"/") + b"/"


def _mounted(mountinfo: bytes) -> set[tuple[bytes, bytes]]:
    """Each mount by its point, its number and what it shows. How it is mounted may change, and it is the same."""
    found = set()
    for line in mountinfo.splitlines():
        left, _, right = line.partition(b" - ")
        fields = left.split(b" ")
        if len(fields) > 4:
            what = b" ".join([fields[0], *fields[2:4], *right.split(b" ")[:2]])
            found.add((_ESCAPED.sub(_unescape, fields[4]), what))
    return found


def parsed(mountinfo: bytes) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for line in mountinfo.splitlines():
        left, dash, right = line.partition(b" - ")
        fields = left.split(b" ")
        if dash and len(fields) > 4:
            found[_ESCAPED.sub(_unescape, fields[4])] = right.split(b" ")[0].decode("ascii", "replace")
    return found


def is_silent(fs_type: str) -> bool:
    """`fuseblk` is a disk of this machine, of which every write passes the kernel here."""
    return fs_type in _SILENT or fs_type.startswith("fuse.")


def type_at(path: bytes, mounts: Mapping[bytes, str]) -> str:
    """Of the file system that an absolute path lies on; empty if unknown."""
    while path not in mounts:
        if path in (b"/", b""):
            return ""
        path = path.rpartition(b"/")[0] or b"/"
    return mounts[path]


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 8) & 0xFF])

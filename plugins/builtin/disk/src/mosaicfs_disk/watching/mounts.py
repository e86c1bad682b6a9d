"""Which file systems tell of all their changes. Over a network, and behind FUSE, others write and nobody is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    try:
        text = place.read_bytes()
    except FileNotFoundError:
        return {}
    return parsed(text)


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

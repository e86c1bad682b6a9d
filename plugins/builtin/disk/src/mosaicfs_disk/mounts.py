"""The mount table: which file systems are of this machine, and whose inode numbers can be trusted.

Known by the name of their type, because asking a dead network mount anything may never return.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

MOUNTINFO = Path("/proc/self/mountinfo")

_NETWORK = frozenset(
    {
        "9p",
        "acfs",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs",
        "gfs2",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "sshfs",
    }
)
_FUSE = frozenset({"fuse", "fuseblk", "fusectl"})
_UNSTABLE = frozenset({"exfat", "fat", "msdos", "umsdos", "vfat", "ntfs", "ntfs3", "hfs", "udf", "iso9660"})
_OF_THE_SYSTEM = frozenset(
    {
        "autofs",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "nsfs",
        "proc",
        "pstore",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "sysfs",
        "tracefs",
    }
)
_OURS = "fuse.mosaicfs"


class Mount(NamedTuple):
    """`device` is `major:minor`, as `st_dev` would say."""

    point: str
    device: str
    type: str
    source: str

    @property
    def is_local(self) -> bool:
        return not self.is_remote and self.type not in _OF_THE_SYSTEM

    @property
    def is_remote(self) -> bool:
        """On the network, or answered by a program."""
        return self.type in _NETWORK or self.type in _FUSE or self.type.startswith("fuse.")

    @property
    def is_ours(self) -> bool:
        return self.type == _OURS

    @property
    def has_stable_inodes(self) -> bool:
        return not self.is_remote and self.type not in _UNSTABLE


class Mounts(NamedTuple):
    """Where several lie at one point, the last covers the others."""

    by_point: Mapping[str, Mount]

    def of(self, path: str) -> Mount | None:
        """The one that a path lies on, by its name alone: nothing is asked of the file system."""
        point = path.rstrip("/")
        while point:
            if found := self.by_point.get(point):
                return found
            point = point.rpartition("/")[0]
        return self.by_point.get("/")

    def may_enter(self, point: str, crossing: str) -> bool:
        """Whether a walk from above goes into a mount. One of ours would show the tree inside itself."""
        mount = self.by_point[point]
        if mount.is_ours or mount.type in _OF_THE_SYSTEM:
            return False
        return crossing == "all" or (crossing == "local" and mount.is_local)


_escape = re.compile(r"\\([0-7]{3})")


def parsed(lines: Iterable[str]) -> Mounts:
    found: dict[str, Mount] = {}
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if len(fields) > 4 and len(kind) > 1:
            point = _unescaped(fields[4])
            found[point] = Mount(point, fields[2], kind[0], _unescaped(kind[1]))
    return Mounts(found)


def _unescaped(text: str) -> str:
    """Bytes that would break the line stand there as octal numbers."""
    return _escape.sub(lambda found: chr(int(found[1], 8)), text)


def mounts(table: Path = MOUNTINFO) -> Mounts:
    """Empty where the system has no such table; then everything counts as local."""
    try:
        return parsed(table.read_text(errors="surrogateescape").splitlines())
    except FileNotFoundError:
        return Mounts({})

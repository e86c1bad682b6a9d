"""What is mounted where, known from the table of the system and from no look at a mount itself."""

from __future__ import annotations

import re
from pathlib import Path

from mosaicfs.model.names import covers

MOUNTINFO = Path("/proc/self/mountinfo")
_OURS = "fuse.mosaicfs"
_escaped = re.compile(r"\\([0-7]{3})")


def lies_in_ours(path: str, table: Path = MOUNTINFO) -> bool:
    """Whether a tree of MosaicFS is mounted there: to read it would be to ask ourselves, and wait for it."""
    try:
        lines = table.read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return False
    mounts = [_mount(line) for line in lines if " - " in line]
    covering = [mount for mount in mounts if covers(mount[0], path)]
    # Of several at one point the last is what is seen.
    return bool(covering) and max(enumerate(covering), key=lambda found: (len(found[1][0]), found[0]))[1][1] == _OURS


def _mount(line: str) -> tuple[str, str]:
    before, _, after = line.partition(" - ")
    point = _escaped.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
    return point, after.split(" ")[0]

"""What the system can be told of a mount that it does not know by itself. Whatever of it fails, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import structlog

from mosaicfs_mount.mount_points import mount_at

_SYS: Final = Path("/sys")
_log = structlog.get_logger(component="mount")


def tune(path: Path, read_ahead_kb: int, max_requests: int, sys: Path = _SYS) -> None:
    """Bigger reads, where root mounts; and room for many that wait. Before its first word the system takes none of it.

    Left to itself the system has a dozen reads ahead under way: so many that hang would keep all others waiting.
    """
    found = mount_at(path)
    if found is None:
        return
    connection = sys / "fs/fuse/connections" / found.device.partition(":")[2]
    _write(connection / "max_background", max(12, max_requests))
    _write(connection / "congestion_threshold", max(9, max_requests * 3 // 4))
    if os.geteuid() == 0:
        _write(sys / "class/bdi" / found.device / "read_ahead_kb", read_ahead_kb)


def _write(file: Path, number: int) -> None:
    try:
        file.write_text(f"{number}\n", encoding="ascii")
    except OSError as cause:
        _log.debug("the system keeps its own number", file=str(file), cause=str(cause))

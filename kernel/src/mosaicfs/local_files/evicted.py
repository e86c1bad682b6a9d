"""Files whose name is here and whose bytes are not: the program that keeps a folder in step with a cloud has let go.

Reading one would make that program download it, which nobody asked for. All of it is told by facts that cost nothing.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

_ICLOUD = "com.apple.ubiquity.icloud-item-evicted"
_DATALESS = 0x4000_0000


def is_dataless(found: os.stat_result) -> bool:
    """The system itself says so, where it has a word for it. True of a file of any folder."""
    return bool(getattr(found, "st_flags", 0) & _DATALESS)


def is_evicted(found: os.stat_result) -> bool:
    """Of a file in a folder that a cloud program keeps, or that was indexed as one: a size, and no blocks for it."""
    return is_dataless(found) or (stat.S_ISREG(found.st_mode) and found.st_size > 0 and not found.st_blocks)


def is_evicted_by_icloud(descriptor: int) -> bool:
    with suppress(OSError, AttributeError):
        return _ICLOUD in os.listxattr(descriptor)
    return False


def icloud_stub(path: str) -> str:
    """What lies there instead of an evicted file."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.icloud" if folder else f".{name}.icloud"

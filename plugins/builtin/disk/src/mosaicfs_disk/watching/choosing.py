"""Which driver each root gets: the kernel tells of it, or it is polled, or it is not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from mosaicfs_disk.watching.mounts import is_silent, type_at

Driver = Literal["auto", "native", "fanotify", "poll"]


class Chosen(NamedTuple):
    watched: list[bytes]
    polled: list[bytes]
    absent: list[bytes]


def has_native(driver: Driver) -> bool:
    """Only Linux tells us so far; elsewhere all folders are polled, whatever was asked for."""
    return driver != "poll" and sys.platform == "linux"


def choose(roots: Iterable[bytes], driver: Driver, mounts: Mapping[bytes, str]) -> Chosen:
    """Asks the disk. With `native` a root on a network is watched too: enough for changes made on this machine."""
    chosen = Chosen([], [], [])
    for root in roots:
        if not os.path.isdir(root):  # noqa: PTH112 - paths are bytes
            chosen.absent.append(root)
        elif has_native(driver) and (driver == "native" or not is_silent(type_at(_real(root), mounts))):
            chosen.watched.append(root)
        else:
            chosen.polled.append(root)
    return chosen


def _real(root: bytes) -> bytes:
    """A root may be a link to a folder on another file system."""
    return os.path.realpath(root)

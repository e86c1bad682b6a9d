"""What the mount needs, and the mounts that there are: one that nobody serves any more hangs whoever looks into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli.doctoring.check import Check
from mosaicfs_cli.mounted import Mounted, lock_of, mount_at, mount_point, own_mounts
from mosaicfs_cli.mounting import unmount

if TYPE_CHECKING:
    from mosaicfs import Configured


def check_mounts(configured: Configured) -> Iterator[Check]:
    """The usual place, and every other one where a mount of ours is, or was: its lock lies in our own directory."""
    yield _fuse()
    usual, runtime = mount_point(configured), configured.places.runtime_dir
    found = mount_at(usual)
    if found is None:
        yield Check("mount", f"mount {usual}", "skip", "not mounted", "mosaicfs mount")
    else:
        yield check_mount(found, runtime)
    others = (each for each in own_mounts() if each.path != usual and lock_of(runtime, each.path).exists())
    yield from (check_mount(each, runtime) for each in others)


def _fuse() -> Check:
    """Nothing but the mount needs it."""
    if not Path("/dev/fuse").exists():
        return Check("fuse", "FUSE", "warn", "/dev/fuse is missing", "sudo modprobe fuse")
    if os.geteuid() != 0 and shutil.which("fusermount3") is None:
        return Check("fuse", "FUSE", "warn", "fusermount3 is missing", "install the package fuse3 of your distribution")
    return Check("fuse", "FUSE", "ok")


def check_mount(found: Mounted, runtime_dir: Path) -> Check:
    title = f"mount {found.path}"
    if not found.is_ours:
        return Check(
            "mount", title, "warn", f"another file system is there ({found.type})", "choose another mount point"
        )
    if found.answers():
        return Check("mount", title, "ok")
    take_away = partial(unmount, runtime_dir, found.path, lazily=True)
    return Check("mount", title, "fail", "nobody serves it", f"mosaicfs unmount {found.path}", take_away)

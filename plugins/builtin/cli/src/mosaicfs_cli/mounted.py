"""Mounts of the tree on this machine: where one is to be, what the kernel says is there, and which process serves it.

The kernel's table is read and the place itself is not touched: what is mounted there may be dead, or hang.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.lock import holder

if TYPE_CHECKING:
    from mosaicfs import Configured
    from mosaicfs_cli.options import Call

TYPE = "fuse.mosaicfs"
_TABLE = Path("/proc/self/mountinfo")
_LOOK_S = 3.0
_octal = re.compile(rb"\\([0-7]{3})")


class Mounted(NamedTuple):
    path: Path
    type: str

    @property
    def is_ours(self) -> bool:
        return self.type == TYPE

    def answers(self) -> bool:
        """Asked by a process of its own, which may be left hanging; then somebody is there, and slow."""
        command = ["stat", "--file-system", "--format=%T", "--", str(self.path)]
        try:
            return subprocess.run(command, capture_output=True, timeout=_LOOK_S, check=False).returncode == 0  # noqa: S603
        except subprocess.TimeoutExpired:
            return True

    def pid(self, runtime_dir: Path) -> int:
        """0 where it is nobody's of this user."""
        note = holder(lock_of(runtime_dir, self.path))
        return note.pid if note else 0


def mount_at(path: Path, table: Path = _TABLE) -> Mounted | None:
    """What is seen there: of two, the one that was mounted last. None on systems without such a table."""
    return next((each for each in _mounts(table) if each.path == path), None)


def own_mounts(table: Path = _TABLE) -> list[Mounted]:
    """Every place where the tree is mounted, or was by who is gone."""
    seen = {each.path: each for each in reversed(list(_mounts(table)))}
    return [each for each in seen.values() if each.is_ours]


def _mounts(table: Path) -> Iterator[Mounted]:
    """The last one first."""
    try:
        lines = table.read_bytes().splitlines()
    except OSError:
        return
    for words in (line.split(b" ") for line in reversed(lines)):
        if b"-" in words:
            yield Mounted(Path(os.fsdecode(_plain(words[4]))), os.fsdecode(words[words.index(b"-") + 1]))


def at_mount_point(call: Call) -> tuple[Configured, Path]:
    """The settings of a mount, with the place where it is to be."""
    configured = call.configured()
    path = mount_point(configured)
    settings = configured.settings
    return configured._replace(settings=replace(settings, mount=replace(settings.mount, path=str(path)))), path


def mount_point(configured: Configured) -> Path:
    """Without a look at what is mounted there, which may be dead."""
    named = configured.settings.mount.path
    path = Path(os.path.normpath(Path(named).expanduser().absolute() if named else configured.places.mount_point))
    path = Path(os.path.realpath(path.parent), path.name) if path.name else path
    try:
        return Path(os.path.realpath(path.parent / os.readlink(path)))  # noqa: PTH115 - as above
    except OSError:
        return path


def make_mount_point(configured: Configured) -> str:
    """The path, made if it is absent. What is there, and whether it can be used, is looked at by the mount."""
    path = mount_point(configured)
    if not os.path.lexists(path):
        with suppress(OSError):
            path.mkdir(parents=True)
    return str(path)


def lock_of(runtime_dir: Path, path: Path) -> Path:
    """Held by the process that serves the mount there."""
    return runtime_dir / f"mount-{sha256(os.fsencode(path)).hexdigest()[:16]}.lock"


def _plain(word: bytes) -> bytes:
    """The table writes blanks in octal."""
    return _octal.sub(lambda found: bytes([int(found[1], 8)]), word)

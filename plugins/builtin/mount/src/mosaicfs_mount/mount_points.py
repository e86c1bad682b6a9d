"""The place of a mount: what is mounted there already, whether we may, and taking a mount away.

The table of the kernel is read; the place itself is touched only where no file system of ours can be there, because a
dead or hanging one would keep us waiting.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from mosaicfs.errors import ConflictError, GiveUpError, TryLaterError

TYPE: Final = "fuse.mosaicfs"
MOUNTINFO: Final = Path("/proc/self/mountinfo")
_ENDS_S: Final = 10.0
_octal = re.compile(rb"\\([0-7]{3})")


class MountPointError(ConflictError):
    """It cannot be mounted there; somebody has to choose another place or make room."""

    def __init__(self, path: Path, trouble: str) -> None:
        GiveUpError.__init__(self, f"{path} {trouble}.")


class BusyError(TryLaterError):
    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(f"{path} cannot be unmounted now: {trouble}.")


class Mount(NamedTuple):
    """`device` tells it from every other that is mounted now: `0:57`."""

    path: Path
    type: str
    device: str


def mounts(table: Path = MOUNTINFO) -> Iterator[Mount]:
    """In the order in which they were mounted: of two at one path, the last one is seen."""
    for line in table.read_bytes().splitlines():
        words = line.split(b" ")
        if b"-" in words:
            yield Mount(
                Path(os.fsdecode(_plain(words[4]))), os.fsdecode(words[words.index(b"-") + 1]), words[2].decode()
            )


def mount_at(path: Path, table: Path = MOUNTINFO) -> Mount | None:
    """What is seen there; not looked for is what lies above."""
    return next((each for each in reversed(list(mounts(table))) if each.path == path), None)


def is_inside_ours(path: Path, table: Path = MOUNTINFO) -> Mount | None:
    """The mount of ours that the path lies in, if there is one."""
    return next((each for each in mounts(table) if each.type == TYPE and path.is_relative_to(each.path)), None)


def absolute(path: Path) -> Path:
    """Without a look at what is mounted there, which may be dead."""
    path = Path(os.path.normpath(path.expanduser().absolute()))
    path = Path(os.path.realpath(path.parent), path.name) if path.name else path
    try:
        return Path(os.path.realpath(path.parent / os.readlink(path)))  # noqa: PTH115 - as above
    except OSError:
        return path


def prepare(path: Path, watched: Sequence[Path], *, nonempty: bool, table: Path = MOUNTINFO) -> None:
    """What is dead and ours is taken away. `MountPointError` where nothing may be mounted."""
    there = mount_at(path, table)
    if there is not None and there.type == TYPE:
        if is_alive(path):
            raise MountPointError(path, "has a mount of MosaicFS already. Unmount it first: mosaicfs unmount")
        unmount(path, lazily=True)
        there = mount_at(path, table)
    if there is not None:
        raise MountPointError(path, f"has another file system ({there.type}). Choose another mount point")
    _refuse_place(path, watched, table)
    _refuse_contents(path, nonempty=nonempty)


def _refuse_place(path: Path, watched: Sequence[Path], table: Path) -> None:
    for each in watched:
        if path.is_relative_to(each):
            raise MountPointError(path, f"lies in {each}, which is watched. Choose another mount point")
        if (ours := is_inside_ours(each, table)) is not None:
            raise MountPointError(each, f"is watched and lies in the mount {ours.path}. Do not watch it")
    if (ours := is_inside_ours(path.parent, table)) is not None:
        raise MountPointError(path, f"lies in the mount {ours.path}. Choose another mount point")


def _refuse_contents(path: Path, *, nonempty: bool) -> None:
    try:
        with os.scandir(path) as entries:
            is_empty = next(entries, None) is None
    except FileNotFoundError:
        raise MountPointError(path, "is not there. Make it first: mkdir -p, or choose another mount point") from None
    except NotADirectoryError:
        raise MountPointError(path, "is no directory. Choose another mount point") from None
    except OSError as cause:
        raise MountPointError(path, f"cannot be looked into: {cause.strerror}") from None
    if not (is_empty or nonempty):
        raise MountPointError(path, "is not empty. Choose another mount point, or mount with -o nonempty")


def is_alive(path: Path, patience_s: float = 3.0) -> bool:
    """Whether somebody serves it. Asked by a process of its own, which may be left hanging."""
    try:
        asked = subprocess.run(  # noqa: S603 - a program of the system and a path
            ["stat", "--file-system", "--format=%T", "--", str(path)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return asked.returncode == 0


def unmount(path: Path, *, lazily: bool) -> None:
    """`BusyError` where somebody uses it, or it could not be done. Nothing mounted is done already."""
    program = shutil.which("fusermount3") or shutil.which("fusermount")
    if program is not None:
        command = [program, "-u", *(["-z"] if lazily else []), "--", str(path)]
    else:
        command = ["umount", *(["--lazy"] if lazily else []), "--", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ENDS_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BusyError(path, "the system does not answer") from None
    found = mount_at(path)
    if done.returncode and found is not None and found.type == TYPE:
        raise BusyError(path, done.stderr.strip().rpartition(": ")[2].lower().rstrip(".") or "the system refused")


def holders(path: Path) -> list[str]:
    """Programs of this user that have something open below it, as `name (pid)`; nothing there is touched."""
    processes = Path("/proc").glob("[0-9]*")
    holding = (each for each in processes if any(_is_below(link, path) for link in _links(each)))
    return sorted(f"{_name(each)} ({each.name})" for each in holding)


def _links(process: Path) -> Iterator[Path]:
    yield process / "cwd"
    yield process / "root"
    try:
        yield from (process / "fd").iterdir()
    except OSError:
        return


def _is_below(link: Path, path: Path) -> bool:
    try:
        return Path(os.readlink(link)).is_relative_to(path)  # noqa: PTH115 - it must not look at what it leads to
    except OSError:
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"


def _plain(word: bytes) -> bytes:
    """The table writes blanks in octal."""
    return _octal.sub(lambda found: bytes([int(found[1], 8)]), word)

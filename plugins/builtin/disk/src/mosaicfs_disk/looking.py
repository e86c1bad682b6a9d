"""A look at one path, by the rules of the crawl: what a watcher's event makes of the index.

The way down to it is walked by handles, because an ignore file or a link on that way decides too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mosaicfs.model.crawling import Change
from mosaicfs_disk import ignoring
from mosaicfs_disk.comparing import change_of
from mosaicfs_disk.excluding import LONGEST_PATH, bad_name
from mosaicfs_disk.mime_types import mime_type_of
from mosaicfs_disk.mounts import Mounts
from mosaicfs_disk.rules import Rules
from mosaicfs_disk.showing import shown
from mosaicfs_disk.signatures import sniffed
from mosaicfs_disk.walking import Ground, Walk

Kind = Literal["file", "folder", "absent", "left out", "unclear"]


class Look(NamedTuple):
    """`absent` means that the folder that would hold it opens and does not have it. `unclear` says nothing at all."""

    kind: Kind
    change: Change | None = None


@dataclass(slots=True)
class Looking:
    """For one watched folder. Blocking; for threads. `mounts` is asked for once a batch."""

    root: str
    rules: Rules
    mounts: Callable[[], Mounts]
    _walk: Walk = field(init=False)

    def __post_init__(self) -> None:
        self._walk = Walk(self.root, self.rules, Mounts({}))

    def looks(self, paths: list[str]) -> list[Look]:
        """`paths` as the system has them."""
        self._walk.mounts = self.mounts()
        return [self._look(path) for path in paths]

    def leaves_out(self, path: bytes, is_folder: bool) -> bool:
        """By names alone, without a look at the disk: what a watcher need not listen to."""
        return self._walk.leaves_out_by_name(os.fsdecode(path), is_folder=is_folder)

    def _look(self, path: str) -> Look:
        folder, _, name = path.rpartition("/")
        try:
            held = self._walk.held(folder)
        except (FileNotFoundError, NotADirectoryError):
            return Look("absent")
        except OSError:
            return Look("unclear")
        if held is None:
            return Look("left out")
        fd, ground = held
        try:
            return self._look_in(fd, folder, name, ground)
        except FileNotFoundError:
            return Look("absent")
        except OSError:
            return Look("unclear")
        finally:
            os.close(fd)

    def _look_in(self, fd: int, folder: str, name: str, ground: Ground) -> Look:
        found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        is_folder = stat.S_ISDIR(found.st_mode)
        parent, path = shown(folder), f"{shown(folder)}/{shown(name)}"
        if bad_name(name) or len(os.fsencode(f"{folder}/{name}")) > LONGEST_PATH:
            return Look("left out")
        if self._walk.leaves_out(parent, shown(name), is_folder=is_folder) or ignoring.leaves_out(
            ground.rules, path, is_folder=is_folder
        ):
            return Look("left out")
        if is_folder:
            return Look("folder")
        if stat.S_ISLNK(found.st_mode):
            return self._look_through(name, folder, ground)
        if not stat.S_ISREG(found.st_mode):
            return Look("left out")
        inode = found.st_ino if ground.is_stable and found.st_nlink == 1 else 0
        mime = mime_type_of(name)
        if mime is None and self.rules.sniff_mime and ground.is_local and found.st_size:
            mime = sniffed(name, fd)
        seen = (name, found.st_size, found.st_mtime_ns, inode)
        return Look("file", change_of(seen, parent, folder, ground.device, mime))

    def _look_through(self, name: str, folder: str, ground: Ground) -> Look:
        if self.rules.symlinks == "skip":
            return Look("left out")
        target = self._walk.target_of(f"{folder}/{name}")
        if target is None:
            return Look("left out")
        if stat.S_ISDIR(target.st_mode):
            return Look("folder" if self.rules.symlinks == "follow" else "left out")
        if not stat.S_ISREG(target.st_mode):
            return Look("left out")
        seen = (name, target.st_size, target.st_mtime_ns, 0)
        return Look("file", change_of(seen, shown(folder), folder, ground.device, mime_type_of(name)))

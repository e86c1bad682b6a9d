"""What a watcher noticed becomes what the index is told: each path is looked at once more, and what is there counts.

Nothing is crawled here. Where an event is about a folder, a crawl of it is asked for and not waited for: it looks at
the disk as it is then, so it is right whatever comes in between.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import trio
from msgspec.structs import replace

from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.indexing import Index
from mosaicfs.model.names import covers
from mosaicfs_disk.looking import Look, Looking
from mosaicfs_disk.showing import shown
from mosaicfs_disk.watching.events import Doubt, Event, Gone, Moved, NewFolder, RootGone, Touched

MOST_FOLDERS = 8
MOST_COUNTED = 50

Asked: TypeAlias = "Touched | Gone | NewFolder"


@dataclass(slots=True)
class Applying:
    """`crawl` asks for a crawl of a folder; `is_there` says whether the watched folder is, before anything counts as
    gone in it. `apply` returns False when it is not: then nothing was told.
    """

    source: Source
    index: Index
    looking: Looking
    crawl: Callable[[str], None]
    is_there: Callable[[], Awaitable[bool]]
    _folders: list[str] = field(default_factory=list)

    async def apply(self, events: Sequence[Event]) -> bool:
        run: list[Asked] = []
        for event in events:
            if isinstance(event, Touched | Gone | NewFolder):
                run.append(event)
                continue
            if not await self._look_at(run):
                return False
            run = []
            match event:
                case Moved(old, new, is_folder):
                    await self._moved(os.fsdecode(old), os.fsdecode(new), is_folder=is_folder)
                case Doubt(path):
                    self._folders.append(os.fsdecode(path))
                case RootGone():
                    return False
        if not await self._look_at(run):
            return False
        self._ask_for_crawls()
        return True

    # --- single paths ------------------------------------------------------------------------------------------

    async def _look_at(self, events: Sequence[Asked]) -> bool:
        if not events:
            return True
        paths = [os.fsdecode(event.path) for event in events]
        looks = await trio.to_thread.run_sync(self.looking.looks, paths)
        changes = [change for path, look in zip(paths, looks, strict=True) if (change := _change(path, look))]
        absent = [path for path, look in zip(paths, looks, strict=True) if look.kind == "absent"]
        if absent and not await self.is_there():
            return False
        if changes:
            await self.index.take(self.source, changes)
        for event, path, look in zip(events, paths, looks, strict=True):
            if look.kind == "folder" or self._is_ignore_file(path):
                self._folders.append(path if look.kind == "folder" else path.rpartition("/")[0])
            elif look.kind == "file" and isinstance(event, Gone):
                absent.append(path)
        await self._absent_folders(absent)
        return True

    async def _absent_folders(self, paths: Sequence[str]) -> None:
        """What was a folder takes all below it along. Of many, their common folder tells it sooner than each."""
        if len(paths) > MOST_COUNTED:
            self._folders.append(os.path.commonpath(paths).rpartition("/")[0])
            return
        for path in paths:
            if await self.index.count(replace(self.source, prefix=shown(path))):
                self._folders.append(path)

    def _is_ignore_file(self, path: str) -> bool:
        name = self.looking.rules.ignore_file
        return bool(name) and path.endswith(f"/{name}")

    # --- renames -----------------------------------------------------------------------------------------------

    async def _moved(self, old: str, new: str, *, is_folder: bool) -> None:
        (look,) = await trio.to_thread.run_sync(self.looking.looks, [new])
        if look.kind == "folder" and is_folder:
            if not await self.index.move_folder(self.source, shown(old), shown(new)) or shown(new) != new:
                self._folders += [old, new]
        elif look.kind == "file" and look.change is not None:
            moved = replace(look.change, action="move", moved_from=shown(old))
            await self.index.take(self.source, [moved])
        else:
            self._folders += [old.rpartition("/")[0], *([new.rpartition("/")[0]] if look.kind == "absent" else [])]

    # --- folders -----------------------------------------------------------------------------------------------

    def _ask_for_crawls(self) -> None:
        folders, self._folders = topmost(self._folders), []
        if len(folders) > MOST_FOLDERS:
            folders = [os.path.commonpath(folders)]
        for folder in folders:
            self.crawl(folder if covers(self.source.prefix, folder) else self.source.prefix)


def _change(path: str, look: Look) -> Change | None:
    if look.kind == "absent":
        return Change(action="delete", export_path=shown(path))
    return look.change


def topmost(paths: Iterable[str]) -> list[str]:
    """Without those that lie below another."""
    found: list[str] = []
    for path in sorted(set(paths), key=lambda path: path.split("/")):
        if not (found and covers(found[-1], path)):
            found.append(path)
    return found

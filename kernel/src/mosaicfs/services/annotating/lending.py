"""A readable path for a plugin: the file itself where it lies on this machine, else a copy that is gone afterwards."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import trio

from mosaicfs.model.content import Content, Opened
from mosaicfs.model.entry import Entry
from mosaicfs.model.filling import is_own
from mosaicfs.model.ids import tail_of

PIECE = 1 << 20
FOLDER = "plugins"


@dataclass(frozen=True, slots=True)
class Lending:
    """`folder` holds the copies."""

    content: Content
    node_id: str
    folder: Path

    def begin(self) -> None:
        """What the last process could not take away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @asynccontextmanager
    async def path_of(self, entry: Entry) -> AsyncIterator[Path]:
        """Of the version of its document, or an error that says why not. It is no access."""
        opened = await self.content.open(entry.file_id, records=False)
        try:
            if is_own(entry, self.node_id):
                await opened.close()
                yield real_path(entry)
                return
            copy = await self._copied(opened, entry)
        finally:
            await opened.close()
        try:
            yield copy
        finally:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(_remove, copy.parent)

    async def _copied(self, opened: Opened, entry: Entry) -> Path:
        """In a folder of its own, under its own name: by that some plugins tell the type."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self.folder / f"{tail_of(entry.file_id)}-{os.urandom(4).hex()}"
        place.mkdir(mode=0o700)
        path = place / (PurePosixPath(entry.name).name or "content")
        try:
            async with await trio.open_file(path, "xb") as file:
                offset = 0
                while piece := await opened.read(offset, PIECE):
                    await file.write(piece)
                    offset += len(piece)
        except BaseException:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(_remove, place)
            raise
        return path


def real_path(entry: Entry) -> Path:
    """Names need not be UTF-8."""
    if entry.raw_path is None:
        return Path(entry.export_path)
    return Path(os.fsdecode(base64.urlsafe_b64decode(entry.raw_path + "=" * (-len(entry.raw_path) % 4))))


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)

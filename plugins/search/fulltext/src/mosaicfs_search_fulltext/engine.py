"""One index of one instance of the plugin: what becomes of an event, and of a question."""

from __future__ import annotations

import os
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import Final

import trio

from mosaicfs.errors import ThrottledError
from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs_search_fulltext.committing import Commits, Pace
from mosaicfs_search_fulltext.extracting.children import Children
from mosaicfs_search_fulltext.extracting.speech import NOTHING, Text, Wanted
from mosaicfs_search_fulltext.index import Hits, Index, Kept
from mosaicfs_search_fulltext.options import WINDOW, FulltextOptions

EXTRACTION_S: Final = 20.0
TURN_S: Final = 33.0
"""Together with a commit they are less than the minute that a job has."""
AGAIN_S: Final = 5.0
MB: Final = 1 << 20


class Engine:
    """Made by a thread, for opening reads the disk. Close it, or its children stay until the process ends."""

    def __init__(self, folder: Path, children: int | None = None) -> None:
        self.index = Index(folder)
        self._children = Children()
        self._turns = trio.CapacityLimiter(children or max(2, os.cpu_count() or 2))
        self._commits = Commits(self.index.commit)

    async def put(self, entry: Entry, path: Path | None, options: FulltextOptions) -> JsonObject:
        """Returns when the file is found by its words, with what its owner should know of it."""
        with self._commits.present():
            text = await self._text(entry, path, options)
            kept = Kept(
                entry.file_id,
                entry.name,
                entry.export_path,
                entry.mime_type or "",
                entry.mtime,
                text.body,
                text.grams,
            )
            await self._write(partial(self.index.put, kept), options)
        return {"truncated": True} if text.truncated else {}

    async def remove(self, file_id: str, options: FulltextOptions) -> None:
        with self._commits.present():
            await self._write(partial(self.index.remove, file_id), options)

    async def search(self, text: str, limit: int) -> Hits:
        """A question that nobody waits for any more runs out on its own."""
        return await trio.to_thread.run_sync(self.index.search, text, limit, abandon_on_cancel=True)

    def close(self) -> None:
        self._children.close()
        self.index.close()

    async def _write(self, change: Callable[[], None], options: FulltextOptions) -> None:
        await self._commits.write(change, Pace(min(options.commit_docs, WINDOW), options.commit_s))

    async def _text(self, entry: Entry, path: Path | None, options: FulltextOptions) -> Text:
        mime_type = entry.mime_type or guess_type(entry.name)[0] or "text/plain"
        if path is None or not _is_read(entry, mime_type, options):
            return NOTHING
        wanted = Wanted(os.fsencode(path), entry.name, mime_type, options.max_text_kb * 1024, EXTRACTION_S)
        with trio.move_on_after(TURN_S) as turn:
            await self._turns.acquire()
        if turn.cancelled_caught:
            raise ThrottledError("The extraction of text", AGAIN_S)
        try:
            # The thread goes on when nobody waits any more, and ends its child in time.
            return await trio.to_thread.run_sync(self._children.text_of, wanted, abandon_on_cancel=True)
        finally:
            self._turns.release()


def _is_read(entry: Entry, mime_type: str, options: FulltextOptions) -> bool:
    return 0 < entry.size <= options.max_file_mb * MB and any(
        fnmatchcase(mime_type.lower(), glob) for glob in options.globs
    )

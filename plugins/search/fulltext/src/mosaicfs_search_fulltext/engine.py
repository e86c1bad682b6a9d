"""One index of one instance of the plugin: what becomes of an event, and of a question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import trio

from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs_extraction.engines.committing import Commits, Pace
from mosaicfs_extraction.extraction import Extraction
from mosaicfs_extraction.speech import Text
from mosaicfs_search_fulltext.index import Hits, Index, Kept
from mosaicfs_search_fulltext.options import WINDOW, FulltextOptions

KB: Final = 1 << 10
MB: Final = 1 << 20


class Engine:
    """Made by a thread, for opening reads the disk. Close it, or its children stay until the process ends."""

    def __init__(self, folder: Path) -> None:
        self.index = Index(folder)
        self._extraction = Extraction()
        self._commits = Commits(partial(trio.to_thread.run_sync, self.index.commit))

    async def put(self, entry: Entry, path: Path | None, options: FulltextOptions) -> JsonObject:
        """Returns when the file is found by its words, with what its owner should know of it."""
        with self._commits.present():
            most = options.max_text_kb * KB
            text = await self._extraction.text_of(entry, path, most, options.globs, options.max_file_mb * MB)
            kept = Kept(entry.file_id, entry.name, entry.export_path, entry.mime_type or "", entry.mtime, text.body)
            await self._write(partial(self.index.put, kept), options)
        return facts_of(text)

    async def remove(self, file_id: str, options: FulltextOptions) -> None:
        with self._commits.present():
            await self._write(partial(self.index.remove, file_id), options)

    async def search(self, text: str, limit: int) -> Hits:
        """A question that nobody waits for any more runs out on its own."""
        return await trio.to_thread.run_sync(self.index.search, text, limit, abandon_on_cancel=True)

    def close(self) -> None:
        self._extraction.close()
        self.index.close()

    async def _write(self, change: Callable[[], None], options: FulltextOptions) -> None:
        written = partial(trio.to_thread.run_sync, change)
        await self._commits.write(written, Pace(min(options.commit_docs, WINDOW), options.commit_s))


def facts_of(text: Text) -> JsonObject:
    """What its owner should know: that there is more text, or why there is none."""
    facts: JsonObject = {"truncated": True} if text.truncated else {}
    return {**facts, "unread": text.unread} if text.unread else facts

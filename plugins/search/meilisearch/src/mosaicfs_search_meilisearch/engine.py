"""One index on a server, as one node fills it: what becomes of an event, of a question, and of a server that is slow.

What files say is sent in batches, by one who leads for all that wait (`Commits`), and an event is answered when the
server has made its task. Nothing new is sent to a server that is still at work on what it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import trio

from mosaicfs.errors import ThrottledError, TryLaterError
from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs.model.query import QueryAnswer
from mosaicfs_extraction.engines.committing import Commits, Pace
from mosaicfs_extraction.extraction import Extraction
from mosaicfs_search_meilisearch.asking import Hits, results, searches
from mosaicfs_search_meilisearch.documents import Kept, kept, key_of
from mosaicfs_search_meilisearch.options import WINDOW, MeilisearchOptions
from mosaicfs_search_meilisearch.remembering import is_another, remember
from mosaicfs_search_meilisearch.server import Figures, Line, Server

TASK_S: Final = 20.0
"""So long a batch may take before it is told that the server lags."""
AGAIN_S: Final = 15.0
QUIET_S: Final = 5.0
"""After a failure nobody asks again for so long: all who wait would find the same."""
KB: Final = 1 << 10
MB: Final = 1 << 20


@dataclass
class Engine:
    folder: Path
    options: MeilisearchOptions
    extraction: Extraction = field(default_factory=Extraction)
    _pending: dict[str, Kept | None] = field(default_factory=dict)
    """By key; None for one that is to be removed. The later change takes the place of the earlier."""
    _late: list[int] = field(default_factory=list)
    """Tasks of a batch that was given up waiting for."""
    _is_ready: bool = False
    _trouble: tuple[float, TryLaterError] | None = None

    def __post_init__(self) -> None:
        self.server = Server(*self.options.place)
        self._commits = Commits(self._commit)

    @property
    def lags(self) -> bool:
        return bool(self._late)

    @property
    def waiting(self) -> int:
        return len(self._pending)

    async def put(self, entry: Entry, path: Path | None, options: MeilisearchOptions) -> JsonObject:
        """Returns when the file is found by its words, with what its owner should know of it."""
        with self._commits.present():
            most = options.max_text_kb * KB
            text = await self.extraction.text_of(entry, path, most, options.globs, options.max_file_mb * MB)
            await self._write(kept(entry, text.body), key_of(entry.file_id), options)
        facts: JsonObject = {"truncated": True} if text.truncated else {}
        return {**facts, "unread": text.unread} if text.unread else facts

    async def remove(self, file_id: str, options: MeilisearchOptions) -> None:
        with self._commits.present():
            await self._write(None, key_of(file_id), options)

    async def search(self, text: str, limit: int, description: str) -> QueryAnswer:
        wanted = searches(text)
        found = Hits([])
        if wanted:
            async with self.server.line() as line:
                found = await line.search(wanted, limit)
        return QueryAnswer(
            description=description, results=results(found), total=max(found.estimated_total_hits, len(found.hits))
        )

    async def figures(self) -> Figures:
        async with self.server.line() as line:
            return await line.figures()

    def close(self) -> None:
        self.extraction.close()

    # --- writing ---------------------------------------------------------------------------------------------------

    async def _write(self, change: Kept | None, key: str, options: MeilisearchOptions) -> None:
        async def wait_to_be_sent() -> None:
            await trio.lowlevel.checkpoint()
            self._pending[key] = change

        try:
            await self._commits.write(wait_to_be_sent, Pace(WINDOW, options.commit_s))
        except BaseException:
            # Whoever was told of a failure comes again; what it brought is not kept for that.
            if self._pending.get(key, self) is change:
                del self._pending[key]
            raise

    async def _commit(self) -> None:
        if self._trouble is not None and trio.current_time() < self._trouble[0]:
            raise self._trouble[1]
        sent = dict(self._pending)
        try:
            async with self.server.line() as line:
                await self._send(line, sent)
        except TryLaterError as trouble:
            self._trouble = trio.current_time() + QUIET_S, trouble
            raise
        self._trouble = None
        # What was changed meanwhile is sent with the next.
        self._pending = {key: new for key, new in self._pending.items() if sent.get(key, self) is not new}

    async def _send(self, line: Line, sent: dict[str, Kept | None]) -> None:
        until = trio.current_time() + TASK_S
        await self._until_done(line, self._late, until)
        if not self._is_ready:
            await self._make_ready(line, until)
        tasks = await line.put(new for new in sent.values() if new is not None)
        tasks += await line.remove([key for key, new in sent.items() if new is None])
        await self._until_done(line, tasks, until)

    async def _until_done(self, line: Line, tasks: list[int], until: float) -> None:
        self._late = await line.until_done(tasks, max(0.1, until - trio.current_time())) if tasks else []
        if self._late:
            raise ThrottledError(self.server.host, AGAIN_S)

    async def _make_ready(self, line: Line, until: float) -> None:
        created = await line.created_at()
        if not created:
            await self._until_done(line, await line.create(), until)
            created = await line.created_at()
        elif not await line.is_set_up():
            await self._until_done(line, [await line.set_up()], until)
        if await trio.to_thread.run_sync(is_another, self.folder, created):
            # The runner of events brings all of them again to whoever has an empty folder.
            await trio.to_thread.run_sync(remember, self.folder, created)
        self._is_ready = True

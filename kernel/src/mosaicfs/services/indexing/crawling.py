"""One crawl of one source, as the sink that a plugin sends into, and what is concluded at its end.

Batches are written as they come. What is missing and what may have been renamed is kept until the plugin has said that
it is done; if it fails, or is cancelled, nothing is concluded and the folders concerned have no mark, so that the next
crawl comes upon them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import trio

from mosaicfs.model.configuration import CrawlSettings
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.names import covers
from mosaicfs.services.indexing.deleting import Deleting, Missing
from mosaicfs.services.indexing.identity import Folded, Known, fold, parted, renames
from mosaicfs.services.indexing.intake import Intake, Seen, Taken, Work
from mosaicfs.services.indexing.tally import Tally


class Crawl:
    """A `FolderSink`. `lock` is held while anything of the index is written; `on_seen` hears what was taken in."""

    def __init__(
        self,
        source: Source,
        intake: Intake,
        deleting: Deleting,
        *,
        lock: trio.Lock,
        settings: CrawlSettings,
        tally: Tally,
        known: int,
        on_seen: Callable[[Iterable[str]], None],
    ) -> None:
        self._source = source
        self._intake = intake
        self._deleting = deleting
        self._lock = lock
        self._settings = settings
        self._tally = tally
        self._known_before = known
        self._on_seen = on_seen
        self._folders: list[tuple[str, Sequence[Change], bytes]] = []
        self._changes: list[Change] = []
        self._waiting = 0
        self._since = trio.current_time()
        self._missing: dict[str, Missing] = {}
        self._unsettled: dict[str, tuple[Change, Known | None]] = {}
        self._marks: dict[str, bytes] = {}
        self._absent_folders: list[str] = []
        self._by_folder = False
        self._sent: set[int] = set()
        self._of_others: set[str] = set()
        self._folders_of_others: set[str] = set()

    # --- what the plugin calls ---------------------------------------------------------------------------------

    async def send(self, change: Change) -> None:
        self._changes.append(change)
        self._sent.add(hash(change.export_path))
        await self._add(1)

    def progress(self) -> None:
        """Whoever watches the time of the plugin has heard it."""

    async def marks(self) -> Mapping[str, bytes]:
        self._by_folder = True
        return await self._intake.memory.marks(self._source.prefix)

    async def folder(self, export_path: str, files: Sequence[Change], mark: bytes) -> None:
        self._by_folder = True
        self._folders.append((export_path, files, mark))
        await self._add(len(files))

    async def no_folder(self, export_path: str) -> None:
        """What is sent of it later in the same crawl is there after all."""
        self._by_folder = True
        async with self._lock:
            await self._flush()
            self._absent_folders.append(export_path)
            for row in await self._intake.memory.below(export_path):
                if row.path not in self._of_others:
                    self._missing.setdefault(row.path, Missing(row))

    async def seen(self, files: int) -> None:
        await trio.lowlevel.checkpoint()
        self._by_folder = True
        self._tally.seen += files

    # --- what the service calls --------------------------------------------------------------------------------

    async def flush_in_time(self) -> None:
        """Nothing waits longer than `batch_ms`, however slowly more is found. Cancelled only by who has the lock:
        a batch that is cut in the middle is neither written nor waiting any more.
        """
        limit_s = self._settings.batch_ms / 1000
        while True:
            await trio.sleep(limit_s / 2)
            if self._waiting and trio.current_time() - self._since >= limit_s / 2:
                async with self._lock:
                    await self._flush()

    def disturbed(self, paths: Iterable[str]) -> None:
        """A watcher has told of these paths, and knows better than a listing that may be older."""
        for path in paths:
            self._of_others.add(path)
            self._folders_of_others.add(parted(path)[0])
            self._missing.pop(path, None)
            self._unsettled.pop(path, None)
            self._marks.pop(parted(path)[0], None)

    def disturbed_below(self, prefix: str) -> None:
        near = [path for path in (*self._missing, *self._unsettled, *self._marks) if covers(prefix, path)]
        for folder in near:
            self._marks.pop(folder, None)
        self.disturbed(near)

    async def conclude(self, end: CrawlEnd) -> None:
        """Renames first, so that what moved is not taken for missing."""
        async with self._lock:
            await self._flush()
            self._tally.phase = "deleting"
            if end.complete and not self._by_folder:
                await self._miss_the_unsent()
            await self._settle_renames()
            ended = await self._deleting.delete(self._source, self._missing, self._known_before)
            self._tally.deleted += ended.deleted
            self._tally.held = ended.held
            await self._keep_marks(ended.uncertain)

    # --- batches -----------------------------------------------------------------------------------------------

    async def _add(self, files: int) -> None:
        """An empty folder counts too: its mark waits like a file."""
        if not self._waiting:
            self._since = trio.current_time()
        self._waiting += max(files, 1)
        self._tally.seen += files
        if self._waiting >= self._settings.batch_size:
            async with self._lock:
                await self._flush()
        else:
            await trio.lowlevel.checkpoint()

    async def _flush(self) -> None:
        """Until it is taken in, nobody else may come in between: the caller has the lock."""
        folders, changes = self._folders, self._changes
        if not folders and not changes:
            return
        self._folders, self._changes, self._waiting = [], [], 0
        folded = fold(changes)
        files = {change.export_path: change for _, found, _ in folders for change in found} | folded.seen
        for path in self._of_others & files.keys():
            del files[path]
        marks = {path: None if path in self._folders_of_others else mark for path, _, mark in folders}
        taken = await self._intake.take(self._source, Seen(files, marks, folded.origins))
        await self._intake.patiently(lambda: self._deleting.holds.seen(files))
        self._on_seen(files)
        self._note(taken, marks, files)
        await self._miss(folded)

    def _note(self, taken: Taken, marks: Mapping[str, bytes | None], seen: Iterable[str]) -> None:
        for path in seen:
            self._missing.pop(path, None)
        self._missing.update({row.path: Missing(row) for row in taken.missing if row.path not in self._of_others})
        self._unsettled.update({change.export_path: (change, returns) for change, returns in taken.unsettled})
        for path in (*(row.path for row in taken.missing), *(each.export_path for each, _ in taken.unsettled)):
            folder = parted(path)[0]
            if (mark := marks.get(folder)) is not None:
                self._marks[folder] = mark
        self._tally.add(taken)

    async def _miss(self, folded: Folded) -> None:
        """What the plugin says is deleted, and what a rename has put another file upon."""
        rows = await self._intake.memory.known((), folded.gone) if folded.gone else {}
        for path, row in rows.items():
            if not row.gone and path not in self._of_others:
                self._missing[path] = Missing(row, folded.gone[path].reason)

    # --- the end -----------------------------------------------------------------------------------------------

    async def _miss_the_unsent(self) -> None:
        last: Known | None = None
        while rows := await self._intake.memory.below(self._source.prefix, most=10_000, after=last):
            last = rows[-1]
            for row in rows:
                if hash(row.path) not in self._sent:
                    self._missing.setdefault(row.path, Missing(row))

    async def _settle_renames(self) -> None:
        """What is in no rename is new after all."""
        found = renames(
            (change for change, _ in self._unsettled.values()), (each.known for each in self._missing.values())
        )
        works = [Work(found.get(path, returns), change) for path, (change, returns) in self._unsettled.items()]
        taken = await self._intake.settle_late(self._source, works)
        for row in found.values():
            self._missing.pop(row.path, None)
        await self._intake.patiently(lambda: self._deleting.holds.seen([row.path for row in found.values()]))
        self._tally.add(taken)
        if taken.refused:
            for change, _ in self._unsettled.values():
                self._marks.pop(parted(change.export_path)[0], None)

    async def _keep_marks(self, uncertain: frozenset[str]) -> None:
        marks = {folder: mark for folder, mark in self._marks.items() if folder not in uncertain}
        await self._intake.settle(self._source, (), marks=marks)
        if self._absent_folders:
            await self._intake.patiently(lambda: self._intake.memory.forget_folders(self._absent_folders))

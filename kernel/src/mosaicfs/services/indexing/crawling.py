"""One crawl of one source, as the sink that a plugin sends into, and what is concluded at its end.

Batches are written as they come: while one is, the next is prepared. What is missing and what may have been renamed is
kept until the plugin has said that it is done; if it fails, or is cancelled, nothing is concluded and the folders
concerned have no mark, so that the next crawl comes upon them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import trio

from mosaicfs.model.configuration import CrawlSettings
from mosaicfs.model.crawling import Change, CrawlEnd, Listed, Reason, Source
from mosaicfs.model.names import covers
from mosaicfs.services.indexing.deleting import Deleting, Ended, Missing
from mosaicfs.services.indexing.departing import Departing
from mosaicfs.services.indexing.identity import Folded, Known, fold, parted, renames
from mosaicfs.services.indexing.intake import Closing, Intake, Prepared, Seen, Taken, Work
from mosaicfs.services.indexing.planting import Announced, ListedFolder, Planting
from mosaicfs.services.indexing.tally import Tally
from mosaicfs.services.indexing.told_facts import ToldFacts
from mosaicfs.services.indexing.turns import Flight, Turns


class _Batch(NamedTuple):
    """Prepared, and then under way into the store. `paths` are of all files that were seen."""

    reach: Reach
    announced: Announced
    marks: Mapping[str, bytes | None]
    paths: Paths
    folded: Folded
    prepared: Prepared | None
    flight: Flight


class Reach(NamedTuple):
    """What the next batch is decided by, if it meets it."""

    folders: AbstractSet[str]
    native_ids: AbstractSet[str | None]
    has_renames: bool

    @classmethod
    def of(cls, folders: Iterable[ListedFolder], folded: Folded) -> Reach:
        alone = folded.seen.values()
        native_ids = {file.native_id for folder in folders for file in folder.files}
        native_ids |= {change.native_id for change in alone}
        parents = {parted(change.export_path)[0] for change in alone}
        return cls({folder.path for folder in folders} | parents, native_ids - {None}, bool(folded.origins))

    def meets(self, other: Reach) -> bool:
        if self.has_renames or other.has_renames:
            return True
        return not (self.folders.isdisjoint(other.folders) and self.native_ids.isdisjoint(other.native_ids))


class Paths:
    """Of files and of those in listings; put together only where somebody asks."""

    def __init__(self, files: Iterable[str], folders: Iterable[ListedFolder]) -> None:
        self._files = files
        self._folders = folders

    def __iter__(self) -> Iterator[str]:
        yield from self._files
        for folder in self._folders:
            yield from (change.export_path for change in folder.changes)


class Crawl:
    """A `FolderSink`. `turns` says who may write to the index; `on_seen` hears what was taken in.

    `departing` has what is missing judged together with what a watcher sees go meanwhile: who asks for a crawl in the
    middle of a deletion is shown its first files.
    """

    def __init__(
        self,
        source: Source,
        intake: Intake,
        deleting: Deleting,
        *,
        turns: Turns,
        settings: CrawlSettings,
        tally: Tally,
        known: int,
        on_seen: Callable[[Iterable[str]], None],
        facts: ToldFacts,
        departing: Departing | None = None,
    ) -> None:
        self._source = source
        self._intake = intake
        self._planting = Planting(intake)
        self._deleting = deleting
        self._turns = turns
        self._settings = settings
        self._tally = tally
        self._known_before = known
        self._on_seen = on_seen
        self._facts = facts
        self._departing = departing
        self._to_land, self._landing = trio.open_memory_channel[_Batch](0)
        self._flying: _Batch | None = None
        self._folders: list[ListedFolder] = []
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
        self._facts.hear(change)
        self._sent.add(hash(change.export_path))
        await self._add(1)

    def progress(self) -> None:
        """Whoever watches the time of the plugin has heard it."""

    async def marks(self) -> Mapping[str, bytes]:
        self._by_folder = True
        return await self._intake.memory.marks(self._source.prefix)

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        self._by_folder = True
        self._folders.append(ListedFolder(export_path, files, mark))
        await self._add(len(files))

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        """What is sent of it later in the same crawl is there after all."""
        self._by_folder = True
        async with self._turns.lock:
            await self._flush()
            await self.landed()
            self._absent_folders.append(export_path)
            for row in await self._intake.memory.below(export_path):
                if row.path not in self._of_others:
                    self._missing.setdefault(row.path, Missing(row, reason))

    async def seen(self, files: int) -> None:
        await trio.lowlevel.checkpoint()
        self._by_folder = True
        self._tally.seen += files

    # --- what the service calls --------------------------------------------------------------------------------

    async def land(self) -> None:
        """Write what was prepared, beside the preparing of what comes next."""
        async for batch in self._landing:
            with batch.flight:
                await self._land(batch)

    async def flush_in_time(self) -> None:
        """Nothing waits longer than `batch_ms`, however slowly more is found. Cancelled only by who has the lock:
        a batch that is cut in the middle is neither written nor waiting any more.
        """
        limit_s = self._settings.batch_ms / 1000
        while True:
            await trio.sleep(limit_s / 2)
            if self._waiting and trio.current_time() - self._since >= limit_s / 2:
                async with self._turns.lock:
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
        """Renames first, so that what moved is not taken for missing. Nobody lands anything beside this."""
        async with self._turns:
            if (batch := await self._prepared()) is not None:
                await self._land(batch)
            self._tally.phase = "deleting"
            if end.complete and not self._by_folder:
                await self._miss_the_unsent()
            await self._settle_renames()
            await self._facts.keep_all()
            ended = await self._end_missing()
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
            async with self._turns.lock:
                await self._flush()
        else:
            await trio.lowlevel.checkpoint()

    async def _flush(self) -> None:
        """The caller has the lock. Whoever takes it next and is no part of this crawl waits for the landing too."""
        if (batch := await self._prepared()) is not None:
            await self._to_land.send(batch)
            self._flying = batch
            self._turns.took_off(batch.flight)

    async def _prepared(self) -> _Batch | None:
        """What has come together, once the batch before it has landed."""
        folders, changes = self._folders, self._changes
        if not folders and not changes:
            await self.landed()
            return None
        self._folders, self._changes, self._waiting = [], [], 0
        folded = fold(changes)
        reach = Reach.of(folders, folded)
        if self._flying is not None and self._flying.reach.meets(reach):
            await self.landed()
        plots, folders = await self._planting.plots(self._source, folders, self._folders_of_others)
        files = {change.export_path: change for folder in folders for change in folder.changes} | folded.seen
        for path in self._of_others & files.keys():
            del files[path]
        marks = {path: None if path in self._folders_of_others else mark for path, _, mark in folders}
        seen = Seen(files, marks, folded.origins)
        prepared = await self._intake.prepare(self._source, seen) if files or marks else None
        announced = await self._planting.announce(plots)
        await self.landed()
        return _Batch(reach, announced, marks, Paths(files, plots), folded, prepared, Flight())

    async def landed(self) -> None:
        """Raises what kept the last batch from it."""
        batch, self._flying = self._flying, None
        if batch is not None:
            await batch.flight.landed()

    async def _land(self, batch: _Batch) -> None:
        if batch.announced.marks:
            self._tally.new += await self._planting.plant(batch.announced)
        taken = await self._intake.finish(batch.prepared) if batch.prepared is not None else Taken()
        await self._intake.patiently(lambda: self._deleting.holds.seen(batch.paths))
        self._on_seen(batch.paths)
        await self._facts.keep()
        self._note(taken, batch.marks, batch.paths)
        await self._miss(batch.folded)

    def _note(self, taken: Taken, marks: Mapping[str, bytes | None], seen: Iterable[str]) -> None:
        if self._missing:
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

    async def _end_missing(self) -> Ended:
        if self._departing is None:
            return await self._deleting.delete(self._source, self._missing, self._known_before)
        self._departing.add(self._source, self._missing, ())
        return Ended(0, 0, frozenset(parted(path)[0] for path in self._missing))

    async def _keep_marks(self, uncertain: frozenset[str]) -> None:
        marks = {folder: mark for folder, mark in self._marks.items() if folder not in uncertain}
        await self._intake.settle(self._source, (), Closing(marks))
        if self._absent_folders:
            await self._intake.patiently(lambda: self._intake.memory.forget_folders(self._absent_folders))

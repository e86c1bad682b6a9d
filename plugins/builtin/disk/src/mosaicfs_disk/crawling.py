"""The hook `crawl` for folders of this machine: a thread walks and compares, the sink is told in batches.

The thread is our own and not one of trio's: its priority is lowered for good, and where a dead disk keeps it for ever
a crawl can still be cancelled. It hands over through a channel without room, so a slow database slows the walk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.crawling import Change, CrawlEnd, Listed, Reason, Source
from mosaicfs.model.sink import FolderSink, Sink
from mosaicfs_disk import walking
from mosaicfs_disk.comparing import Comparing, FolderNews
from mosaicfs_disk.findings import Findings
from mosaicfs_disk.mounts import mounts
from mosaicfs_disk.pacing import Pace, give_way
from mosaicfs_disk.rules import Rules, rules_in
from mosaicfs_disk.walking import Folder, Walk

MOST_FOLDERS = 250
MOST_CHANGES = 1_000
LONGEST_S = 0.5


@dataclass(slots=True)
class Batch:
    """`seen` files lie in folders that are as they were."""

    seen: int = 0
    folders: int = 0
    changes: int = 0
    news: list[FolderNews] = field(default_factory=list)
    gone: list[tuple[str, Reason]] = field(default_factory=list)
    begun: float = field(default_factory=monotonic)

    @property
    def is_due(self) -> bool:
        full = self.folders >= MOST_FOLDERS or self.changes >= MOST_CHANGES
        return full or monotonic() - self.begun > LONGEST_S


class _CalledOffError(Exception):
    """Nobody wants the rest of the walk."""


@dataclass(slots=True)
class Walker:
    """What the thread does. `ended` is what kept it from ending well."""

    source: Source
    rules: Rules
    marks: Mapping[str, bytes]
    out: trio.MemorySendChannel[Batch]
    token: trio.lowlevel.TrioToken
    stop: threading.Event = field(default_factory=threading.Event)
    findings: Findings = field(default_factory=Findings)
    trouble: Exception | None = None
    _batch: Batch = field(default_factory=Batch)

    def run(self) -> None:
        try:
            if self.rules.pace != "full":
                give_way(self.rules.nice, self.rules.io_class)
            self._walk()
            self._hand_over()
        except (_CalledOffError, trio.BrokenResourceError, trio.RunFinishedError, trio.Cancelled):
            return
        except Exception as trouble:  # noqa: BLE001 - raised again where the crawl is awaited
            self.trouble = trouble
        self._close()

    def _walk(self) -> None:
        walk = Walk(self.source.prefix, self.rules, mounts(), self.findings, walking.listed)
        comparing = Comparing(self.marks, self.rules.sniff_mime)
        pace = Pace(self.rules, is_full=self._is_full)
        root = Path(self.source.prefix).stat()
        try:
            for folder in walk.folders():
                self._take(comparing, folder)
                self._rest(pace, len(folder.files))
        except OSError as trouble:
            self._cannot_begin(walk, comparing, trouble)
        self._sure_that_it_is_there(walk)
        if not os.path.samestat(root, Path(self.source.prefix).stat()):
            raise SourceUnavailableError(self.source.prefix, "another folder came to its place meanwhile")
        below = self.rules.below or self.source.prefix
        for path in comparing.gone(below, frozenset(self.findings.untouched)):
            self._batch.gone.append((path, "excluded" if path in walk.left_out else "gone"))

    @property
    def _is_full(self) -> bool:
        waited_for = self.source.trigger == "manual" or not self.marks
        return self.rules.pace == "full" or (self.rules.pace == "auto" and waited_for)

    def _take(self, comparing: Comparing, folder: Folder) -> None:
        batch = self._batch
        batch.folders += 1
        if comparing.lost_its_disk(folder):
            self.findings.disk_is_away(folder.path)
            return
        news = comparing.news(folder)
        if news is None:
            batch.seen += len(folder.files)
        else:
            batch.news.append(news)
            batch.changes += len(news.files)

    def _rest(self, pace: Pace, files: int) -> None:
        if self._batch.is_due:
            self._hand_over()
            pace.resume()
        while wait := pace.wait_s(files):
            if self.stop.wait(min(wait, LONGEST_S * 10)):
                raise _CalledOffError
            files = 0
            self._hand_over()
            pace.resume()
        if self.stop.is_set():
            raise _CalledOffError

    def _hand_over(self) -> None:
        """An empty batch is a mark of progress."""
        batch, self._batch = self._batch, Batch()
        trio.from_thread.run(self.out.send, batch, trio_token=self.token)

    def _close(self) -> None:
        try:
            trio.from_thread.run(self.out.aclose, trio_token=self.token)
        except (trio.RunFinishedError, trio.Cancelled):
            return

    def _cannot_begin(self, walk: Walk, comparing: Comparing, trouble: OSError) -> None:
        """A folder that the walk is limited to may be gone meanwhile; the source itself must be there."""
        self._sure_that_it_is_there(walk, always=True)
        if not self.rules.below:
            raise trouble
        if isinstance(trouble, FileNotFoundError | NotADirectoryError):
            self._seen_to_be_gone(walk, comparing)
        else:
            self.findings.unreadable(self.rules.below, trouble)

    def _seen_to_be_gone(self, walk: Walk, comparing: Comparing) -> None:
        """Its nearest ancestor that exists must be listed to its end, and not list it."""
        path = self.rules.below
        while len(path) > len(self.source.prefix.rstrip("/")):
            path, _, name = path.rpartition("/")
            try:
                names = _names_in(path, walk)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return
            if name not in names:
                comparing.was_read(path or "/")
            return

    def _sure_that_it_is_there(self, walk: Walk, *, always: bool = False) -> None:
        """When folders failed, it may be because the whole source went away: then nothing more is said about it."""
        if not (always or self.findings.unreadable_count):
            return
        _names_in(self.source.prefix, walk)


def _names_in(path: str, walk: Walk) -> set[str]:
    handle = os.open(path or "/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return {entry.name for entry in walk.listing(handle)}
    finally:
        os.close(handle)


async def crawl_folder(source: Source, into: Sink) -> CrawlEnd:
    """Raises `SourceUnavailableError` when the watched folder itself cannot be read to its end."""
    rules = rules_in(source)
    marks = await into.marks() if isinstance(into, FolderSink) else {}
    out, batches = trio.open_memory_channel[Batch](0)
    walker = Walker(source, rules, marks, out, trio.lowlevel.current_trio_token())
    threading.Thread(target=walker.run, name=f"walk {source.name}", daemon=True).start()
    try:
        async with batches:
            async for batch in batches:
                await _tell(into, batch)
    finally:
        walker.stop.set()
    if isinstance(walker.trouble, OSError):
        raise SourceUnavailableError(source.prefix, walker.trouble.strerror or str(walker.trouble))
    if walker.trouble is not None:
        raise walker.trouble
    findings = walker.findings
    return CrawlEnd(complete=not (findings.untouched or rules.below), skipped=findings.skipped())


async def _tell(into: Sink, batch: Batch) -> None:
    into.progress()
    if not isinstance(into, FolderSink):
        for news in batch.news:
            for file in news.files:
                await into.send(file.at(news.path) if isinstance(file, Listed) else file)
        return
    if batch.seen:
        await into.seen(batch.seen)
    for news in batch.news:
        await into.folder(news.path, news.files, news.mark)
        for path in news.left_out:
            await into.send(Change(action="delete", export_path=path, reason="excluded"))
    for path, reason in batch.gone:
        await into.no_folder(path, reason)

"""Putting a batch of what was seen into documents and memory, in the order that survives a kill at any moment.

Announced, then written, then remembered: see `memory`. A document that is refused is told of, counted and left out; a
store that is full or busy is waited for. What is missing, and what may be the other half of a rename, is handed back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import NamedTuple, TypeVar

import structlog
import trio

from mosaicfs.errors import MalformedDocumentError, StoreFullError, TryLaterError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.document import Document, Written
from mosaicfs.model.names import covers
from mosaicfs.model.retry import wait_after
from mosaicfs.model.role import node_role
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.indexing import describing
from mosaicfs.services.indexing.describing import Described, New
from mosaicfs.services.indexing.identity import (
    Known,
    has_facts,
    key_of,
    key_of_row,
    parted,
    row_of,
    seen_again,
    sort,
)
from mosaicfs.services.indexing.memory import Learned, Memory

AT_ONCE = 1_000
"""Documents a write: what the store puts into one transaction."""

T = TypeVar("T")

log = structlog.get_logger(component="crawler")


class Seen(NamedTuple):
    """Files by path; `folders` are among those that are told of wholly; `origins` are renames that were watched."""

    files: Mapping[str, Change]
    folders: Mapping[str, bytes | None] = {}
    origins: Mapping[str, str] = {}

    @property
    def elsewhere(self) -> set[str]:
        """Paths of files whose folder is not told of."""
        return {path for path in self.files if parted(path)[0] not in self.folders}


class Work(NamedTuple):
    """One document to write: a new one without `known`, an end without `change`."""

    known: Known | None
    change: Change | None
    reason: str = ""


@dataclass(slots=True)
class Taken:
    """What became of it. `unsettled` may be renames: whoever has seen everything decides."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    deleted: int = 0
    refused: int = 0
    missing: list[Known] = field(default_factory=list)
    unsettled: list[tuple[Change, Known | None]] = field(default_factory=list)


class Closing(NamedTuple):
    """What is learned with the last of some documents: marks of folders, and rows that need no document."""

    marks: Mapping[str, bytes | None] = {}
    touched: Sequence[Known] = ()


@dataclass(slots=True)
class _Described:
    """`refused` with the reason of each."""

    made: list[tuple[Work, Described]] = field(default_factory=list)
    stale: list[Known] = field(default_factory=list)
    refused: list[tuple[Work, str]] = field(default_factory=list)


class Prepared(NamedTuple):
    """A batch whose every file is decided upon, and whose documents are made already where all of them are new."""

    source: Source
    works: Sequence[Work]
    closing: Closing
    missing: list[Known]
    unsettled: list[tuple[Change, Known | None]]
    described: _Described | None


@dataclass(frozen=True, slots=True)
class Intake:
    store: Store
    memory: Memory
    node_id: str
    standing: Standing
    clock: Clock = time

    async def take(self, source: Source, seen: Seen) -> Taken:
        """Write what is certain. The marks of folders in which something is not are not kept."""
        return await self.finish(await self.prepare(source, seen))

    async def prepare(self, source: Source, seen: Seen) -> Prepared:
        """Writes nothing."""
        known = await self.memory.known(list(seen.folders), seen.elsewhere | set(seen.origins.values()))
        found = sort(known, (change for change in seen.files.values() if has_facts(change)))
        works = [Work(row, change) for row, change in found.updated]
        works += _blind_renames(known, seen)
        unsettled: list[tuple[Change, Known | None]] = []
        suspects = await self._suspects(source, [each.change for each in found.arrived], seen.files)
        for change, returns in found.arrived:
            origin = known.get(seen.origins.get(change.export_path, "")) if seen.origins else None
            if origin is not None and not origin.gone:
                works.append(Work(origin, change))
            elif suspects and key_of(change) in suspects:
                unsettled.append((change, returns))
            else:
                works.append(Work(returns, change))
        moved_off = {work.known.path for work in works if work.known is not None}
        missing = [
            row
            for path, row in known.items()
            if row.folder in seen.folders and not row.gone and path not in seen.files and path not in moved_off
        ]
        uncertain = {row.folder for row in missing} | {parted(change.export_path)[0] for change, _ in unsettled}
        marks = {folder: None if folder in uncertain else mark for folder, mark in seen.folders.items()}
        closing = Closing(marks, [row_of(change, row.file_id) for row, change in found.touched])
        described = None
        if 0 < len(works) <= AT_ONCE and not any(work.known for work in works):
            described = await trio.to_thread.run_sync(self._describe, source, works, {})
        return Prepared(source, works, closing, missing, unsettled, described)

    async def finish(self, prepared: Prepared) -> Taken:
        taken = await self.settle(prepared.source, prepared.works, prepared.closing, prepared.described)
        taken.missing, taken.unsettled = prepared.missing, prepared.unsettled
        return taken

    async def settle(
        self,
        source: Source,
        works: Sequence[Work],
        closing: Closing | None = None,
        described: _Described | None = None,
    ) -> Taken:
        """Write the documents. Marks are kept with the last of them; a folder with a refused one has none."""
        taken, refused = Taken(), set[str]()
        for start in range(0, max(len(works), 1), AT_ONCE):
            part = works[start : start + AT_ONCE]
            found = described if described is not None else await self._described(source, part)
            at_last = closing if closing is not None and start + AT_ONCE >= len(works) else Closing()
            again = await self._settle_some(found, taken, refused, at_last)
            if again:
                found = await self._described(source, again)
                await self._settle_some(found, taken, refused, at_last, is_last=True)
        return taken

    async def settle_late(self, source: Source, works: Sequence[Work]) -> Taken:
        """Decisions that have waited: what happened meanwhile comes first, so that no path gets a second document."""
        paths = {path for work in works for path in _paths(work)}
        known = await self.memory.known((), paths)
        return await self.settle(source, [_as_things_are(work, known) for work in works])

    async def patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """An attempt is not cut in the middle, the wait between two may be."""
        failures = 0
        while True:
            try:
                with trio.CancelScope(shield=True):
                    done = await work()
            except (TryLaterError, StoreFullError) as trouble:
                failures += 1
                self.standing.tell("store", "unhealthy", str(trouble))
                self.standing.trouble("store", "error", str(trouble))
                log.info("the index waits for the store", cause=str(trouble), attempt=failures)
                await trio.sleep(wait_after(failures, getattr(trouble, "retry_after_s", None)))
            else:
                if failures:
                    self.standing.tell("store", "healthy")
                return done

    async def _suspects(self, source: Source, arrived: Sequence[Change], present: Mapping[str, Change]) -> set[object]:
        """Keys of files that are known elsewhere, at a path that nobody has just seen.

        Ids of services mean something within their backend alone; a file may move from one watched folder to another.
        """
        ids = [change.native_id for change in arrived if change.native_id is not None]
        if not ids:
            return set()
        rows = await self.memory.with_native_ids(ids)
        is_disk = source.backend == describing.DISK
        near = (row for row in rows if is_disk or covers(source.prefix, row.path))
        return {key_of_row(row) for row in near if row.path not in present}

    async def _settle_some(
        self, found: _Described, taken: Taken, refused: set[str], closing: Closing, *, is_last: bool = False
    ) -> list[Work]:
        """What is to be tried once more: a document that somebody else has written meanwhile is read again."""
        written = await self.patiently(partial(self._write, found, closing, frozenset(refused)))
        again = []
        for (work, _), row in zip(found.made, written, strict=True):
            if not row.error:
                _count(taken, work)
            elif row.error == "conflict" and not is_last:
                again.append(work)
            else:
                found.refused.append((work, row.reason))
        for work, reason in found.refused:
            taken.refused += 1
            refused.update(_folders(work))
            log.warning("a file was refused by the index", reason=reason)
            self.standing.trouble("crawler", "warning", f"A file could not be indexed: {reason}")
        return again

    async def _described(self, source: Source, works: Sequence[Work]) -> _Described:
        if not works:
            return _Described()
        current = await self._current(works)
        return await trio.to_thread.run_sync(self._describe, source, works, current)

    async def _current(self, works: Sequence[Work]) -> dict[str, Document]:
        ids = [work.known.file_id for work in works if work.known is not None]
        found = await self.patiently(partial(self.store.get_many, ids)) if ids else []
        return {document.id: document for document in found if document is not None}

    def _describe(self, source: Source, works: Sequence[Work], current: Mapping[str, Document]) -> _Described:
        """Rows whose document has gone its own way, pruned or owned by another node by now, are `stale`."""
        found = _Described()
        now = describing.now_text(self.clock)
        new = describing.news(len(works))
        for work in works:
            document = current.get(work.known.file_id) if work.known is not None else None
            before = describing.file_in(document)
            try:
                if work.known is None or document is None or before is None or before.source.node_id != self.node_id:
                    self._anew(source, work, next(new), found)
                elif work.change is not None:
                    found.made.append((work, describing.changed(document, before, work.known, work.change, source)))
                elif before.status == "active" and before.source.export_path == work.known.path:
                    found.made.append((work, describing.deleted(document, before, work.known, work.reason, now)))
                else:
                    found.stale.append(work.known)
            except MalformedDocumentError as trouble:
                found.refused.append((work, str(trouble)))
        return found

    def _anew(self, source: Source, work: Work, new: New, found: _Described) -> None:
        if work.known is not None:
            found.stale.append(work.known)
        if work.change is not None and has_facts(work.change):
            found.made.append((Work(None, work.change), describing.created(work.change, source, new)))

    async def _write(self, found: _Described, closing: Closing, refused: AbstractSet[str]) -> list[Written]:
        """Announced, written, remembered; a row for each that was made.

        No mark of a folder that is written in is trusted until the whole of it is: the files may become again what they
        were when it was made.
        """
        documents = [made.document for _, made in found.made]
        written: list[Written] = []
        intention = None
        if documents:
            intention = await self.memory.intend([document.id for document in documents])
            written = await self.store.write(documents, writer=node_role(self.node_id))
        done = [each for each, row in zip(found.made, written, strict=True) if not row.error]
        before = [(work.known, made.row) for work, made in done if work.known is not None]
        left = [known for known, row in before if known.path != row.path]
        failed = [work for (work, _), row in zip(found.made, written, strict=True) if row.error]
        unsure = {folder for work in (*failed, *(work for work, _ in found.refused)) for folder in _folders(work)}
        unsure |= refused
        marks: dict[str, bytes | None] = dict.fromkeys(
            {made.row.folder for _, made in done}
            | {known.folder for known, _ in before}
            | {row.folder for row in found.stale}
        )
        marks |= {folder: None if folder in unsure else mark for folder, mark in closing.marks.items()}
        rows = [made.row for _, made in done]
        learned = Learned([*left, *found.stale], [*rows, *closing.touched], marks, intention)
        if learned != _NOTHING:
            await self.memory.learn(learned)
        return written


_NOTHING = Learned([], [], {}, None)


def _blind_renames(known: Mapping[str, Known], seen: Seen) -> Iterable[Work]:
    """Renames that nobody looked at. Of a file that was never seen nothing can be said; the next crawl finds it."""
    for path, change in seen.files.items():
        origin = known.get(seen.origins.get(path, ""))
        if has_facts(change) or origin is None or origin.gone:
            continue
        target = known.get(path)
        if target is None or target.gone:
            yield Work(origin, change)
        else:
            yield Work(target, seen_again(origin, path))


def _as_things_are(work: Work, known: Mapping[str, Known]) -> Work:
    """The file at the path where there is one; else the one that moved, if it is still where it was."""
    if work.change is None:
        return work
    target = known.get(work.change.export_path)
    if target is not None and not target.gone:
        return work._replace(known=target)
    origin = known.get(work.known.path) if work.known is not None else None
    if origin is not None and not origin.gone and work.known is not None and origin.file_id == work.known.file_id:
        return work._replace(known=origin)
    return work._replace(known=target)


def _paths(work: Work) -> Iterable[str]:
    if work.known is not None:
        yield work.known.path
    if work.change is not None:
        yield work.change.export_path


def _folders(work: Work) -> Iterable[str]:
    if work.known is not None:
        yield work.known.folder
    if work.change is not None:
        yield parted(work.change.export_path)[0]


def _count(taken: Taken, work: Work) -> None:
    if work.change is None:
        taken.deleted += 1
    elif work.known is None or work.known.gone:
        taken.new += 1
    elif work.known.path != work.change.export_path:
        taken.moved += 1
    else:
        taken.changed += 1

"""Putting a batch of what was seen into documents and memory, in the order that survives a kill at any moment.

Announced, then written, then remembered: see `memory`. A document that is refused is told of, counted and left out; a
store that is full or busy is waited for. What is missing, and what may be the other half of a rename, is handed back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import NamedTuple, TypeVar

import structlog
import trio

from mosaicfs.errors import MalformedDocumentError, StoreFullError, TryLaterError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.document import Document, Written
from mosaicfs.model.retry import wait_after
from mosaicfs.model.role import node_role
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.indexing import describing
from mosaicfs.services.indexing.describing import Described
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


@dataclass(slots=True)
class _Described:
    """`refused` with the reason of each."""

    made: list[tuple[Work, Described]] = field(default_factory=list)
    stale: list[Known] = field(default_factory=list)
    refused: list[tuple[Work, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Intake:
    store: Store
    memory: Memory
    node_id: str
    standing: Standing
    clock: Clock = time

    async def take(self, source: Source, seen: Seen) -> Taken:
        """Write what is certain. The marks of folders in which something is not are not kept."""
        elsewhere = {path for path in seen.files if parted(path)[0] not in seen.folders}
        known = await self.memory.known(list(seen.folders), elsewhere | set(seen.origins.values()))
        found = sort(known, (change for change in seen.files.values() if has_facts(change)))
        works = [Work(row, change) for row, change in found.updated]
        works += _blind_renames(known, seen)
        unsettled: list[tuple[Change, Known | None]] = []
        suspects = await self._suspects([each.change for each in found.arrived], seen.files)
        for change, returns in found.arrived:
            origin = known.get(seen.origins.get(change.export_path, ""))
            if origin is not None and not origin.gone:
                works.append(Work(origin, change))
            elif key_of(change) in suspects:
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
        touched = [row_of(change, row.file_id) for row, change in found.touched]
        taken = await self.settle(source, works, marks=marks, touched=touched)
        taken.missing, taken.unsettled = missing, unsettled
        return taken

    async def settle(
        self,
        source: Source,
        works: Sequence[Work],
        *,
        marks: Mapping[str, bytes | None] | None = None,
        touched: Sequence[Known] = (),
    ) -> Taken:
        """Write the documents. Marks are kept after the last of them; a folder with a refused one has none."""
        taken, refused = Taken(), set[str]()
        for start in range(0, len(works), AT_ONCE):
            await self._settle_some(source, works[start : start + AT_ONCE], taken, refused)
        kept = {folder: None if folder in refused else mark for folder, mark in (marks or {}).items()}
        if touched or kept:
            await self.patiently(partial(self.memory.learn, Learned(rows=touched, marks=kept)))
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

    async def _suspects(self, arrived: Sequence[Change], present: Mapping[str, Change]) -> set[object]:
        """Keys of files that are known elsewhere, at a path that nobody has just seen."""
        ids = [change.native_id for change in arrived if change.native_id is not None]
        if not ids:
            return set()
        rows = await self.memory.with_native_ids(ids)
        return {key_of_row(row) for row in rows if row.path not in present}

    async def _settle_some(self, source: Source, works: Sequence[Work], taken: Taken, refused: set[str]) -> None:
        """A document that somebody else has written meanwhile is read again and written once more."""
        for last in (False, True):
            current = await self._current(works)
            found = await trio.to_thread.run_sync(self._describe, source, works, current)
            written = await self.patiently(partial(self._write, found))
            again = []
            for (work, _), row in zip(found.made, written, strict=True):
                if not row.error:
                    _count(taken, work)
                elif row.error == "conflict" and not last:
                    again.append(work)
                else:
                    found.refused.append((work, row.reason))
            for work, reason in found.refused:
                taken.refused += 1
                refused.update(_folders(work))
                log.warning("a file was refused by the index", reason=reason)
                self.standing.trouble("crawler", "warning", f"A file could not be indexed: {reason}")
            if not again:
                return
            works = again

    async def _current(self, works: Sequence[Work]) -> dict[str, Document]:
        ids = [work.known.file_id for work in works if work.known is not None]
        found = await self.patiently(partial(self.store.get_many, ids)) if ids else []
        return {document.id: document for document in found if document is not None}

    def _describe(self, source: Source, works: Sequence[Work], current: Mapping[str, Document]) -> _Described:
        """Rows whose document has gone its own way, pruned or owned by another node by now, are `stale`."""
        found = _Described()
        now = describing.now_text(self.clock)
        for work in works:
            document = current.get(work.known.file_id) if work.known is not None else None
            before = describing.file_in(document)
            try:
                if work.known is None or document is None or before is None or before.source.node_id != self.node_id:
                    self._anew(source, work, found)
                elif work.change is not None:
                    found.made.append((work, describing.changed(document, before, work.known, work.change, source)))
                elif before.status == "active" and before.source.export_path == work.known.path:
                    found.made.append((work, describing.deleted(document, before, work.known, work.reason, now)))
                else:
                    found.stale.append(work.known)
            except MalformedDocumentError as trouble:
                found.refused.append((work, str(trouble)))
        return found

    def _anew(self, source: Source, work: Work, found: _Described) -> None:
        if work.known is not None:
            found.stale.append(work.known)
        if work.change is not None and has_facts(work.change):
            found.made.append((Work(None, work.change), describing.created(work.change, source)))

    async def _write(self, found: _Described) -> list[Written]:
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
        left = [w.known for w, made in done if w.known is not None and w.known.path != made.row.path]
        touched = {folder for work, _ in done for folder in _folders(work)} | {row.folder for row in found.stale}
        no_marks = dict.fromkeys(touched)
        rows = [made.row for _, made in done]
        await self.memory.learn(Learned([*left, *found.stale], rows, no_marks, intention))
        return written


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

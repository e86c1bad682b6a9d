"""A disk in memory, with inodes and folders, and a crawl over it that sends as the real one does.

It breaks off where it is told to, so that a test can try what an outage, or an end of the process, leaves behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.crawling import Change, CrawlEnd, Listed, Source
from mosaicfs.model.sink import FolderSink, Sink
from mosaicfs.model.times import mtime_text

DISK = Source(name="docs", backend="disk", node_id="node-laptop", prefix="/docs")


@dataclass(frozen=True, slots=True)
class OnDisk:
    inode: int
    size: int
    mtime_ns: int
    links: int = 1


@dataclass
class FakeDisk:
    """Files by path. `fail_after` so many folders the disk is away; `asked` counts the files that were sent."""

    source: Source = DISK
    files: dict[str, OnDisk] = field(default_factory=dict)
    fail_after: int | None = None
    whole: bool = True
    sent: int = 0
    since: list[str | None] = field(default_factory=list)
    _now: int = 1_700_000_000_000_000_000
    _inode: int = 100

    # --- what a person does ------------------------------------------------------------------------------------

    def write(self, path: str, size: int = 1) -> None:
        """In place: the inode stays."""
        before = self.files.get(path)
        self._now += 1_000_003
        self.files[path] = OnDisk(before.inode if before else self._new_inode(), size, self._now)

    def rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)

    def rename_folder(self, old: str, new: str) -> None:
        for path in [path for path in self.files if path.startswith(f"{old}/")]:
            self.rename(path, new + path.removeprefix(old))

    def copy(self, old: str, new: str) -> None:
        """With its time, as `cp -p` does."""
        self.files[new] = replace(self.files[old], inode=self._new_inode())

    def remove(self, path: str) -> None:
        del self.files[path]

    def _new_inode(self) -> int:
        self._inode += 1
        return self._inode

    # --- what is seen of it ------------------------------------------------------------------------------------

    def change(self, path: str) -> Change:
        found = self.files[path]
        native_id = f"fd00:{found.inode:x}" if found.links == 1 else None
        return Change(
            action="update",
            export_path=path,
            size=found.size,
            mtime=mtime_text(found.mtime_ns),
            mtime_ns=found.mtime_ns,
            native_id=native_id,
        )

    def folders(self) -> dict[str, list[Change]]:
        """With the folders above them, in order of names."""
        found: dict[str, list[Change]] = {self.source.prefix: []}
        for path in sorted(self.files):
            parent = path.rpartition("/")[0]
            for above in _above(parent, self.source.prefix):
                found.setdefault(above, [])
            found[parent].append(self.change(path))
        return dict(sorted(found.items()))

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        if source.backend != self.source.backend:
            return None
        self.since.append(since)
        marks = await into.marks() if isinstance(into, FolderSink) else {}
        found = self.folders()
        for place, (path, changes) in enumerate(found.items()):
            self._maybe_fail(place)
            await self._tell(into, path, changes, marks.get(path))
        if isinstance(into, FolderSink):
            for path in marks.keys() - found.keys():
                await into.no_folder(path)
        return CrawlEnd(complete=self.whole)

    async def _tell(self, into: Sink, path: str, changes: list[Change], known: bytes | None) -> None:
        mark = sha256(repr(changes).encode()).digest()
        if known == mark and isinstance(into, FolderSink):
            await into.seen(len(changes))
            return
        self.sent += len(changes)
        if isinstance(into, FolderSink):
            await into.folder(path, [_listed(change) for change in changes], mark)
            return
        for change in changes:
            await into.send(change)

    def _maybe_fail(self, place: int) -> None:
        if self.fail_after is not None and place >= self.fail_after:
            raise SourceUnavailableError(self.source.prefix, "the disk is away")


def _listed(change: Change) -> Listed:
    name = change.export_path.rpartition("/")[2]
    return Listed(name, change.size, change.mtime_ns or 0, change.native_id, change.mime_type)


def _above(folder: str, prefix: str) -> Iterator[str]:
    while folder.startswith(prefix):
        yield folder
        folder = folder.rpartition("/")[0]

"""A machine to try the index on: a store, a disk in memory, and the service over both, opened as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from mosaicfs import wire
from mosaicfs.model.configuration import CrawlSettings, Settings, WatchSettings
from mosaicfs.model.crawling import Source
from mosaicfs.model.file import File
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.store import Store
from mosaicfs.model.times import mtime_text
from mosaicfs.services.crawl import Indexing, open_indexing
from mosaicfs_sdk.fakes.disk import DISK, FakeDisk
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding

NODE = DISK.node_id
SETTINGS = Settings(crawl=CrawlSettings(batch_size=20, batch_ms=50), watch=WatchSettings(rename_window_ms=50))


@dataclass
class Machine:
    """A store, a disk and what is told; `index` opens the service over them, again and again."""

    store: Store
    memory: Path
    disk: FakeDisk = field(default_factory=FakeDisk)
    standing: FakeStanding = field(default_factory=FakeStanding)
    notices: FakeNotices = field(default_factory=FakeNotices)
    settings: Settings = SETTINGS

    def index(self, store: Store | None = None) -> AbstractAsyncContextManager[Indexing]:
        async def still_there(source: Source, paths: Sequence[str]) -> set[str]:
            return {path for path in paths if path in self.disk.files}

        return open_indexing(
            store or self.store,
            self.disk,
            memory_path=self.memory,
            node_id=NODE,
            settings=self.settings,
            standing=self.standing,
            notices=self.notices,
            still_there=still_there,
        )

    async def files(self, status: str | None = "active") -> dict[str, tuple[str, File]]:
        """By path, with their ids; two at one path fail the test."""
        found: dict[str, tuple[str, File]] = {}
        question = FilesUnder(NODE, "/", status)  # type: ignore[arg-type]
        for document in (await self.store.ask(question, limit=100_000)).documents:
            noun = wire.decode(document.id, document.body)
            assert isinstance(noun, File)
            assert noun.source.export_path not in found
            found[noun.source.export_path] = (document.id, noun)
        return found

    async def ids(self) -> dict[str, str]:
        return {path: doc_id for path, (doc_id, _) in (await self.files()).items()}

    async def agrees(self) -> None:
        """The index says what the disk says."""
        told = {path: (noun.size, noun.mtime) for path, (_, noun) in (await self.files()).items()}
        assert told == {path: (on.size, mtime_text(on.mtime_ns)) for path, on in self.disk.files.items()}

    async def seq(self) -> str:
        return (await self.store.info()).update_seq


def fill(disk: FakeDisk, folders: int = 10, each: int = 10) -> None:
    for folder in range(folders):
        for number in range(each):
            disk.write(f"/docs/f{folder:02}/{number:02}.txt", number)

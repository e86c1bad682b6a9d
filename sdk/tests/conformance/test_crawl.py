"""The suite for crawls, tried on the fake disk and on a listing, and on what it is there to notice."""

from __future__ import annotations

from types import ModuleType

import pytest

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.crawling import CrawlEnd, Source
from mosaicfs.model.sink import FolderSink, Sink
from mosaicfs_sdk.conformance.crawl import CrawlConformance, KnownFolders, crawl
from mosaicfs_sdk.fakes.disk import DISK, FakeDisk
from mosaicfs_sdk.pytest_plugin import MakeHost


class DiskPlace:
    """A fake disk as a place. One content has one size here."""

    def __init__(self) -> None:
        self.disk = FakeDisk()

    @property
    def source(self) -> Source:
        return DISK

    def put(self, name: str, content: bytes) -> None:
        self.disk.write(f"/docs/{name}", len(content))

    def remove(self, name: str) -> None:
        self.disk.remove(f"/docs/{name}")

    def move(self, name: str, to: str) -> None:
        self.disk.rename(f"/docs/{name}", f"/docs/{to}")

    def fail_after(self, listed: int) -> None:
        """Folders, of which there are three."""
        self.disk.fail_after = min(listed, 2)

    def mend(self) -> None:
        self.disk.fail_after = None


def plugin_over(places: list[DiskPlace]) -> ModuleType:
    module = ModuleType("tried")

    @hookimpl
    async def crawl(source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        return await places[-1].disk.crawl(source, since, into)

    module.crawl = crawl  # type: ignore[attr-defined]
    return module


class TestFakeDisk(CrawlConformance):
    places: list[DiskPlace] = []  # noqa: RUF012 - the one of the test that runs is the last
    plugin = plugin_over(places)

    @pytest.fixture
    def place(self) -> DiskPlace:
        self.places.append(DiskPlace())
        return self.places[-1]


class Forgetful(FakeDisk):
    """Says nothing of folders that are gone."""

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        assert isinstance(into, FolderSink)
        for path, changes in self.folders().items():
            await into.folder(path, changes, b"mark")
        return CrawlEnd(complete=True)


async def test_a_folder_that_nobody_says_is_gone_keeps_its_files(plugin_host: MakeHost) -> None:
    place = DiskPlace()
    place.disk = Forgetful()
    host = plugin_host(plugin_over([place]))
    known = KnownFolders()
    place.put("deep/a.txt", b"a")
    place.put("b.txt", b"b")
    await crawl(host, DISK, None, known)
    place.remove("deep/a.txt")
    place.remove("b.txt")
    await crawl(host, DISK, None, known)
    assert known.files.keys() == {"/docs/deep/a.txt"}

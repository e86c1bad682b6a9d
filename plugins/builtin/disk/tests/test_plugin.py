"""The plugin as the suite for all crawls sees it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mosaicfs.model.crawling import Source
from mosaicfs_disk import plugin, walking
from mosaicfs_sdk.conformance.crawl import CrawlConformance
from mosaicfs_sdk.conformance.place import Place


class FolderPlace:
    """A folder on a disk that can break off in the middle of a listing."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.patch = root, patch
        self.left: int | None = None
        self.clock = 1_700_000_000_000_000_000
        patch.setattr(walking, "listed", self.listed)

    @property
    def source(self) -> Source:
        return Source(name=str(self.root), backend="disk", node_id="n", prefix=str(self.root))

    def put(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.clock += 1_000_000
        os.utime(path, ns=(self.clock, self.clock))

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def move(self, name: str, to: str) -> None:
        (self.root / name).rename(self.root / to)

    def fail_after(self, listed: int) -> None:
        self.left = listed

    def mend(self) -> None:
        self.left = None

    def listed(self, fd: int) -> list[os.DirEntry[str]]:
        with os.scandir(fd) as entries:
            found = list(entries)
        if self.left is not None:
            if len(found) > self.left:
                raise OSError(5, "Input/output error")
            self.left -= len(found)
        return found


class TestCrawl(CrawlConformance):
    plugin = plugin

    @pytest.fixture
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
        return FolderPlace(tmp_path, monkeypatch)

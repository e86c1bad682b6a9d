"""The cache beside what every tier must do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mosaicfs.model.entry import Entry
from mosaicfs_sdk.conformance.tier import TierConformance
from mosaicfs_tiers.cache import plugin as cache
from mosaicfs_tiers.cache.data_files import DataFiles, key_of
from mosaicfs_tiers.cache.index import Index, put_row
from mosaicfs_tiers.cache.new_rows import new_row
from plugins.builtin.tiers.tests.cache.sources import entry_named


class CacheShelf:
    """Entries that are complete, as a fetch leaves them."""

    def __init__(self, root: Path) -> None:
        self.index = Index(root / "index.db")
        self.files = DataFiles(root)
        self.entry = entry_named(1, 0)

    def put(self, content: bytes) -> Entry:
        self.entry = entry_named(1, len(content))
        self._store(content)
        return self.entry

    def cut(self, size: int) -> None:
        os.truncate(self.files.path(key_of(self.entry.file_id)), size)

    def replace(self, content: bytes) -> None:
        self.entry = entry_named(1, len(content), mtime="2027-01-15T14:30:00.123456Z")
        self._store(content)

    def _store(self, content: bytes) -> None:
        file, staged = self.files.stage(len(content))
        os.pwrite(file, content, 0)
        sealed_ns = os.fstat(file).st_mtime_ns
        os.close(file)
        row = new_row(self.entry, len(content), "2026-01-15T14:30:00Z", sealed_ns=sealed_ns)
        self.index.change_here(lambda connection: put_row(connection, row))
        self.index.change_here(lambda connection: self.files.place(staged, row.cache_key))


class TestTheFileCache(TierConformance):
    plugin = cache

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> CacheShelf:
        return CacheShelf(tmp_path / "ours" / "cache")

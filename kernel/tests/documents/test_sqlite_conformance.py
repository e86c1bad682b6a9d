"""The embedded store against what every store must do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store import StoreConformance

pytestmark = pytest.mark.patient


class TestSqliteStore(StoreConformance):
    @asynccontextmanager
    async def open_store(self, place: Path) -> AsyncIterator[Store]:
        async with open_store(place / "mosaicfs.db", place / "bell") as store:
            yield store

    @asynccontextmanager
    async def open_backup(self, path: Path) -> AsyncIterator[Store]:
        async with open_store(path, path.with_name("bell of the copy")) as store:
            yield store

"""The fake keeps the promises that it is used to test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store import StoreConformance
from mosaicfs_sdk.fakes.store import MemoryStore

pytestmark = pytest.mark.patient


class TestMemoryStore(StoreConformance):
    exemptions: ClassVar = {
        "test_what_was_written_is_there_after_opening_again": "memory is empty when the program has ended",
        "test_a_write_elsewhere_wakes_who_waits_here": "memory belongs to one process",
    }

    @asynccontextmanager
    async def open_store(self, place: Path) -> AsyncIterator[Store]:
        yield MemoryStore()

    @asynccontextmanager
    async def open_backup(self, path: Path) -> AsyncIterator[Store]:
        yield MemoryStore.restored(path)

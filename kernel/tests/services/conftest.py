"""Stores, and a wall clock that goes with the loop's, so that a test can let days pass.

The clock stands in the future: the stores take nothing that is over for long, by the real one.

`store` is the one in memory: a thread that writes would let the mocked clock jump. `real_store` is a database file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant
from mosaicfs_sdk.fakes.store import MemoryStore

MONDAY_S = instant("2040-01-02T09:20:00Z") / 1e6


@pytest.fixture
def store() -> Store:
    return MemoryStore()


@pytest.fixture
async def real_store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path) as opened:
        yield opened


@pytest.fixture
def wall_clock() -> Clock:
    """It shows 2040-01-02 09:20 at the beginning of the test."""
    began: list[float] = []

    def now() -> float:
        began[:] = began or [trio.current_time()]
        return MONDAY_S + trio.current_time() - began[0]

    return now

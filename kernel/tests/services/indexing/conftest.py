"""A machine for each test of the index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.tests.services.indexing.machine import Machine
from mosaicfs import open_store


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with open_store(tmp_path / "store.db", tmp_path / "bell") as store:
        yield Machine(store, tmp_path / "agent.db")

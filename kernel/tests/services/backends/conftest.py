"""A node that hosts a backend, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.tests.services.backends.service import Host
from mosaicfs import open_store


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with open_store(tmp_path / "store.db", tmp_path / "bell") as store:
        yield Host(store, tmp_path)

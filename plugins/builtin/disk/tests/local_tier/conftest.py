"""A watched folder, and the tier over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs_disk.local_tier.tier import LocalTier
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from plugins.builtin.disk.tests.local_tier.reading import NODE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "watched"
    root.mkdir()
    return root


@pytest.fixture
def kernel(tmp_path: Path, root: Path) -> FakeKernel:
    settings = Settings(agent=AgentSettings(watch_paths=(str(root),)))
    return FakeKernel(FakePlaces(tmp_path / "ours"), NODE, settings=settings)


@pytest.fixture
def tier(kernel: FakeKernel) -> LocalTier:
    return LocalTier(kernel)

"""A folder that shows what another node has at `/srv`, and the two tiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_tiers.mounted.tier import MountedTier
from plugins.builtin.tiers.tests.mounted.declaring import HERE


@pytest.fixture
def kernel(tmp_path: Path) -> FakeKernel:
    return FakeKernel(FakePlaces(tmp_path / "ours"), HERE)


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    folder = tmp_path / "mnt"
    folder.mkdir()
    return folder


@pytest.fixture
def mount(kernel: FakeKernel) -> MountedTier:
    return MountedTier("mount", 300, kernel, synced=False)


@pytest.fixture
def synced(kernel: FakeKernel) -> MountedTier:
    return MountedTier("sync_dir", 400, kernel, synced=True)

"""Both tiers, and a mount that is a disk of this machine after all, by the suite of all tiers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mosaicfs.model.entry import Entry
from mosaicfs.model.kernel import Kernel
from mosaicfs_sdk.conformance.tier import Shelf, TierConformance
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_tiers import network_mount, synced_folder
from plugins.builtin.tiers.tests.mounted.declaring import HERE, declare, entry_at, mounted


class ShownShelf:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "deep" / "file.bin"
        self.path.parent.mkdir(parents=True)

    def put(self, content: bytes) -> Entry:
        self.path.write_bytes(content)
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        return entry_at("/srv/deep/file.bin", self.path)

    def cut(self, size: int) -> None:
        os.truncate(self.path, size)

    def replace(self, content: bytes) -> None:
        self.path.unlink()
        self.path.write_bytes(content)


class Mounted(TierConformance):
    kind = "nfs"

    @pytest.fixture
    async def kernel(self, request: pytest.FixtureRequest, tmp_path: Path) -> Kernel:
        kernel = FakeKernel(FakePlaces(tmp_path / "ours"), HERE)
        await declare(kernel.store, mounted(tmp_path / "mnt", kind=request.instance.kind))
        return kernel

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        return ShownShelf(tmp_path / "mnt")


class TestNetworkMount(Mounted):
    plugin = network_mount


class TestDiskThatIsMounted(Mounted):
    plugin = network_mount
    kind = "local"


class TestSyncedFolder(Mounted):
    plugin = synced_folder
    kind = "onedrive_local"

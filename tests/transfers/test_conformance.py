"""The tier of other nodes beside what every tier must do, over a real server."""

import os
from pathlib import Path

import pytest

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.tier import Tier
from mosaicfs_sdk.conformance.tier import CONTENT, TierConformance, opened
from mosaicfs_tiers.owning_node import plugin
from plugins.builtin.transfer.tests.node import Nas
from tests.transfers.conftest import Laptop

pytestmark = pytest.mark.patient

MTIME_NS = 1_768_487_400_123_456_000
SEVERAL_SPANS = CONTENT * 200


class FarShelf:
    """`known` are files that the owner's store has documents of already, by their size."""

    def __init__(self, known: dict[int, Entry]) -> None:
        self._known = known
        self._path = Path()

    def put(self, content: bytes) -> Entry:
        entry = self._known[len(content)]
        self._path = Path(entry.export_path)
        self._path.write_bytes(content)
        os.utime(self._path, ns=(MTIME_NS, MTIME_NS))
        return entry

    def cut(self, size: int) -> None:
        os.truncate(self._path, size)

    def replace(self, content: bytes) -> None:
        self._path.write_bytes(content)


class TestTheOwningNode(TierConformance):
    plugin = plugin

    @pytest.fixture
    async def shelf(self, nas: Nas) -> FarShelf:
        known = {}
        for content in (CONTENT, b"", SEVERAL_SPANS):
            path = Path((await nas.put(content, f"{len(content)}.bin")).export_path)
            os.utime(path, ns=(MTIME_NS, MTIME_NS))
            known[len(content)] = await nas.index(path)
        return FarShelf(known)

    @pytest.fixture
    def kernel(self, laptop: Laptop) -> Kernel:
        return laptop.kernel

    async def test_a_file_that_was_cut_is_an_error_and_never_a_short_read(self, tier: Tier, shelf: FarShelf) -> None:  # type: ignore[override]
        """A small file comes whole with the answer that opens it, so this takes one that does not."""
        async with opened(tier, shelf.put(SEVERAL_SPANS)) as handle:
            shelf.cut(1000)
            for offset in (0, 900, len(SEVERAL_SPANS) - 100):
                with pytest.raises(MosaicError):
                    await handle.read(offset, 200)

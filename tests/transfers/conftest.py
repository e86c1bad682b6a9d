"""Two nodes of one instance on loopback: one hands out files, the other reads them. What is between them is real."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio.testing
from msgspec import structs

from mosaicfs import revise
from mosaicfs.content.local import LocalContent
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import keep_node_keys
from mosaicfs.model.entry import Entry
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node, Transfer
from mosaicfs.model.role import CONTROL
from mosaicfs.wire import noun_in
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_tiers.owning_node.tier import Peers, open_peers
from plugins.builtin.transfer.tests.node import INSTANCE, LAPTOP, NAS, Nas, running_nas


@dataclass
class Laptop:
    """Reads what the NAS has. What the NAS is told of itself is replicated by `learn`."""

    nas: Nas
    kernel: FakeKernel
    tier: Peers
    content: LocalContent

    async def learn(self, port: int = 0) -> None:
        """`port` is where it is reached instead."""
        found = noun_in(await self.nas.store.get(node_doc_id(NAS)), Node)
        assert found is not None
        endpoint = f"127.0.0.1:{port or self.nas.port}"
        node = structs.replace(found, transfer=Transfer(endpoint=endpoint, protocol="https"))
        await revise(self.kernel.store, node_doc_id(NAS), CONTROL, Node, lambda _: node)

    async def read(self, entry: Entry, offset: int = 0, length: int | None = None) -> bytes:
        """As the tier gives it, past everything that could try another way."""
        offer = await self.tier.offer(entry)
        assert offer is not None
        handle = await self.tier.open(entry, offer)
        try:
            return await handle.read(offset, entry.size if length is None else length)
        finally:
            await handle.close()


@pytest.fixture
async def nas(tmp_path: Path) -> AsyncIterator[Nas]:
    async with running_nas(tmp_path) as found:
        yield found


@pytest.fixture
async def laptop(nas: Nas, tmp_path: Path) -> AsyncIterator[Laptop]:
    kernel = FakeKernel(FakePlaces(tmp_path / "laptop"), LAPTOP)
    files = KeyFiles(kernel.places.state_dir / "keys")
    files.write("ca.crt", nas.authority.certificate_pem.encode())
    keep_node_keys(files, nas.laptop)
    (kernel.places.state_dir / "instance_id").write_text(INSTANCE)
    tier = open_peers(kernel)
    content = LocalContent(kernel.store, LAPTOP)
    async with content.serving([tier]):
        await trio.testing.wait_all_tasks_blocked(0.01)
        found = Laptop(nas, kernel, tier, content)
        await found.learn()
        yield found

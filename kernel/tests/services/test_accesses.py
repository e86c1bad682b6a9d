"""What was read is written down now and then, once a file, and never holds a reader up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs import wire
from mosaicfs.errors import StoreFullError
from mosaicfs.model.access import Access
from mosaicfs.model.configuration import AccessTrackingSettings, AgentSettings, Settings
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.times import time_text
from mosaicfs.services.accesses import BATCH, Accesses, reading
from mosaicfs_sdk.fakes.store import MemoryStore

NOW = 1_774_000_000.0


@dataclass
class Hands:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def file_id(number: int) -> str:
    return f"file::0194f3d0-5b2e-7f41-8c90-{number:012x}"


def accesses(clock: Hands, *, node: str = "node-here") -> Accesses:
    return Accesses(node, node_role(node), AccessTrackingSettings, clock)


async def access_of(store: MemoryStore, number: int) -> Access | None:
    return wire.noun_in(await store.get(file_id(number).replace("file::", "access::")), Access)


async def test_many_reads_of_one_file_are_one_access() -> None:
    store, told = MemoryStore(), accesses(Hands())
    for _ in range(50):
        told.record(file_id(1))
    await told.flush(store)
    found = await access_of(store, 1)
    assert found is not None
    assert (found.access_count, found.source.node_id, found.last_access) == (1, "node-here", time_text(int(NOW * 1e6)))


async def test_a_file_that_is_read_all_the_time_is_written_once_an_hour() -> None:
    clock, store = Hands(), MemoryStore()
    told = accesses(clock)
    counts = []
    for _ in range(25):
        told.record(file_id(1))
        await told.flush(store)
        found = await access_of(store, 1)
        assert found is not None
        counts.append(found.access_count)
        clock.now += 300
    assert counts == [1] * 12 + [2] * 12 + [3]


async def test_a_time_in_the_future_counts_as_now() -> None:
    clock, store = Hands(NOW + 10_000_000), MemoryStore()
    told = accesses(clock)
    told.record(file_id(1))
    await told.flush(store)
    clock.now = NOW
    told.record(file_id(1))
    await told.flush(store)
    found = await access_of(store, 1)
    assert found is not None
    assert found.access_count == 1


async def test_more_than_a_batch_is_written_whole() -> None:
    store, told = MemoryStore(), accesses(Hands())
    for number in range(2 * BATCH + 1):
        told.record(file_id(number))
    await told.flush(store)
    assert (await store.info()).live == 2 * BATCH + 1


class Full(MemoryStore):
    async def write(self, docs: object, *, writer: object, new_edits: bool = True) -> list[Written]:
        raise StoreFullError(Path("mosaicfs.db"))


@pytest.mark.allow_log("accesses are not written down")
async def test_a_full_disk_costs_the_note_and_not_the_reader() -> None:
    told = accesses(Hands())
    told.record(file_id(1))
    await told.flush(Full())


async def test_what_was_read_is_written_at_a_stop(autojump_clock: trio.testing.MockClock) -> None:
    store = MemoryStore()
    joined = replace(Settings(), agent=AgentSettings(control_plane_url="https://nas.example:8443"))
    for duty, settings, who in [("server", Settings(), "control_plane"), ("mount", joined, "node-here")]:
        with trio.move_on_after(10):
            async with reading(store, "node-here", lambda told=settings: told, duty) as content:  # type: ignore[arg-type, misc]
                content.record(file_id(len(who)))
                await trio.sleep_forever()
        found = await access_of(store, len(who))
        assert found is not None
        assert found.source.node_id == who


async def test_another_nodes_note_is_built_upon() -> None:
    """The winner is of whoever read last; the count goes on."""
    store = MemoryStore()
    for node, now in [("node-a", NOW), ("node-b", NOW + 7_200)]:
        told = accesses(Hands(now), node=node)
        told.record(file_id(1))
        await told.flush(store)
    found = await access_of(store, 1)
    assert found is not None
    assert (found.source.node_id, found.access_count) == ("node-b", 2)


async def test_a_note_that_cannot_be_read_is_written_anew() -> None:
    store = MemoryStore()
    broken = Document(file_id(1).replace("file::", "access::"), "", b'{"newer":true,"type":"access"}')
    await store.write([broken], writer=CONTROL, new_edits=True)
    told = accesses(Hands())
    told.record(file_id(1))
    await told.flush(store)
    assert await access_of(store, 1) is not None

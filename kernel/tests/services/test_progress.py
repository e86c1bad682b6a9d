"""How far a crawl is gets into the standing of the node while it runs."""

from collections.abc import Sequence

import trio
from trio.testing import MockClock

from mosaicfs import wire
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.ids import status_id
from mosaicfs.model.indexing import CrawlCounts, Hold, Index
from mosaicfs.services.progress import tell_progress
from mosaicfs.services.standing import NodeStanding
from mosaicfs_sdk.fakes.store import MemoryStore


class Counting:
    """An index that only counts."""

    def __init__(self) -> None:
        self.counts = CrawlCounts()
        self.held: list[Hold] = []

    def holds(self) -> list[Hold]:
        return self.held

    async def crawl(self, source: Source) -> CrawlCounts:
        raise NotImplementedError

    async def take(self, source: Source, changes: Sequence[Change]) -> None:
        raise NotImplementedError

    async def move_folder(self, source: Source, moved_from: str, moved_to: str) -> int:
        raise NotImplementedError

    async def relearn(self) -> None: ...

    async def leave(self, source: Source, kept: Sequence[str] = ()) -> None:
        raise NotImplementedError

    async def count(self, source: Source) -> int:
        raise NotImplementedError

    async def sample(self, source: Source, most: int) -> list[Change]:
        raise NotImplementedError

    async def confirm(self, hold_id: str) -> int:
        raise NotImplementedError


async def test_counts_and_holds_are_told_and_the_fare_stays(autojump_clock: MockClock) -> None:
    index, standing = Counting(), NodeStanding("node-attic")
    asked: Index = index
    standing.tell("crawler", "degraded", "one folder cannot be read", {"watch_paths": ["/srv"]})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_progress, asked, standing)
        await trio.sleep(1)
        index.counts = CrawlCounts(phase="walking", seen=500, files_per_s=12.5, eta_s=3.0)
        index.held = [Hold("wp-0123456789ab", "/srv", 300, 1000, "2040-01-02T09:20:00Z", ("/srv/a",))]
        await trio.sleep(5)
        crawler = standing.subsystems["crawler"]
        assert (crawler.status, crawler.message) == ("degraded", "one folder cannot be read")
        assert (crawler.unknown["seen"], crawler.unknown["eta_s"]) == (500, 3.0)
        assert crawler.unknown["watch_paths"] == ["/srv"]
        index.counts = CrawlCounts(seen=500)
        await trio.sleep(5)
        assert "eta_s" not in standing.subsystems["crawler"].unknown
        holds = standing.subsystems["crawler"].unknown["holds"]
        assert holds == [
            {
                "hold_id": "wp-0123456789ab",
                "path": "/srv",
                "missing": 300,
                "known": 1000,
                "since": "2040-01-02T09:20:00Z",
                "examples": ["/srv/a"],
            }
        ]
        nursery.cancel_scope.cancel()


async def test_what_waits_for_a_person_is_written_in_a_hurry_and_so_is_its_end(autojump_clock: MockClock) -> None:
    index, standing, store = Counting(), NodeStanding("node-attic"), MemoryStore()
    asked: Index = index

    async def written() -> object:
        found = await store.get(status_id("node-attic"))
        assert found is not None
        status = wire.decode(found.id, found.body)
        assert isinstance(status, AgentStatus)
        return status.subsystems["crawler"].unknown["holds"]

    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_progress, asked, standing)
        nursery.start_soon(standing.run, store)
        await trio.sleep(1)
        index.held = [Hold("wp-0123456789ab", "/srv", 300, 1000, "2040-01-02T09:20:00Z", ("/srv/a",))]
        await trio.sleep(8)
        assert await written() != []
        index.held = []
        await trio.sleep(8)
        assert await written() == []
        nursery.cancel_scope.cancel()

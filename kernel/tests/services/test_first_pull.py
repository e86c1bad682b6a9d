"""A node that has just joined makes no documents of files before everything has come once."""

from collections.abc import Callable
from typing import cast

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from mosaicfs.model.crawling import Source
from mosaicfs.model.indexing import CrawlCounts, Index
from mosaicfs.services.first_pull import FirstPull, WaitingIndex
from mosaicfs_sdk.fakes.store import MemoryStore

SOURCE = Source(name="a", backend="disk", node_id="node-n", prefix="/a")


class Asked:
    """Every call of an index, by name."""

    counts = CrawlCounts(phase="idle")

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., object]:
        async def call(*_: object) -> int:
            await trio.lowlevel.checkpoint()
            self.calls.append(name)
            return 0

        return call


@pytest.mark.parametrize("name", ["crawl", "take", "move_folder", "leave", "count", "sample", "confirm"])
async def test_what_would_look_at_documents_of_files_waits_and_then_goes_on(name: str, nursery: trio.Nursery) -> None:
    asked, over = Asked(), trio.Event()
    waiting = WaitingIndex(cast(Index, asked), over)
    given: dict[str, tuple[object, ...]]
    given = {"take": (SOURCE, []), "move_folder": (SOURCE, "/a", "/b"), "sample": (SOURCE, 3), "confirm": ("wp-1",)}
    nursery.start_soon(getattr(waiting, name), *given.get(name, (SOURCE,)))
    await wait_all_tasks_blocked()
    assert asked.calls == []
    over.set()
    await wait_all_tasks_blocked()
    assert asked.calls == [name]


async def test_what_only_looks_does_not_wait() -> None:
    assert WaitingIndex(cast(Index, Asked()), trio.Event()).counts == CrawlCounts(phase="idle")


async def test_that_it_is_over_is_remembered_with_the_documents() -> None:
    store = MemoryStore()
    first = FirstPull()
    await first.look(store)
    assert not first.over.is_set()
    await first.end(store)
    await first.end(store)
    assert first.over.is_set()
    for known, expected in ((store, True), (MemoryStore(), False)):
        again = FirstPull()
        await again.look(known)
        assert again.over.is_set() is expected

"""How a node fares, as a document: when it is written, and what is in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from threading import Thread

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from mosaicfs import wire
from mosaicfs.errors import StoreBusyError
from mosaicfs.model.agent_status import AgentStatus, Subsystem
from mosaicfs.model.document import Document, Written
from mosaicfs.model.ids import status_id
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.role import Role, node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.standing import NodeStanding, overall
from mosaicfs_sdk.fakes.store import MemoryStore

NODE = "node-attic"


async def until_written(store: Store) -> None:
    with trio.fail_after(10):
        while not await revision(store):
            await store.wait_until_changed("0", 0.1)


async def revision(store: Store) -> int:
    found = await store.get(status_id(NODE))
    return int(found.rev.partition("-")[0]) if found else 0


async def status(store: Store) -> AgentStatus:
    found = await store.get(status_id(NODE))
    assert found
    noun = wire.decode(found.id, found.body)
    assert isinstance(noun, AgentStatus)
    return noun


@asynccontextmanager
async def running(standing: NodeStanding, store: Store) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(standing.run, store)
        await wait_all_tasks_blocked()
        yield
        nursery.cancel_scope.cancel()


async def test_the_first_status_is_written_at_once(store: Store, wall_clock: Clock, autojump_clock: MockClock) -> None:
    standing = NodeStanding(NODE, clock=wall_clock)
    standing.tell("crawler", "healthy", counters={"phase": "idle", "seen": 7})
    standing.watching(("/srv/media",))
    async with running(standing, store):
        found = await status(store)
    assert (found.overall, found.watch_paths, found.updated_at) == ("healthy", ("/srv/media",), "2040-01-02T09:20:00Z")
    assert found.subsystems["crawler"].unknown == {"phase": "idle", "seen": 7}
    assert found.subsystems["store"].unknown["documents"] == 0


async def test_changes_are_written_every_30_s_at_most(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    standing = NodeStanding(NODE, clock=wall_clock)
    async with running(standing, store):
        for number in range(60):
            standing.tell("watcher", "degraded", f"{number} folders are not watched")
            await trio.sleep(1)
        assert await revision(store) in (2, 3)
        await trio.sleep(31)
        assert (await status(store)).subsystems["watcher"].message == "59 folders are not watched"


async def test_news_that_somebody_looks_for_is_written_within_seconds(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    standing = NodeStanding(NODE, clock=wall_clock)
    async with running(standing, store):
        for _ in range(60):
            standing.hurry()
            await trio.sleep(0.1)
        assert await revision(store) in (3, 4)
        await trio.sleep(60)
        standing.hurry()
        await trio.sleep(0.1)
        assert await revision(store) in (5, 6)


async def test_that_jobs_of_a_plugin_wait_is_news_and_how_many_is_not(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    """But each that failed for good."""
    standing, told = NodeStanding(NODE, clock=wall_clock), {"pending": 0, "failed": 0}
    standing.queues = lambda: {"clerk": {**told}}
    async with running(standing, store):
        for change, writes in (
            ({"pending": 7}, 1),
            ({"pending": 3}, 0),
            ({"pending": 0, "failed": 1}, 1),
            ({"failed": 0}, 1),
        ):
            before = await revision(store)
            told.update(change)
            standing.look_at_plugins()
            await trio.sleep(61)
            assert await revision(store) - before == writes, change


async def test_without_news_it_is_written_every_15_minutes(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    standing = NodeStanding(NODE, clock=wall_clock)
    async with running(standing, store):
        await trio.sleep(14 * 60)
        assert await revision(store) == 1
        await trio.sleep(2 * 60)
        assert await revision(store) == 2
        assert (await status(store)).updated_at == "2040-01-02T09:35:00Z"


async def test_numbers_alone_are_no_news_but_those_of_a_crawl_are(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    standing = NodeStanding(NODE, clock=wall_clock)
    standing.tell("watcher", "healthy", counters={"events_per_s": 1.5})
    async with running(standing, store):
        standing.tell("watcher", "healthy", counters={"events_per_s": 99.5})
        await trio.sleep(60)
        assert await revision(store) == 1
        standing.tell("crawler", "healthy", counters={"phase": "walking", "seen": 1})
        await trio.sleep(40)
        standing.tell("crawler", "healthy", counters={"phase": "walking", "seen": 2})
        await trio.sleep(40)
        assert (await status(store)).subsystems["crawler"].unknown["seen"] == 2


def test_since_is_when_the_fare_changed_and_counters_left_out_stay() -> None:
    now = [0.0]
    standing = NodeStanding(NODE, clock=lambda: now[0])
    standing.tell("crawler", "healthy", counters={"seen": 3})
    now[0] = 60
    standing.tell("crawler", "healthy", "still")
    assert standing.subsystems["crawler"].since == "1970-01-01T00:00:00Z"
    assert standing.subsystems["crawler"].unknown == {"seen": 3}
    standing.tell("crawler", "degraded")
    assert standing.subsystems["crawler"].since == "1970-01-01T00:01:00Z"


@pytest.mark.allow_log("a counter cannot be written")
def test_a_counter_that_json_does_not_know_is_left_out() -> None:
    standing = NodeStanding(NODE)
    standing.tell("crawler", "healthy", counters={"eta_s": float("nan"), "seen": 1, "status": "x", "none": None})
    assert standing.subsystems["crawler"].unknown == {"seen": 1}


@pytest.mark.parametrize(
    ("fares", "expected"),
    [
        ({}, "healthy"),
        ({"crawler": "healthy", "cache": "disabled"}, "healthy"),
        ({"watcher": "unhealthy"}, "degraded"),
        ({"plugins": "degraded"}, "degraded"),
        ({"crawler": "unhealthy", "watcher": "degraded"}, "unhealthy"),
        ({"store": "unhealthy"}, "unhealthy"),
    ],
)
def test_the_whole_is_judged_by_its_parts(fares: dict[str, str], expected: str) -> None:
    since = "2040-01-02T09:20:00Z"
    assert overall({name: Subsystem(status=fare, since=since) for name, fare in fares.items()}) == expected


def test_equal_troubles_within_a_minute_are_counted() -> None:
    now = [0.0]
    standing = NodeStanding(NODE, clock=lambda: now[0])
    for _ in range(3):
        standing.trouble("watcher", "warning", "no watch left")
    now[0] = 61
    standing.trouble("watcher", "warning", "no watch left")
    first, second = standing.status().recent_errors
    assert (first.unknown, second.unknown) == ({"count": 3}, {})


def test_the_last_50_troubles_are_kept() -> None:
    standing = NodeStanding(NODE)
    for number in range(60):
        standing.trouble("crawler", "error", f"trouble {number}")
    assert [error.message for error in standing.status().recent_errors] == [f"trouble {n}" for n in range(10, 60)]


def test_a_plugin_that_does_not_work_makes_the_node_degraded() -> None:
    items = [PluginItem("exif", "file", "1", "Exif", (), "refused", "no such module")]
    standing = NodeStanding(NODE, plugins=lambda: items)
    standing.look_at_plugins()
    assert (standing.overall, standing.status().available_plugins) == ("degraded", ("exif",))
    assert standing.subsystems["plugins"].message == "These plugins do not work: exif."


class Busy(MemoryStore):
    """It fails for a while."""

    failures = 3

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        if self.failures:
            self.failures -= 1
            raise StoreBusyError(30)
        return await super().write(docs, writer=writer, new_edits=new_edits)


@pytest.mark.allow_log("cannot write how the node fares")
async def test_a_store_that_fails_is_unhealthy_until_it_writes_again(
    wall_clock: Clock, autojump_clock: MockClock
) -> None:
    store = Busy()
    standing = NodeStanding(NODE, clock=wall_clock)
    async with running(standing, store):
        while_failing = standing.overall
        await trio.sleep(60)
        assert (while_failing, standing.overall) == ("unhealthy", "healthy")
        assert (await status(store)).overall == "healthy"


async def test_members_of_a_newer_version_stay(store: Store, wall_clock: Clock, autojump_clock: MockClock) -> None:
    newer = wire.canonical(
        {
            "type": "agent_status",
            "node_id": NODE,
            "updated_at": "2026-01-01T00:00:00Z",
            "overall": "healthy",
            "subsystems": {},
            "recent_errors": [],
            "available_plugins": [],
            "watch_paths": [],
            "mood": "sunny",
        }
    )
    await store.write([Document(status_id(NODE), "", newer)], writer=node_role(NODE))
    async with running(NodeStanding(NODE, clock=wall_clock), store):
        assert (await status(store)).unknown == {"mood": "sunny"}


async def test_threads_may_tell_and_a_stop_writes_what_is_left(real_store: Store) -> None:
    standing = NodeStanding(NODE)
    async with running(standing, real_store):
        await until_written(real_store)
        thread = Thread(target=standing.trouble, args=("crawler", "error", "from afar"))
        thread.start()
        await trio.to_thread.run_sync(thread.join)
    await standing.flush(real_store)
    assert [error.message for error in (await status(real_store)).recent_errors] == ["from afar"]

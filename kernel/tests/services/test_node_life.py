"""When a node tells how it is, and what happens when nobody listens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from mosaicfs.errors import AccessRefusedError, MosaicError, StoreBusyError
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs.model.node import Storage, Transfer
from mosaicfs.model.times import Clock
from mosaicfs.services.node_life import NodeLife
from mosaicfs.services.standing import NodeStanding

SETTINGS = Settings(agent=AgentSettings(name="Attic", watch_paths=("/srv/media/", "/srv/media", "/home/mark")))


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[float, Heartbeat]] = []
        self.troubles: list[MosaicError] = []

    async def receive(self, heartbeat: Heartbeat) -> None:
        await trio.lowlevel.checkpoint()
        if self.troubles:
            raise self.troubles.pop(0)
        self.heard.append((trio.current_time(), heartbeat))

    @property
    def times(self) -> list[float]:
        first = self.heard[0][0]
        return [round(when - first) for when, _ in self.heard]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def standing(wall_clock: Clock) -> NodeStanding:
    return NodeStanding("node-attic", clock=wall_clock)


@pytest.fixture
def life(standing: NodeStanding, listener: Listener, wall_clock: Clock) -> NodeLife:
    made = NodeLife("node-attic", lambda: SETTINGS, standing, listener, clock=wall_clock)
    standing.on_news = made.wake.call
    return made


@asynccontextmanager
async def running(life: NodeLife) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(life.run)
        await wait_all_tasks_blocked()
        yield
        nursery.cancel_scope.cancel()


async def test_the_first_heartbeat_comes_at_once_and_then_every_30_s(
    life: NodeLife, listener: Listener, autojump_clock: MockClock
) -> None:
    async with running(life):
        assert len(listener.heard) == 1
        await trio.sleep(100)
    assert listener.times == [0, 30, 60, 90]
    beat = listener.heard[0][1]
    assert (beat.name, beat.status, beat.time) == ("Attic", "online", "2040-01-02T09:20:00Z")
    assert beat.watch_paths == ("/srv/media", "/home/mark")


async def test_what_others_go_by_is_told_as_soon_as_it_changes(
    life: NodeLife, standing: NodeStanding, listener: Listener, autojump_clock: MockClock
) -> None:
    async with running(life):
        await trio.sleep(10)
        standing.tell("watcher", "degraded", "no watch left")
        await trio.sleep(1)
        assert listener.times == [0, 10]
        assert listener.heard[-1][1].overall == "degraded"
        assert listener.heard[-1][1].subsystems["watcher"].message == "no watch left"


async def test_how_far_a_crawl_is_waits_for_its_half_minute(
    life: NodeLife, standing: NodeStanding, listener: Listener, autojump_clock: MockClock
) -> None:
    standing.tell("crawler", "healthy", counters={"phase": "idle"})
    async with running(life):
        for seen in range(20):
            standing.tell("crawler", "healthy", counters={"phase": "walking", "seen": seen})
            await trio.sleep(1)
        await trio.sleep(11)
    assert listener.times == [0, 30]
    beat = listener.heard[-1][1]
    assert (beat.crawl, beat.subsystems["crawler"].unknown) == ({"phase": "walking", "seen": 19}, {})


async def test_a_new_disk_is_told_of(life: NodeLife, listener: Listener, autojump_clock: MockClock) -> None:
    disk = Storage(
        filesystem_id="x",
        mount_point="/srv",
        fs_type="ext4",
        device="/dev/sdb1",
        capacity_bytes=1,
        used_bytes=0,
        watch_paths_on_fs=("/srv/media",),
    )
    async with running(life):
        life.storage = lambda: (disk,)
        life.wake.call()
        await trio.sleep(1)
    assert [beat.storage for _, beat in listener.heard] == [(), (disk,)]


async def test_where_files_are_handed_out_is_told_at_once_and_once(
    life: NodeLife, listener: Listener, autojump_clock: MockClock
) -> None:
    transfer = Transfer(endpoint="192.168.1.20:7845", protocol="https")
    async with running(life):
        await trio.sleep(5)
        life.advertise(transfer)
        life.advertise(transfer)
        await trio.sleep(5)
    assert [beat.transfer for _, beat in listener.heard] == [None, transfer]
    assert listener.times == [0, 5]


async def test_a_heartbeat_that_is_not_taken_is_tried_again(
    life: NodeLife, listener: Listener, autojump_clock: MockClock
) -> None:
    listener.troubles = [StoreBusyError(30), StoreBusyError(30)]
    async with running(life):
        await trio.sleep(10)
        assert len(listener.heard) == 1


@pytest.mark.allow_log("the heartbeat is not taken")
async def test_a_node_that_was_removed_goes_on_asking(
    life: NodeLife, listener: Listener, autojump_clock: MockClock
) -> None:
    listener.troubles = [AccessRefusedError("this instance") for _ in range(20)]
    async with running(life):
        await trio.sleep(20 * 40)
        assert listener.heard


async def test_a_clean_stop_says_goodbye_and_minds_no_refusal(
    life: NodeLife, listener: Listener, autojump_clock: MockClock
) -> None:
    await life.say_goodbye()
    assert listener.heard[0][1].status == "offline"
    listener.troubles = [StoreBusyError(30)]
    await life.say_goodbye()
    assert len(listener.heard) == 1

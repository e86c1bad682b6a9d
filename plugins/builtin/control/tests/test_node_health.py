"""Who counts as online: three checks without a sign of life make a node offline, one heartbeat makes it be there."""

from __future__ import annotations

import pytest
import trio
from msgspec import structs
from trio.testing import MockClock

from mosaicfs import Conditions, revise
from mosaicfs.model.document import Document
from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs.model.ids import CONTROL_PLANE, SETTINGS_ID, node_doc_id
from mosaicfs.model.node import Node, NodeStatus
from mosaicfs.model.role import CONTROL
from mosaicfs.model.settings import Settings
from mosaicfs.model.store import Store
from mosaicfs.model.times import instant, now_text
from mosaicfs.services.reception import Reception
from mosaicfs_control.node_health import NodeHealth
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_sdk.fakes.store import MemoryStore

HERE, ATTIC = "node-here", "node-attic"
MONDAY_S = instant("2040-01-02T09:20:00Z") / 1e6


def wall_clock() -> float:
    return MONDAY_S + trio.current_time()


class Rig:
    def __init__(self) -> None:
        self.store: Store = MemoryStore()
        conditions = Conditions(CONTROL_PLANE, clock=wall_clock)
        self.notices = conditions.of(CONTROL_PLANE)
        self.sign: float | None = None
        self.health = NodeHealth(self.store, HERE, self.notices, wall_clock, lambda: self.sign)

    async def put(self, node_id: str, status: NodeStatus) -> None:
        def decide(before: Node | None) -> Node:
            known = before or Node(
                node_id=node_id,
                friendly_name=node_id,
                platform="linux",
                version="1",
                status=status,
                last_heartbeat=now_text(wall_clock),
                vfs_capable=False,
                capabilities=(),
                watch_paths=(),
            )
            return structs.replace(known, status=status)

        await revise(self.store, node_doc_id(node_id), CONTROL, Node, decide)

    async def beat(self, node_id: str = ATTIC) -> None:
        heartbeat = Heartbeat(
            node_id=node_id,
            name=node_id,
            platform="linux",
            version="1",
            vfs_capable=False,
            status="online",
            overall="healthy",
            subsystems={},
            time=now_text(wall_clock),
        )
        await Reception(self.store, wall_clock).receive(heartbeat)
        self.health.heard(node_id)

    async def node(self, node_id: str = ATTIC) -> Node:
        found = noun_of(await self.store.get(node_doc_id(node_id)), Node)
        assert found is not None
        return found


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_after_a_start_there_is_a_verdict_within_90_seconds(
    rig: Rig, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    await rig.put(ATTIC, "online")
    nursery.start_soon(rig.health.run)
    await trio.sleep(89)
    assert (await rig.node()).status == "online"
    await trio.sleep(2)
    assert (await rig.node()).status == "offline"
    await rig.beat()
    assert (await rig.node()).status == "online"


async def test_a_node_that_is_heard_stays_online(rig: Rig, nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    await rig.put(ATTIC, "online")
    nursery.start_soon(rig.health.run)
    for _ in range(20):
        await trio.sleep(85)  # late, but not three checks late
        assert (await rig.node()).status == "online"
        await rig.beat()


async def test_the_last_heartbeat_is_written_with_the_verdict(
    rig: Rig, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    await rig.put(ATTIC, "online")
    nursery.start_soon(rig.health.run)
    await trio.sleep(45)
    await rig.beat()
    heard = now_text(wall_clock)
    await trio.sleep(130)
    assert ((await rig.node()).status, (await rig.node()).last_heartbeat) == ("offline", heard)


async def test_a_heartbeat_that_comes_meanwhile_has_the_last_word(
    rig: Rig, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """It comes between the look at the node and the verdict."""
    get, beats = rig.store.get, [ATTIC]

    async def slow_get(doc_id: str, rev: str | None = None) -> Document | None:
        found = await get(doc_id, rev)
        if trio.current_time() >= 85 and doc_id == node_doc_id(ATTIC) and beats:
            await rig.beat(beats.pop())
        return found

    await rig.put(ATTIC, "online")
    rig.store.get = slow_get  # type: ignore[method-assign]  # a store that is slow in one moment
    nursery.start_soon(rig.health.run)
    await trio.sleep(91)
    assert not beats
    assert (await rig.node()).status == "online"


async def test_a_node_was_heard_when_it_showed_itself_last(rig: Rig, autojump_clock: MockClock) -> None:
    """That of this machine hands in its heartbeats elsewhere, and only some of them are written down."""
    for node_id in (HERE, ATTIC):
        await rig.put(node_id, "online")
        assert rig.health.last_heard(await rig.node(node_id)) == "2040-01-02T09:20:00Z"
    await trio.sleep(420)
    await rig.beat(ATTIC)
    rig.sign = wall_clock() - 5
    assert rig.health.last_heard(await rig.node(ATTIC)) == "2040-01-02T09:27:00Z"
    assert rig.health.last_heard(await rig.node(HERE)) == "2040-01-02T09:26:55Z"
    rig.sign = MONDAY_S - 86_400
    assert rig.health.last_heard(await rig.node(HERE)) == "2040-01-02T09:20:00Z"


@pytest.mark.parametrize(("node_id", "status"), [(HERE, "online"), (ATTIC, "disabled"), (ATTIC, "offline")])
async def test_nobody_else_is_judged(
    rig: Rig, node_id: str, status: NodeStatus, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """This machine's own node is, by its lock; that is another's work."""
    await rig.put(node_id, status)
    nursery.start_soon(rig.health.run)
    await trio.sleep(400)
    assert (await rig.node(node_id)).status == status


async def test_the_owner_is_told_of_nodes_that_others_depend_on_and_of_those_he_chose(
    rig: Rig, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    for node_id in (HERE, ATTIC, "node-cellar"):
        await rig.put(node_id, "offline")
    chosen = Settings(offline_notice_s={ATTIC: 3_600})
    await revise(rig.store, SETTINGS_ID, CONTROL, Settings, lambda _: chosen)
    nursery.start_soon(rig.health.run)

    def told() -> list[str]:
        return [each for each in (HERE, ATTIC, "node-cellar") if rig.notices.holds(f"node_offline:{each}")]

    await trio.sleep(870)
    assert told() == []
    await trio.sleep(61)
    assert told() == [HERE]
    await trio.sleep(2_800)
    assert told() == [HERE, ATTIC]
    await rig.beat(ATTIC)
    await trio.sleep(31)
    assert told() == [HERE]
    await rig.put(HERE, "disabled")
    await trio.sleep(31)
    assert told() == []

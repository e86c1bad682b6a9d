"""Who is told of as standing still: one that is online, for whom changes wait, and who has come no further."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mosaicfs import Conditions, ScopedStore, open_store, revise
from mosaicfs.documents import checkpoints
from mosaicfs.documents.checkpoints import Checkpoint, Session
from mosaicfs.model.document import Document
from mosaicfs.model.ids import CONTROL_PLANE, node_doc_id
from mosaicfs.model.node import Node, NodeStatus
from mosaicfs.model.replication import Direction
from mosaicfs.model.role import CONTROL, UPSTREAM, node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import time_text
from mosaicfs_control.stalled_nodes import StalledNodes

HERE, ATTIC = "node-here", "node-attic"
KEY = f"node_replication_stalled:{ATTIC}"
FOR_NODES, FOR_ANOTHER = "label_rule::", "status::node-cellar-"
FIRST = "1-" + "1" * 32


class Rig:
    """Over a real database, for the sequences and scopes are its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.notices = Conditions(CONTROL_PLANE).of(CONTROL_PLANE)
        self.now, self.written = 0.0, 0
        self.start()

    def start(self) -> None:
        self.watch = StalledNodes(self.store, HERE, self.notices, lambda: self.now)

    async def node(self, status: NodeStatus, node_id: str = ATTIC) -> None:
        known = Node(
            node_id=node_id,
            friendly_name="Attic",
            platform="linux",
            version="1",
            status=status,
            last_heartbeat=time_text(0),
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
        )
        await revise(self.store, node_doc_id(node_id), CONTROL, Node, lambda _: known)

    async def change(self, prefix: str = FOR_NODES) -> None:
        self.written += 1
        document = Document(f"{prefix}{self.written}", FIRST, b"{}", path=(FIRST[2:],))
        assert not (await self.store.write([document], writer=UPSTREAM, new_edits=False))[0].error

    async def catch_up(self, *, local_id: str = "pull", direction: Direction = "pull", to: str = "") -> None:
        """As its replication leaves it here, under its own role."""
        seq = to or (await self.store.info()).update_seq
        session = Session(session_id="s", recorded_seq=seq, end_time=time_text(int(self.now * 1_000_000)))
        kept = Checkpoint(session_id="s", source_last_seq=seq, direction=direction, history=(session,))
        own = ScopedStore(self.store, node_role(ATTIC))
        before = await own.local_get(local_id)
        await own.local_put(local_id, checkpoints.written(kept), "" if before is None else before.rev)

    async def holds_at(self, now: float) -> bool:
        self.now = now
        await self.watch.check()
        return self.notices.holds(KEY)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        yield Rig(store)


async def test_one_that_stands_still_is_told_until_it_moves(rig: Rig) -> None:
    await rig.node("online")
    await rig.catch_up()
    assert not await rig.holds_at(0)
    await rig.change()
    assert [await rig.holds_at(at) for at in (60, 600, 659, 660, 900)] == [False, False, False, True, True]
    await rig.catch_up()
    assert not await rig.holds_at(960)


async def test_one_that_lags_and_moves_is_none(rig: Rig) -> None:
    await rig.node("degraded")
    for at in range(0, 3_000, 300):
        await rig.catch_up()
        await rig.change()
        assert not await rig.holds_at(at)


async def test_one_without_any_checkpoint_has_taken_nothing_yet(rig: Rig) -> None:
    await rig.node("online")
    assert [await rig.holds_at(at) for at in (0, 599, 600)] == [False, False, True]


async def test_what_is_not_for_this_node_waits_for_nobody(rig: Rig) -> None:
    await rig.node("online")
    await rig.catch_up()
    for _ in range(3):
        await rig.change(FOR_ANOTHER)
    assert [await rig.holds_at(at) for at in (0, 900, 1_800)] == [False] * 3


async def test_one_that_is_away_is_told_of_otherwise(rig: Rig) -> None:
    await rig.node("online")
    assert [await rig.holds_at(at) for at in (0, 700)] == [False, True]
    await rig.node("offline")
    assert not await rig.holds_at(760)
    await rig.node("online")
    assert [await rig.holds_at(at) for at in (820, 1_400, 1_420)] == [False, False, True]
    await rig.node("disabled")
    assert not await rig.holds_at(1_480)


async def test_what_a_node_sends_says_nothing_of_what_it_takes(rig: Rig) -> None:
    await rig.node("online")
    await rig.catch_up(to="0")
    for at in (0, 300, 600):
        rig.now = at
        await rig.catch_up(local_id="push", direction="push")
        assert await rig.holds_at(at) is (at == 600)


async def test_one_that_began_anew_is_judged_by_its_new_checkpoint(rig: Rig) -> None:
    await rig.node("online")
    await rig.catch_up(local_id="of its old database")
    rig.now = 10
    await rig.catch_up(local_id="of its new one", to="0")
    assert [await rig.holds_at(at) for at in (20, 619, 620)] == [False, False, True]


async def test_a_start_of_the_server_takes_nothing_back_before_it_knows(rig: Rig) -> None:
    await rig.node("online")
    assert [await rig.holds_at(at) for at in (0, 700)] == [False, True]
    rig.start()
    assert [await rig.holds_at(at) for at in (720, 1_000)] == [True, True]
    await rig.catch_up()
    assert not await rig.holds_at(1_060)


async def test_the_node_of_this_machine_shares_the_database(rig: Rig) -> None:
    await rig.node("online", HERE)
    for rig.now in (0, 900):
        await rig.watch.check()
        assert not rig.notices.holds(f"node_replication_stalled:{HERE}")

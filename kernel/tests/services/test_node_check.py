"""What becomes of a node whose agent was killed: it is offline as soon as that is known, and never while it lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node, NodeStatus
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import instant
from mosaicfs.services.node_check import check_own_node, is_locked
from mosaicfs.services.revising import revise
from mosaicfs_sdk.fakes.store import MemoryStore

NODE = "node-attic"
DOC = node_doc_id(NODE)
HOLDS = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('held', flush=True); sys.stdin.read()"


async def put(store: MemoryStore, status: NodeStatus) -> None:
    def decide(before: Node | None) -> Node:
        return Node(
            node_id=NODE,
            friendly_name="Attic",
            platform="linux",
            version="1",
            status=status,
            last_heartbeat="2040-01-02T09:20:00Z",
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
        )

    await revise(store, DOC, CONTROL, Node, decide)


def never() -> None:
    """The agent has shown nothing of itself."""


async def node(store: MemoryStore) -> Node:
    return cast(Node, wire.decode(DOC, cast(Document, await store.get(DOC)).body))


async def told(store: MemoryStore) -> str:
    return (await node(store)).status


@pytest.mark.parametrize("status", ["online", "degraded"])
async def test_what_a_killed_agent_left_is_put_right_at_the_start(
    status: NodeStatus, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    store = MemoryStore()
    await put(store, status)
    nursery.start_soon(check_own_node, store, NODE, lambda: False, never)
    await trio.sleep(1)
    assert await told(store) == "offline"


async def test_what_was_heard_of_it_last_is_written_with_that(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    store = MemoryStore()
    await put(store, "online")
    nursery.start_soon(check_own_node, store, NODE, lambda: False, lambda: instant("2040-01-02T09:27:00Z") / 1e6)
    await trio.sleep(1)
    assert (await node(store)).last_heartbeat == "2040-01-02T09:27:00Z"


@pytest.mark.parametrize("status", ["disabled", "offline"])
async def test_what_is_not_online_is_left_alone(
    status: NodeStatus, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    store = MemoryStore()
    await put(store, status)
    nursery.start_soon(check_own_node, store, NODE, lambda: False, never)
    await trio.sleep(300)
    found = await store.get(DOC)
    assert await told(store) == status
    assert found is not None
    assert found.rev.startswith("1-")


async def test_a_node_without_a_document_gets_none(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    store = MemoryStore()
    nursery.start_soon(check_own_node, store, NODE, lambda: False, never)
    await trio.sleep(100)
    assert await store.get(DOC) is None


async def test_an_agent_that_is_back_at_once_was_never_away(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    store, lives = MemoryStore(), [True]
    await put(store, "online")
    nursery.start_soon(check_own_node, store, NODE, lambda: lives[0], never)
    await trio.sleep(1)
    for is_alive, after_s, expected in ((False, 80, "online"), (True, 40, "online"), (False, 120, "offline")):
        lives[0] = is_alive
        await trio.sleep(after_s)
        assert await told(store) == expected


async def test_an_agent_that_starts_meanwhile_has_the_last_word(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Its heartbeat comes between the look at the lock and the write."""
    lives = [False]

    class Slow(MemoryStore):
        async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
            found = await super().get(doc_id, rev)
            if not lives[0] and found is not None:
                lives[0] = True
                await put(self, "degraded")
            return found

    store = Slow()
    await put(store, "online")
    nursery.start_soon(check_own_node, store, NODE, lambda: lives[0], never)
    await trio.sleep(100)
    assert await told(store) == "degraded"


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    lock = tmp_path / "agent.lock"
    assert not is_locked(lock)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_locked(lock)
        assert is_locked(lock)
        holder.kill()
    assert lock.exists()
    assert not is_locked(lock)

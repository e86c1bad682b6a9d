"""Our client, a real server, and a network between them that cuts, garbles and stalls: both end equal all the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import trio

from mosaicfs import Replication
from mosaicfs.model.document import Document
from mosaicfs.model.replication import Counters, Direction, Plan
from mosaicfs.model.role import CONTROL
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sync.carrier import http_peer
from mosaicfs_sync.carrying import carry
from mosaicfs_sync.local import LocalPeer
from mosaicfs_sync.peers import Peer

if TYPE_CHECKING:
    from tests.journeys.conftest import Database, Ours

SILENCE_S = 0.5
COUNT = 4_000
GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\nConnection: close\r\n\r\n<html>captive portal</"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class BadNetwork:
    """A proxy with a fate for each connection: the first ones go wrong in turn, each in another way."""

    def __init__(self, port: int, seed: int) -> None:
        self.broken = 0
        self._port = port
        self._chance = random.Random(seed)
        self._fates = ["cut", "garbage", "cut", "stall", "pass", "busy", "cut"]

    async def carry(self, client: trio.SocketStream) -> None:
        fate = self._fates.pop() if self._fates else "pass"
        self.broken += fate != "pass"
        with_server = await trio.open_tcp_stream("127.0.0.1", self._port)
        async with with_server, trio.open_nursery() as nursery:
            nursery.start_soon(self._forward, client, with_server, 1 << 40)
            if fate in ("garbage", "busy"):
                await client.send_all(GARBAGE if fate == "garbage" else BUSY)
            elif fate == "stall":
                await trio.sleep(3 * SILENCE_S)
            else:
                most = 1 << 40 if fate == "pass" else self._chance.randrange(100, 200_000)
                await self._forward(with_server, client, most)
            nursery.cancel_scope.cancel()

    async def _forward(self, one: trio.SocketStream, other: trio.SocketStream, most: int) -> None:
        """Never more than `most` bytes, so an answer may end in the middle."""
        try:
            while most > 0 and (part := await one.receive_some()):
                await other.send_all(part[:most])
                most -= len(part)
        except trio.BrokenResourceError:
            pass


@pytest.mark.allow_log("replication is held up")
@pytest.mark.parametrize("direction", ["pull", "push"])
async def test_a_bad_network_loses_and_repeats_nothing(
    direction: Direction, ours: Callable[..., Ours], database: Callable[[str], Database], nursery: trio.Nursery
) -> None:
    server = ours()
    there = database(server.address)
    store = MemoryStore()
    notes = [Document(f"note::{number:05}", "", b'{"type":"note"}') for number in range(COUNT)]
    if direction == "pull":
        revs = there.write([{"_id": note.id, "type": "note"} for note in notes])
        # two in three have an ancestor and are fetched by themselves, the others come along with the feed
        there.write(
            [{"_id": n.id, "_rev": revs[n.id], "type": "note", "text": "edit"} for n in notes if int(n.id[6:]) % 3]
        )
    else:
        await store.write(notes, writer=CONTROL)
    network = BadNetwork(server.door.port, seed=7)
    listeners = await nursery.start(partial(trio.serve_tcp, network.carry, 0, host="127.0.0.1"))
    port = listeners[0].socket.getsockname()[1]
    url = server.address.replace(f":{server.door.port}/", f":{port}/")

    async def run() -> Counters:
        async with http_peer(url, silence_s=SILENCE_S) as far:
            sides: tuple[Peer, Peer] = (far, LocalPeer(store)) if direction == "pull" else (LocalPeer(store), far)
            replication = Replication(Plan(direction, uuid4().hex))
            await carry(replication, *sides)
            return replication.counters

    with trio.fail_after(90):
        counters = await run()
        again = await run()
    assert network.broken >= 5
    assert counters.requests_failed > 0
    assert counters.doc_write_failures == 0
    begun_with = {doc_id for doc_id in there.leaves() if doc_id.startswith("dir::")}
    here = {row.id for row in (await store.changes("0", 10 * COUNT)).rows}
    assert there.leaves().keys() - begun_with == here - begun_with == {note.id for note in notes}
    assert again.docs_read == 0
    nursery.cancel_scope.cancel()

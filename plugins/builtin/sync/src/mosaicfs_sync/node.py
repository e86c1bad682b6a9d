"""A node and its control plane: one pull and one push, live, each with its own checkpoint.

The node pulls everything that it may read, and pushes what it owns and nothing else. It stays with the database that
it met first: a server that comes up empty must not empty its nodes.
"""

from __future__ import annotations

from uuid import uuid4

import msgspec
import trio

from mosaicfs import Replication, owner_of
from mosaicfs.errors import ConfigError
from mosaicfs.model.document import ChangeRow
from mosaicfs.model.replication import Direction, Plan, Side
from mosaicfs.model.role import UPSTREAM, node_role
from mosaicfs.model.store import Store
from mosaicfs_sync.carrier import HttpPeer
from mosaicfs_sync.carrying import carry
from mosaicfs_sync.local import CALLER, LocalPeer
from mosaicfs_sync.peers import Peer

MET = "control-plane"


class Met(msgspec.Struct):
    """The database that was found at `url` when it was first reached."""

    url: str
    uuid: str


async def follow(store: Store, node_id: str, server: HttpPeer) -> None:
    """Until cancelled. Where the server is not the right one, this does nothing until somebody changes the address."""
    uuid = await _first_met(store, server)

    def own(row: ChangeRow) -> bool:
        return row.document is not None and owner_of(row.document) == node_id

    async def run(direction: Direction, source: Peer, target: Peer) -> None:
        caller = str(node_role(node_id))
        met: dict[Side, str] = {"source" if direction == "pull" else "target": uuid}
        await carry(Replication(Plan(direction, uuid4().hex, caller, live=True, met=met)), source, target)
        nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, "pull", server, LocalPeer(store, role=UPSTREAM))
        nursery.start_soon(run, "push", LocalPeer(store, chosen=own), server)
    await trio.sleep_forever()


async def _first_met(store: Store, server: HttpPeer) -> str:
    """Asked of the server only once in the life of a database, so a node starts without a network after that."""
    kept = await store.local_get(CALLER, MET)
    met = msgspec.json.decode(kept.body, type=Met) if kept else None
    if met is None or met.url != server.address:
        met = Met(server.address, (await server.info()).uuid)
        if not met.uuid:
            raise ConfigError("agent.control_plane_url", f"{server.address} is no database of a MosaicFS server.")
        await store.local_put(CALLER, MET, msgspec.json.encode(met, order="sorted"), kept.rev if kept else "")
    return met.uuid

"""A node and its control plane: one pull and one push, live, each with its own checkpoint.

The node pulls everything that it may read, and pushes what it owns and nothing else. It stays with the database that
it met first: a server that comes up empty must not empty its nodes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import msgspec
import structlog
import trio

from mosaicfs import Replication, writer_of
from mosaicfs.errors import AccessRefusedError, MosaicError, PeerGarbledError
from mosaicfs.model.document import ChangeRow
from mosaicfs.model.replication import Direction, Plan, Side
from mosaicfs.model.retry import wait_after
from mosaicfs.model.role import UPSTREAM, node_role
from mosaicfs.model.store import Store
from mosaicfs_sync.carrying import carry
from mosaicfs_sync.faring import Faring
from mosaicfs_sync.local import CALLER, LocalPeer
from mosaicfs_sync.peers import Peer
from mosaicfs_sync.witness import Witness

MET = "control-plane"
REFUSED_S = 60.0
FROM_THE_BEGINNING = "0"
ROWS_A_LOOK = 500

_log = structlog.get_logger(component="sync")


class Met(msgspec.Struct):
    """The database that was found when the instance was first reached."""

    instance_id: str
    uuid: str


class Node:
    """This node, as it replicates with the control plane of the instance that it joined."""

    def __init__(self, store: Store, node_id: str, instance_id: str) -> None:
        self._store = store
        self._node_id = node_id
        self._instance_id = instance_id

    async def follow(self, server: Peer, faring: Faring, on_pulled: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled. Where the server is not the right one, this does nothing until somebody joins again."""
        uuid = await self._first_met_patiently(server, faring)
        pulled = trio.Event()

        async def tell_pulled() -> None:
            await pulled.wait()
            await on_pulled()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(tell_pulled)
            while await self._was_put_back(server, uuid, faring, pulled):
                _log.warning("the server was put back to an earlier state; both begin where they agree")
            nursery.cancel_scope.cancel()
        await trio.sleep_forever()

    async def _was_put_back(self, server: Peer, uuid: str, faring: Faring, pulled: trio.Event) -> bool:
        """Both directions, until one of them is over or sees that the server was put back. Then neither may record what
        would hide what the server has lost."""

        def distrust() -> None:
            for witness in witnesses.values():
                witness.distrust()
            nursery.cancel_scope.cancel()

        async def run(direction: Direction) -> None:
            await self._carried(direction, witnesses[direction], uuid, faring, pulled)
            nursery.cancel_scope.cancel()

        witnesses: dict[Direction, Witness] = {"pull": Witness(server, distrust), "push": Witness(server, distrust)}
        async with trio.open_nursery() as nursery:
            for direction in witnesses:
                nursery.start_soon(run, direction)
        return witnesses["pull"].is_put_back

    async def _carried(
        self, direction: Direction, witness: Witness, uuid: str, faring: Faring, pulled: trio.Event
    ) -> None:
        """One direction, until it is over."""
        is_fresh = direction == "pull" and faring.awaits_pull and await self._is_fresh()
        replication = self._replication(direction, uuid, live=True, is_fresh=is_fresh)
        faring.begin(direction, replication)

        def look() -> None:
            if direction == "pull" and replication.state == "idle":
                pulled.set()

        if direction == "pull":
            here = LocalPeer(self._store, role=UPSTREAM)
            await carry(replication, witness, here, on_turn=look)
        else:
            await carry(replication, self._own_documents(), witness, on_turn=look)

    async def push(self, server: Peer) -> None:
        """Once, and given up at the first trouble: the next start goes on. Nothing to a server that was never met."""
        met = await self._met()
        if met is None:
            return
        replication = self._replication("push", met.uuid, live=False)
        with trio.CancelScope() as scope:

            def look() -> None:
                if replication.state in ("waiting", "denied"):
                    scope.cancel()

            await carry(replication, self._own_documents(), server, on_turn=look)

    def _own_documents(self) -> LocalPeer:
        """Bodies are canonical: the id of their owner stands in them as it is."""
        return LocalPeer(self._store, chosen=self._is_own, naming=self._node_id)

    def _is_own(self, row: ChangeRow) -> bool:
        return row.document is not None and writer_of(row.document) == self._node_id

    async def _is_fresh(self) -> bool:
        """Whether all that is here is ours. Nobody else's can be looked for at the server then."""
        since = FROM_THE_BEGINNING
        while (page := await self._store.changes(since, ROWS_A_LOOK, bodies=True)).rows:
            if not all(map(self._is_own, page.rows)):
                return False
            since = page.last_seq
        return True

    def _replication(self, direction: Direction, uuid: str, *, live: bool, is_fresh: bool = False) -> Replication:
        met: dict[Side, str] = {"source" if direction == "pull" else "target": uuid}
        caller = str(node_role(self._node_id))
        return Replication(
            Plan(direction, uuid4().hex, caller, live=live, met=met, node_id=self._node_id, fresh=is_fresh)
        )

    async def _first_met_patiently(self, server: Peer, faring: Faring) -> str:
        failures = 0
        while True:
            try:
                return await self._first_met(server)
            except MosaicError as trouble:
                failures += 1
                faring.trouble = str(trouble)
                tell = _log.warning if failures in (3, 30) or isinstance(trouble, AccessRefusedError) else _log.info
                tell("the control plane was never reached yet", attempt=failures, cause=str(trouble))
                await trio.sleep(REFUSED_S if isinstance(trouble, AccessRefusedError) else wait_after(failures))

    async def _first_met(self, server: Peer) -> str:
        """Asked of the server only once in the life of a database, so a node starts without a network after that."""
        met = await self._met()
        if met is None:
            info = await server.info()
            if not info.uuid:
                raise PeerGarbledError(info.name, "it is no database of a MosaicFS server")
            met = Met(self._instance_id, info.uuid)
            kept = await self._store.local_get(CALLER, MET)
            await self._store.local_put(CALLER, MET, msgspec.json.encode(met, order="sorted"), kept.rev if kept else "")
        return met.uuid

    async def _met(self) -> Met | None:
        """None, too, for what was met in another instance."""
        kept = await self._store.local_get(CALLER, MET)
        try:
            met = msgspec.json.decode(kept.body, type=Met) if kept else None
        except msgspec.DecodeError:
            return None
        return met if met is not None and met.instance_id == self._instance_id else None

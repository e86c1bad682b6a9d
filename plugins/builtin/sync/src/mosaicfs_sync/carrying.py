"""Carries the messages of `Replication` between two peers, until it is over or cancelled."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import structlog
import trio

from mosaicfs import Replication
from mosaicfs.errors import MosaicError
from mosaicfs.model.replication import (
    Answer,
    CompareRevisions,
    Counters,
    FetchRevisions,
    FindUnlisted,
    ForgetLeaves,
    Plan,
    ReadChanges,
    ReadCheckpoint,
    ReadInfo,
    ReadLeaves,
    ReadRevisions,
    ReconcilingRequest,
    Request,
    WriteCheckpoint,
    WriteDocuments,
)
from mosaicfs_sync.peers import Forgets, Peer

PARTING_S = 3.0

_log = structlog.get_logger(component="sync")


async def replicate(source: Peer, target: Peer, plan: Plan | None = None) -> Counters:
    """Once from one peer to the other, or for ever where the plan is live."""
    replication = Replication(plan or Plan("pull", uuid4().hex))
    await carry(replication, source, target)
    return replication.counters


async def carry(
    replication: Replication, source: Peer, target: Peer, *, on_turn: Callable[[], None] = lambda: None
) -> None:
    """Returns when the replication is over. Cancelled, it still records how far it came.

    `on_turn` is called whenever something came back, to look how it fares.
    """
    carrier = _Carrier(replication, source, target, on_turn)
    try:
        await carrier.run()
    finally:
        if not replication.over:
            with trio.move_on_after(PARTING_S, shield=True):
                await carrier.part()


class _Carrier:
    def __init__(self, replication: Replication, source: Peer, target: Peer, on_turn: Callable[[], None]) -> None:
        self._replication = replication
        self._on_turn = on_turn
        self._source = source
        self._target = target
        self._news = trio.Event()
        self._state = replication.state
        self._log = _log.bind(direction=replication.plan.direction)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            while not self._replication.over:
                self._news = trio.Event()
                for request in self._replication.due(trio.current_time()):
                    nursery.start_soon(self._ask, request)
                self._tell()
                await self._until_something_is_due()
            self._tell()
            nursery.cancel_scope.cancel()

    async def part(self) -> None:
        for request in self._replication.parting():
            try:
                await self._carried(request)
            except MosaicError as trouble:
                self._log.info("how far it came could not be recorded", cause=str(trouble))

    async def _until_something_is_due(self) -> None:
        now = trio.current_time()
        at = self._replication.next_due(now)
        with trio.move_on_after(float("inf") if at is None else max(0.0, at - now)):
            await self._news.wait()

    async def _ask(self, request: Request) -> None:
        try:
            await self._carried(request)
        except MosaicError as trouble:
            self._replication.failed(request, trouble, trio.current_time())
        self._news.set()

    async def _carried(self, request: Request) -> None:
        peer = self._source if request.side == "source" else self._target
        take, now = self._replication, trio.current_time
        match request:
            case ReadInfo():
                take.learned(request, await peer.info())
            case ReadCheckpoint():
                take.recalled(request, await peer.local_get(request.id))
            case WriteCheckpoint():
                await peer.local_put(request.id, request.body)
                take.recorded(request, now())
            case ReadChanges():
                page = await peer.changes(request.since, request.limit, wait=request.wait, bodies=request.bodies)
                take.listed(request, page, now())
            case CompareRevisions():
                take.compared(request, await peer.revs_diff(request.asked))
            case FetchRevisions():
                take.fetched(request, await peer.fetch(request.wanted))
            case WriteDocuments():
                rows = await peer.write(request.documents)
                take.wrote(request, rows, now())
            case ReadLeaves() | FindUnlisted() | ReadRevisions() | ForgetLeaves():
                take.reconciled(request, await _reconciled(peer, request))

    def _tell(self) -> None:
        """Once a change of state, and once a document that was passed over."""
        self._on_turn()
        for row in self._replication.refused():
            self._log.warning("document passed over", doc=row.id, rev=row.rev, error=row.error, cause=row.reason)
        if (state := self._replication.state) != self._state:
            self._state = state
            if state in ("waiting", "denied", "wrong_database"):
                self._log.warning("replication is held up", state=state, cause=self._replication.last_trouble)
            else:
                self._log.debug("replication goes on", state=state)


async def _reconciled(peer: Peer, request: ReconcilingRequest) -> Answer:
    match request:
        case ReadLeaves(since, limit):
            return await peer.changes(since, limit, wait=False, bodies=True)
        case FindUnlisted(asked):
            return await peer.revs_diff(asked)
        case ReadRevisions(wanted):
            return await peer.fetch(wanted)
        case ForgetLeaves(leaves, listed):
            assert isinstance(peer, Forgets), "only the store of a node is told to forget"
            await peer.forget(leaves, listed)
            return None

"""Two nodes and a control plane, each a store, with machines in between that may die at any step.

Only the carrier is made here; the decisions are the real ones, and the stores keep the real promises.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from mosaicfs.documents.ownership import owner_of
from mosaicfs.documents.replication import Replication
from mosaicfs.errors import SourceUnavailableError, TooMuchAskedError
from mosaicfs.model.document import ChangePage, Document, Wanted
from mosaicfs.model.replication import (
    Answer,
    CompareRevisions,
    Direction,
    Fetched,
    FetchRevisions,
    FindUnlisted,
    ForgetLeaves,
    PeerInfo,
    Plan,
    ReadChanges,
    ReadCheckpoint,
    ReadInfo,
    ReadLeaves,
    ReadRevisions,
    ReconcilingRequest,
    Request,
    Side,
    WriteCheckpoint,
    WriteDocuments,
)
from mosaicfs.model.role import CONTROL, UPSTREAM, Role, node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import time_text
from mosaicfs_sdk.fakes.store import MemoryStore

NODES = ("node-a", "node-b")
CALLER = "replication"
ROWS_A_PAGE = 3
DAY_S = 86_400
TODAY_S = 1_790_000_000


@dataclass
class World:
    """`backups` are copies of the server's store, counted from the newest; the oldest is the empty one."""

    server: MemoryStore = field(default_factory=MemoryStore)
    nodes: dict[str, MemoryStore] = field(default_factory=lambda: {name: MemoryStore() for name in NODES})
    backups: list[MemoryStore] = field(default_factory=list)
    days: int = 0
    sessions: int = 0
    most_fetched: int = 1_000
    asked: list[Request] = field(default_factory=list)
    now: float = 0.0
    _waiting: dict[Replication, list[Request]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.back_up()

    def back_up(self) -> None:
        self.backups.append(MemoryStore(deepcopy(self.server._contents)))

    def restore(self, number: int, *, as_it_is: bool) -> None:
        """As it is: the bare copy of a file, which nobody gave a new epoch."""
        contents = deepcopy(self.backups[-min(number, len(self.backups))]._contents)
        if not as_it_is:
            contents.epoch = f"{self.sessions:08x}"
        self.sessions += 1
        self.server = MemoryStore(contents)

    async def begun(self, name: str, direction: Direction = "pull") -> Replication:
        self.sessions += 1
        met: dict[Side, str] = {"source" if direction == "pull" else "target": (await self.server.info()).uuid}
        fresh = await is_fresh(self.nodes[name], name)
        plan = Plan(direction, f"s{self.sessions}", name, met=met, node_id=name, fresh=fresh)
        return Replication(plan, chance=lambda: 0.5, calendar=self._calendar)

    async def replicate(
        self, name: str, direction: Direction = "pull", *, steps: int | None = None, seed: int | None = None
    ) -> Replication:
        """To the end, or for so many steps, after which the machine is dead. With a seed answers come in any order, and
        some never."""
        machine = await self.begun(name, direction)
        await self.run(machine, name, steps, None if seed is None else Random(seed))
        return machine

    def _calendar(self) -> str:
        return time_text((TODAY_S + self.days * DAY_S) * 1_000_000)

    async def run(self, machine: Replication, name: str, most: int | None = None, chance: Random | None = None) -> None:
        """A machine that has been cut off goes on where it was."""
        waiting, steps = self._waiting.setdefault(machine, []), 0
        while not machine.over and steps != most:
            waiting += machine.due(self.now)
            if not waiting:
                at = machine.next_due(self.now)
                assert at is not None, f"nothing will ever happen again in state {machine.state}"
                self.now = max(at, self.now)
                continue
            request = waiting.pop(chance.randrange(len(waiting)) if chance else 0)
            self.asked.append(request)
            await self._carry(machine, name, request, is_lost=chance is not None and chance.random() < 0.1)
            steps, self.now = steps + 1, self.now + 0.5

    async def _carry(self, machine: Replication, name: str, request: Request, *, is_lost: bool) -> None:
        try:
            deliver = await self._asked(machine, name, request)
        except TooMuchAskedError as trouble:
            return machine.failed(request, trouble, self.now)
        return machine.failed(request, SourceUnavailableError("the line"), self.now) if is_lost else deliver()

    async def _asked(self, take: Replication, name: str, request: Request) -> Callable[[], None]:
        """Has done what was asked; the returned call delivers the answer."""
        is_server = (request.side == "source") == (take.plan.direction == "pull")
        store, role = (self.server, node_role(name)) if is_server else (self.nodes[name], UPSTREAM)
        match request:
            case ReadInfo():
                info = await store.info()
                peer = PeerInfo(info.uuid, info.uuid, info.epoch, info.purge_seq, info.update_seq)
                return lambda: take.learned(request, peer)
            case ReadCheckpoint():
                local = await store.local_get(CALLER, request.id)
                return lambda: take.recalled(request, local.body if local else None)
            case WriteCheckpoint():
                before = await store.local_get(CALLER, request.id)
                await store.local_put(CALLER, request.id, request.body, before.rev if before else "")
                return lambda: take.recorded(request, self.now)
            case ReadChanges():
                page = await store.changes(request.since, min(request.limit, ROWS_A_PAGE), bodies=True)
                shown = page if take.plan.direction == "pull" else _owned(page, name)
                return lambda: take.listed(request, shown, self.now)
            case CompareRevisions():
                missing = await store.revs_diff(request.asked)
                return lambda: take.compared(request, missing)
            case FetchRevisions():
                fetched = await _fetched(store, request.wanted)
                return lambda: take.fetched(request, fetched)
            case WriteDocuments():
                rows = await store.write(request.documents, writer=role, new_edits=False)
                return lambda: take.wrote(request, rows, self.now)
            case ReadLeaves() | FindUnlisted() | ReadRevisions() | ForgetLeaves():
                answer = await self._reconciled(store, request, is_server=is_server)
                return lambda: take.reconciled(request, answer)

    async def _reconciled(self, store: MemoryStore, request: ReconcilingRequest, *, is_server: bool) -> Answer:
        match request:
            case ReadLeaves(since, limit):
                return await store.changes(since, min(limit, ROWS_A_PAGE), bodies=True)
            case FindUnlisted(asked):
                return await store.revs_diff(asked)
            case ReadRevisions(wanted):
                if is_server and len(wanted) > self.most_fetched:
                    raise TooMuchAskedError("the server", "it is too much")
                return await _fetched(store, wanted)
            case ForgetLeaves(gone, listed):
                for doc_id, revs in gone.items():
                    await store.drop(doc_id, revs)
                await store.write(listed, writer=UPSTREAM, new_edits=False)
                return None


def _owned(page: ChangePage, name: str) -> ChangePage:
    return page._replace(rows=[row for row in page.rows if row.document and owner_of(row.document) == name])


async def _fetched(store: Store, wanted: tuple[Wanted, ...]) -> Fetched:
    found = await store.open_revs(wanted, latest=True)
    return Fetched(tuple(one for several in found for one in several if isinstance(one, Document)))


async def is_fresh(store: Store, name: str) -> bool:
    page = await store.changes("0", 1_000, bodies=True)
    return len(_owned(page, name).rows) == len(page.rows)


async def edit(store: Store, doc_id: str, body: str, role: Role, *, deleted: bool = False) -> None:
    """Of whatever wins here now."""
    winner = await store.get(doc_id)
    if winner is None and deleted:
        return
    rev = winner.rev if winner and not (winner.deleted and not deleted) else ""
    (row,) = await store.write([Document(doc_id, rev, body.encode(), deleted=deleted)], writer=role)
    assert row.error in ("", "conflict"), row.reason


async def by_control(world: World, doc_id: str, text: str = "x", *, deleted: bool = False) -> None:
    if doc_id.startswith("label_rule"):
        body = (
            f'{{"created_at":"2026-02-16T09:00:00Z","enabled":true,"labels":["{text}"],"name":"r","node_id":"*",'
            '"path_prefix":"/home/","type":"label_rule"}'
        )
    else:
        body = f'{{"text":"{text}","type":"note"}}'
    await edit(world.server, doc_id, body, CONTROL, deleted=deleted)


async def by_node(world: World, name: str, doc_id: str, text: str = "x", *, deleted: bool = False) -> None:
    body = f'{{"node_id":"{name}","text":"{text}","type":"thing"}}'
    await edit(world.nodes[name], f"thing::{name}-{doc_id}", body, node_role(name), deleted=deleted)


Leaves = dict[str, list[tuple[str, bool, bytes]]]


async def leaves(store: Store, kind: str = "") -> Leaves:
    found: Leaves = {}
    for row in (await store.changes("0", 1_000)).rows:
        if row.id.startswith(kind):
            (several,) = await store.open_revs([Wanted(row.id)])
            found[row.id] = sorted((d.rev, d.deleted, d.body) for d in several if isinstance(d, Document))
    return found


def of_control(found: Leaves) -> Leaves:
    return {doc_id: tips for doc_id, tips in found.items() if not doc_id.startswith("thing")}


async def settle(world: World) -> None:
    for _ in range(2):
        for name in NODES:
            await world.replicate(name, "push")
        for name in NODES:
            await world.replicate(name, "pull")

"""Replication between stores under chance: answers in any order, lost, cut off, and machines that die in between.

Only the carrier is ours here; the decisions are the real ones and the stores keep the real promises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import NamedTuple, TypeVar

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs.documents.checkpoints import number, read
from mosaicfs.documents.replication import TRIES_A_DOCUMENT, Replication
from mosaicfs.errors import AccessRefusedError, SourceUnavailableError, TooMuchAskedError
from mosaicfs.model.document import Document, Wanted, Written
from mosaicfs.model.replication import (
    CompareRevisions,
    Fetched,
    FetchRevisions,
    PeerInfo,
    Plan,
    ReadChanges,
    ReadCheckpoint,
    ReadInfo,
    Request,
    WriteCheckpoint,
    WriteDocuments,
)
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore

T = TypeVar("T")
IDS = ("note::a", "note::b", "note::c")
CALLER = "replication"


@dataclass(frozen=True)
class Rules:
    """How the peers behave: chances of losing a request or its answer, and what the target will not write."""

    lost_request: float = 0.0
    lost_answer: float = 0.0
    most_rows: int = 1_000
    most_documents: int = 1_000
    row_error: Callable[[Document], str] = lambda _: ""
    keeps_checkpoints: bool = True


@dataclass
class Line:
    """Carries requests between two stores; time passes only when nothing else can happen."""

    source: Store
    target: Store
    rules: Rules = Rules()
    random: Random = field(default_factory=lambda: Random(0))
    now: float = 0.0
    pace_s: float = 0.01
    asked: list[Request] = field(default_factory=list)

    async def run(self, replication: Replication, *, most_steps: int | None = None) -> Replication:
        """To the end, or for so many steps, after which the machine is dead and remembers nothing."""
        waiting: list[Request] = []
        steps = 0
        while not replication.over and steps != most_steps:
            waiting += replication.due(self.now)
            if waiting:
                request = waiting.pop(self.random.randrange(len(waiting)))
                self.asked.append(request)
                await self._carry(replication, request)
                steps += 1
                self.now += self.pace_s
            else:
                at = replication.next_due(self.now)
                assert at is not None, f"nothing will ever happen again in state {replication.state}"
                self.now = max(at, self.now)
        return replication

    async def _carry(self, replication: Replication, request: Request) -> None:
        if self.random.random() < self.rules.lost_request:
            return replication.failed(request, SourceUnavailableError("the line"), self.now)
        try:
            answered = await self._asked(replication, request)
        except (TooMuchAskedError, AccessRefusedError) as trouble:
            return replication.failed(request, trouble, self.now)
        if self.random.random() < self.rules.lost_answer:
            return replication.failed(request, SourceUnavailableError("the line"), self.now)
        return answered()

    async def _asked(self, take: Replication, request: Request) -> Callable[[], None]:
        """Has done what was asked; the returned call delivers the answer."""
        store = self.source if request.side == "source" else self.target
        match request:
            case ReadInfo():
                info = await store.info()
                peer = PeerInfo(info.uuid, info.uuid, info.epoch, info.purge_seq)
                return lambda: take.learned(request, peer)
            case ReadCheckpoint():
                self._refuse_checkpoints(request)
                local = await store.local_get(CALLER, request.id)
                return lambda: take.recalled(request, local.body if local else None)
            case WriteCheckpoint():
                self._refuse_checkpoints(request)
                before = await store.local_get(CALLER, request.id)
                await store.local_put(CALLER, request.id, request.body, before.rev if before else "")
                return lambda: take.recorded(request, self.now)
            case ReadChanges():
                _at_most(request.limit, self.rules.most_rows)
                page = await store.changes(request.since, request.limit)
                return lambda: take.listed(request, page, self.now)
            case CompareRevisions():
                _at_most(len(request.asked), self.rules.most_documents)
                missing = await store.revs_diff(request.asked)
                return lambda: take.compared(request, missing)
            case FetchRevisions():
                _at_most(len(request.wanted), self.rules.most_documents)
                found = await store.open_revs(request.wanted, latest=True)
                documents = tuple(one for several in found for one in several if isinstance(one, Document))
                return lambda: take.fetched(request, Fetched(documents))
            case WriteDocuments():
                _at_most(len(request.documents), self.rules.most_documents)
                rows = await self._write(request.documents)
                return lambda: take.wrote(request, rows, self.now)
        raise AssertionError(request)

    async def _write(self, documents: Sequence[Document]) -> list[Written]:
        good = [document for document in documents if not self.rules.row_error(document)]
        rows = await self.target.write(good, writer=CONTROL, new_edits=False)
        bad = [Written(d.id, d.rev, self.rules.row_error(d), "no") for d in documents if self.rules.row_error(d)]
        return rows + bad

    def _refuse_checkpoints(self, request: Request) -> None:
        if request.side == "source" and not self.rules.keeps_checkpoints:
            raise AccessRefusedError("the checkpoint")


def _at_most(asked: int, most: int) -> None:
    if asked > most:
        raise TooMuchAskedError("the peer", f"{asked} is more than {most}")


def replication(session: str = "s1") -> Replication:
    return Replication(Plan("pull", session), chance=lambda: 0.5, calendar=lambda: "2026-02-16T09:00:00Z")


async def noted(store: Store, doc_id: str, text: str, *, deleted: bool = False) -> None:
    """A person's edit of whatever wins here now."""
    winner = await store.get(doc_id)
    rev = winner.rev if winner and not (winner.deleted and not deleted) else ""
    body = f'{{"text":"{text}","type":"note"}}'.encode()
    await store.write([Document(doc_id, rev, body, deleted=deleted)], writer=CONTROL)


async def filled(store: Store, number: int, first: int = 0) -> None:
    body = b'{"type":"note"}'
    docs = [Document(f"note::{n:06}", "", body) for n in range(first, first + number)]
    rows = await store.write(docs, writer=CONTROL)
    assert not any(row.error for row in rows)


async def leaves(store: Store) -> dict[str, list[tuple[str, bool, bytes]]]:
    """Winner first, then all leaves with their bodies: what two equal stores have in common."""
    found: dict[str, list[tuple[str, bool, bytes]]] = {}
    for row in (await store.changes("0", 1_000_000)).rows:
        (several,) = await store.open_revs([Wanted(row.id)])
        tips = sorted((d.rev, d.deleted, d.body) for d in several if isinstance(d, Document))
        found[row.id] = [(row.revs[0], row.deleted, b""), *tips]
    return found


class Edit(NamedTuple):
    store: int
    doc_id: str
    text: str
    deleted: bool


class Copy(NamedTuple):
    """`steps` None runs to the end."""

    source: int
    target: int
    steps: int | None
    seed: int


edits = st.builds(Edit, st.integers(0, 2), st.sampled_from(IDS), st.sampled_from("xyz"), st.booleans())
pairs = st.sampled_from([(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)])
copies = st.builds(
    lambda pair, steps, seed: Copy(pair[0], pair[1], steps, seed),
    pairs,
    st.none() | st.integers(0, 25),
    st.integers(0, 999),
)
ROUGH = Rules(lost_request=0.15, lost_answer=0.15, most_rows=3, most_documents=2)


async def round_of_copies(stores: Sequence[Store], session: str) -> int:
    """How many documents moved around the ring: what one store has reaches the last only through the others."""
    moved = 0
    for source, target in zip(stores, [*stores[1:], stores[0]], strict=True):
        done = await Line(source, target).run(replication(session))
        moved += done.counters.docs_read
    return moved


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(edits, edits, copies), max_size=24))
def test_stores_with_any_history_end_with_equal_winners_and_conflicts(history: list[Edit | Copy]) -> None:
    async def trial() -> None:
        stores = [MemoryStore(), MemoryStore(), MemoryStore()]
        for at, event in enumerate(history):
            if isinstance(event, Edit):
                await noted(stores[event.store], event.doc_id, event.text, deleted=event.deleted)
            else:
                line = Line(stores[event.source], stores[event.target], ROUGH, Random(event.seed))
                await line.run(replication(f"s{at}"), most_steps=event.steps)
        await round_of_copies(stores, "first")
        await round_of_copies(stores, "second")
        first, *others = [await leaves(store) for store in stores]
        assert all(other == first for other in others)
        assert await round_of_copies(stores, "third") == 0

    trio.run(trial)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(80, 160))
def test_a_machine_that_dies_again_and_again_comes_to_the_end(seed: int, steps: int) -> None:
    """A life is long enough for a few pages, and the next one goes on from there."""

    async def trial() -> None:
        source, target = MemoryStore(), MemoryStore()
        await filled(source, 40)
        line = Line(source, target, replace(ROUGH, most_rows=10), Random(seed), pace_s=2.0)
        for life in range(60):
            done = await line.run(replication(f"s{life}"), most_steps=steps)
            if done.state == "stopped":
                break
        assert await leaves(target) == await leaves(source)

    trio.run(trial)


async def test_a_further_round_reads_no_row() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 30)
    first = await Line(source, target).run(replication("s1"))
    second = await Line(source, target).run(replication("s2"))
    assert (first.counters.rows_read, first.counters.docs_written) == (30, 30)
    assert (second.counters.rows_read, second.counters.docs_written) == (0, 0)


async def test_a_killed_machine_does_not_start_over() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 900)
    line = Line(source, target, Rules(most_rows=100, most_documents=50), pace_s=1.0)
    killed = await line.run(replication("s1"), most_steps=80)
    resumed = await line.run(replication("s2"))
    assert killed.counters.rows_read < 900
    assert 0 < resumed.counters.rows_read < 700
    assert await leaves(target) == await leaves(source)


async def test_the_checkpoint_never_says_more_than_the_target_holds() -> None:
    source = MemoryStore()
    await filled(source, 900)
    said = 0
    for steps in range(5, 100, 5):
        target = MemoryStore()
        rules = Rules(most_rows=100, most_documents=50)
        killed = await Line(source, target, rules, Random(steps)).run(replication(), most_steps=steps)
        for request in killed.parting():
            checkpoint = read(request.body)
            assert checkpoint is not None
            said = number(checkpoint.source_last_seq)
            before = await source.changes("0", said)
            assert await target.revs_diff({row.id: row.revs for row in before.rows}) == {}
    assert said > 0


async def test_a_parting_machine_records_how_far_it_came() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 900)
    line = Line(source, target, Rules(most_rows=100, most_documents=50))
    cut = await line.run(replication("s1"), most_steps=50)
    for request in cut.parting():
        store = source if request.side == "source" else target
        await store.local_put(CALLER, request.id, request.body)
    resumed = await line.run(replication("s2"))
    assert 0 < resumed.counters.rows_read < 900


async def test_a_forbidden_row_blocks_nothing_and_is_told_once() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 20)
    rules = Rules(row_error=lambda document: "forbidden" if document.id == "note::000007" else "")
    done = await Line(source, target, rules).run(replication("s1"))
    assert (done.counters.docs_written, done.counters.rows_denied) == (19, 1)
    assert [row.id for row in done.refused()] == ["note::000007"]
    assert done.refused() == []
    again = await Line(source, target, rules).run(replication("s2"))
    assert again.counters.rows_read == 0


async def test_another_row_error_is_tried_five_times_then_set_aside_and_tried_hourly() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 20)
    troubles = ["internal_server_error"]
    rules = Rules(row_error=lambda document: troubles[0] if document.id == "note::000007" else "")
    line = Line(source, target, rules)
    done = await line.run(replication("s1"))
    sent = [r for r in line.asked if isinstance(r, WriteDocuments) and any(d.id.endswith("07") for d in r.documents)]
    assert (done.state, len(sent), done.counters.docs_written) == ("stopped", TRIES_A_DOCUMENT, 19)
    again = done.next_due(line.now)
    assert again is not None
    assert 3_540 < again - line.now <= 3_600

    troubles[0] = ""
    hourly = await line.run(replication("s2"))
    assert await target.get("note::000007") is not None
    assert (hourly.counters.rows_read, hourly.counters.docs_written) == (0, 1)
    assert (await line.run(replication("s3"))).counters.missing_checked == 0


async def test_a_peer_that_takes_little_at_once_gets_little_at_once() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 50)
    rules = Rules(most_rows=7, most_documents=3)
    done = await Line(source, target, rules).run(replication("s1"))
    assert (done.counters.docs_written, done.counters.rows_denied) == (50, 0)
    assert await leaves(target) == await leaves(source)


async def test_a_single_document_that_is_too_large_is_set_aside() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 3)
    done = await Line(source, target, Rules(most_documents=0)).run(replication("s1"))
    assert done.state == "stopped"
    assert done.counters.doc_write_failures == 3
    fetched = await Line(source, target).run(replication("s2"))
    assert (fetched.counters.rows_read, fetched.counters.docs_written) == (0, 3)


async def test_a_source_that_keeps_no_checkpoints_is_still_resumed() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 30)
    rules = Rules(keeps_checkpoints=False)
    await Line(source, target, rules).run(replication("s1"))
    again = await Line(source, target, rules).run(replication("s2"))
    assert again.counters.rows_read == 0


async def test_another_database_under_the_same_address_stops_everything() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 3)
    stranger = Replication(Plan("pull", "s1", met={"source": "0" * 32}))
    done = await Line(source, target).run(stranger)
    assert (done.state, done.counters.rows_read) == ("wrong_database", 0)


async def test_a_database_that_is_exchanged_on_the_way_stops_everything() -> None:
    source, target, stranger = MemoryStore(), MemoryStore(), MemoryStore()
    await filled(source, 30)
    live = Replication(Plan("pull", "s1", live=True))
    line = Line(source, target)
    await line.run(live, most_steps=20)
    line.source = stranger
    line.rules = Rules(lost_request=0.5)
    await line.run(live, most_steps=200)
    assert live.state == "wrong_database"
    assert len((await target.changes("0", 100)).rows) == 30


def answered_info(machine: Replication) -> None:
    for request in machine.due(0.0):
        assert isinstance(request, ReadInfo)
        machine.learned(request, PeerInfo(request.side))


def test_a_refused_peer_is_asked_again_in_a_minute() -> None:
    machine = replication()
    source, target = machine.due(0.0)
    machine.failed(source, AccessRefusedError("the peer"), 0.0)
    machine.failed(target, SourceUnavailableError("the peer"), 0.0)
    assert machine.state == "denied"
    assert machine.due(59.0) == [target]
    assert machine.due(60.0) == [source]


def test_a_peer_that_failed_is_asked_who_it_is_before_anything_else() -> None:
    machine = replication()
    answered_info(machine)
    source, _ = machine.due(0.0)
    machine.failed(source, SourceUnavailableError("the peer"), 0.0)
    assert (machine.state, machine.due(0.5)) == ("waiting", [])
    (probe,) = machine.due(1.0)
    assert isinstance(probe, ReadInfo)
    machine.learned(probe, PeerInfo("source"))
    assert machine.due(1.0) == [source]


async def test_a_target_is_asked_who_it_is_before_it_gets_news_after_a_pause() -> None:
    source, target = MemoryStore(), MemoryStore()
    await filled(source, 3)
    live = Replication(Plan("push", "s1", live=True))
    line = Line(source, target)
    await line.run(live, most_steps=25)
    assert live.state == "idle"
    line.asked.clear()
    await filled(source, 1, first=3)
    await line.run(live, most_steps=8)
    kinds = [type(request) for request in line.asked if request.side == "target"]
    assert kinds[:2] == [ReadInfo, CompareRevisions]

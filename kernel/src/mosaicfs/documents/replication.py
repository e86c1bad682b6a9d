"""One direction of replication, as messages in and messages out.

`due` hands out requests; whoever carries them brings each answer back through the method for it, or through `failed`.
Nothing here waits, sleeps or connects, so every order of answers, losses and restarts can be tried in a test. How a
checkpoint looks is in `checkpoints`, how requests are cut in `batches`; the carrier over HTTP is the plugin `sync`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import random
from typing import Final

from mosaicfs.documents import checkpoints
from mosaicfs.documents.batches import Progress, fetches, halves, revisions_of, writes
from mosaicfs.documents.checkpoints import Checkpoint
from mosaicfs.documents.feed_bodies import FeedBodies, Unpacked
from mosaicfs.documents.patience import Patience
from mosaicfs.documents.reconciling import Reconciling
from mosaicfs.documents.set_aside import SetAside
from mosaicfs.errors import AccessRefusedError, MosaicError, PeerGarbledError, TooMuchAskedError
from mosaicfs.model.document import ChangePage, Missing, Wanted, Written
from mosaicfs.model.replication import (
    Answer,
    CompareRevisions,
    Counters,
    Fetched,
    FetchRevisions,
    PeerInfo,
    Plan,
    ReadChanges,
    ReadCheckpoint,
    ReadInfo,
    ReconcilingRequest,
    Request,
    Side,
    State,
    WriteCheckpoint,
    WriteDocuments,
)
from mosaicfs.model.retry import wait_after
from mosaicfs.model.times import now_text

ROWS_A_PAGE: Final = 1_000
BATCHES_AT_ONCE: Final = 3
REQUESTS_AT_ONCE: Final = 4
ROWS_A_CHECKPOINT: Final = 10_000
CHECKPOINT_EVERY_S: Final = 5.0
CHECKPOINT_IDLE_S: Final = 1.0
TRIES_A_DOCUMENT: Final = 5
REFUSED_KEPT: Final = 1_000
NO_NEWS_S: Final = 0.25
"""A peer that answers a wait at once with nothing must not be asked in a circle."""


class Replication:
    """Holds one direction between two peers, from the first question to the last checkpoint."""

    def __init__(
        self, plan: Plan, *, chance: Callable[[], float] = random, calendar: Callable[[], str] = now_text
    ) -> None:
        self.plan = plan
        self.counters = Counters()
        self.since = ""
        """Where the next page of the feed begins; empty until both checkpoints are read."""
        self.last_trouble = ""
        self._chance = chance
        self._calendar = calendar
        self._started = calendar()
        self._peers: dict[Side, PeerInfo] = {}
        self._reachable: set[Side] = set()
        self._patience: dict[Side, Patience] = {"source": Patience(), "target": Patience()}
        self._queue: deque[Request] = deque([ReadInfo("source"), ReadInfo("target")])
        self._under_way: set[Request] = set()
        self._later: list[tuple[float, WriteDocuments]] = []
        self._found: dict[Side, Checkpoint | None] = {}
        self._target_only = False
        self._progress = Progress("")
        self._page_rows = ROWS_A_PAGE
        self._bodies = FeedBodies()
        self._at_end = False
        self._read_at = 0.0
        self._recorded = ""
        self._recorded_at = 0.0
        self._aside = SetAside({})
        self._notes_changed = False
        """Something else than the sequence is to be recorded."""
        self._refused: deque[Written] = deque(maxlen=REFUSED_KEPT)
        self._reconciling = Reconciling(plan, calendar)
        self._wrong = False
        self._stopping = False

    # --- what to do next -----------------------------------------------------------------------------------------

    def due(self, now: float) -> list[Request]:
        """What to ask now. Each request is handed out once and must come back, answered or failed."""
        if self._wrong:
            return []
        self._try_again(now)
        if self.since:
            self._reconciling.look_at_calendar()
            self._read_on(now)
            self._reconcile()
            self._record(now)
        return [request for request in list(self._queue) if self._take(request, now)]

    def next_due(self, now: float) -> float | None:
        """When `due` will have something although no answer came; None is never."""
        times = [at for at, _ in self._later]
        times += [patience.until for patience in self._patience.values() if patience.until > now]
        times += self._aside.times
        times += [self._read_at] if self._read_at > now else []
        if self._unrecorded() and not self._expects(WriteCheckpoint):
            times.append(self._record_at())
        return min(times, default=None)

    @property
    def state(self) -> State:
        if self._wrong:
            return "wrong_database"
        if any(patience.denied for patience in self._patience.values()):
            return "denied"
        if any(patience.failures for patience in self._patience.values()):
            return "waiting"
        if not self.since:
            return "starting"
        if not self._quiet() or self._unrecorded() or (self._reconciling.is_active and not self._stopping):
            return "running"
        return "stopped" if self._stopping or not self.plan.live else "idle"

    @property
    def is_reconciling(self) -> bool:
        """The source was put back to an earlier state, and the target gives up what is not there any more."""
        return bool(self.since) and self._reconciling.is_active and self._reconciling.is_whole

    @property
    def over(self) -> bool:
        """Nothing will ever be due again; requests that are still under way may be given up."""
        return self.state in ("stopped", "wrong_database")

    def stop(self) -> None:
        """Read no further; what is under way is still written and recorded."""
        self._stopping = True

    def parting(self) -> list[WriteCheckpoint]:
        """What to write when there is no time to end in order; nobody need bring the answers."""
        kept = self._found.get("target")
        recorded = kept.source_last_seq if kept else checkpoints.FROM_THE_BEGINNING
        if not self.since or self._progress.through == recorded or self._is_held:
            return []
        body = checkpoints.written(self._checkpoint(self._progress.through))
        sides: list[Side] = ["target"] if self._target_only else ["target", "source"]
        return [WriteCheckpoint(side, self._local_id(), body) for side in sides]

    def refused(self) -> list[Written]:
        """The documents that were passed over since the last call, each with its reason."""
        found = list(self._refused)
        self._refused.clear()
        return found

    # --- what came back ------------------------------------------------------------------------------------------

    def learned(self, request: ReadInfo, info: PeerInfo) -> None:
        """A peer that is not the one met before ends the replication: it may be empty, and would empty us."""
        self._answered(request)
        expected = self.plan.met.get(request.side)
        before = self._peers.setdefault(request.side, info)
        if before.name != info.name or (expected and expected != info.uuid):
            self._wrong = True
            self.last_trouble = f"the {request.side} is {info.name}, not {expected or before.name} as before"
        self._reachable.add(request.side)
        self._reconciling.measured(request.side, self.since, info)
        if len(self._peers) == 2 and not self.since and not self._found and not self._expects(ReadCheckpoint):
            self._queue += [ReadCheckpoint("source", self._local_id()), ReadCheckpoint("target", self._local_id())]

    def recalled(self, request: ReadCheckpoint, body: bytes | None) -> None:
        self._answered(request)
        self._found[request.side] = checkpoints.read(body)
        if len(self._found) == 2:
            self._begin()

    def listed(self, request: ReadChanges, page: ChangePage, now: float) -> None:
        if page.rows and page.last_seq == request.since:
            self.failed(request, PeerGarbledError(self._peers["source"].name, "a page that leads back to itself"), now)
            return
        self._answered(request)
        self.since = page.last_seq
        self._at_end = not page.rows
        self._read_at = now + NO_NEWS_S if request.wait and page.last_seq == request.since else now
        self.counters.rows_read += len(page.rows)
        self.counters.rows_pending = page.pending + len(page.rows) + self._progress.rows_open
        if request.wait and page.rows:
            self._meet_again("target")  # it may have been exchanged while nothing was sent to it
        found = self._bodies.unpacked(page)
        self.counters.docs_read += len(found.straight)
        self._open(page.last_seq, found)

    def compared(self, request: CompareRevisions, missing: Mapping[str, Missing]) -> None:
        self._answered(request)
        wanted = [Wanted(doc_id, missing[doc_id].revs) for doc_id in request.asked if doc_id in missing]
        self.counters.missing_checked += sum(map(len, request.asked.values()))
        self.counters.missing_found += sum(len(one.revs or ()) for one in wanted)
        self._notes_changed |= self._aside.forget(request.asked.keys() - missing.keys())
        whole = {one.id: found for one in wanted if (found := request.at_hand.get(one.id)) and one.revs == (found.rev,)}
        self.counters.docs_read += len(whole)
        self._bodies.looked(len(request.asked), len(whole))
        others = [one for one in wanted if one.id not in whole]
        self._follow(request.batch, [*fetches(request.batch, others), *writes(request.batch, list(whole.values()))])

    def fetched(self, request: FetchRevisions, answer: Fetched) -> None:
        self._answered(request)
        asked = {one.id for one in request.wanted}
        documents = [document for document in answer.documents if document.id in asked]
        self.counters.docs_read += len(documents)
        self._pass_over(answer.refused)
        self._follow(request.batch, writes(request.batch, documents))

    def wrote(self, request: WriteDocuments, rows: Iterable[Written], now: float) -> None:
        """`rows` may be all of them, or those that failed."""
        self._answered(request)
        failed = {row.id: row for row in rows if row.error}
        denied = [row for row in failed.values() if row.error == "forbidden"]
        again = tuple(d for d in request.documents if d.id in failed and failed[d.id] not in denied)
        self.counters.docs_written += len(request.documents) - len(denied) - len(again)
        self._pass_over(denied)
        self._notes_changed |= self._aside.forget({d.id for d in request.documents} - {d.id for d in again})
        if not again:
            self._follow(request.batch, [])
        elif request.tries + 1 < TRIES_A_DOCUMENT:
            at = now + wait_after(request.tries + 1, chance=self._chance)
            self._later.append((at, WriteDocuments(request.batch, again, request.tries + 1)))
        else:
            self._set_aside(WriteDocuments(request.batch, again), next(iter(failed.values())).reason, now)

    def recorded(self, request: WriteCheckpoint, now: float) -> None:
        """The target keeps it first: it must never say more than the documents beside it."""
        self._answered(request)
        self._found[request.side] = checkpoints.read(request.body)
        self._recorded_at = now
        if request.side == "target" and not self._target_only:
            self._queue.append(WriteCheckpoint("source", request.id, request.body))

    def reconciled(self, request: ReconcilingRequest, answer: Answer) -> None:
        """Nothing is given up that was asked of a server which was exchanged meanwhile."""
        self._answered(request)
        if self._reconciling.answered(request, answer, self.since):
            self._meet_again("source")
        self._notes_changed |= not self._reconciling.is_active

    def failed(self, request: Request, trouble: MosaicError, now: float) -> None:
        """There was no answer, or one that says no. The peer is asked who it is before it is asked anything else."""
        self._under_way.discard(request)
        self.counters.requests_failed += 1
        self.last_trouble = str(trouble)
        too_much = isinstance(trouble, TooMuchAskedError) and self._ask_for_less(request, trouble, now)
        if too_much or (isinstance(trouble, AccessRefusedError) and self._do_without(request)):
            self._patience[request.side].answered(request)
        else:
            self._patience[request.side].failed(request, trouble, now, self._chance)
            self._queue.appendleft(request)
            self._meet_again(request.side)

    # --- reading and recording -----------------------------------------------------------------------------------

    def _begin(self) -> None:
        source, target = self._found["source"], self._found["target"]
        peer = self._peers["source"]
        start = checkpoints.start_of(source, target, peer, self.plan.direction)
        if target is not None:
            self._target_only, self._aside = target.target_only, SetAside(target.set_aside)
        start = self._reconciling.begin(source, target, peer, start)
        self._bodies.wanted = start == checkpoints.FROM_THE_BEGINNING
        self.since = self._recorded = start
        self._progress = Progress(start)

    def _read_on(self, now: float) -> None:
        ended = self._stopping or (self._at_end and (self._reconciling.is_active or not self.plan.live))
        has_room = now >= self._read_at and len(self._progress) < BATCHES_AT_ONCE
        if has_room and not ended and not self._expects(ReadChanges):
            self._queue.append(ReadChanges(self.since, self._page_rows, wait=self._at_end, bodies=self._bodies.wanted))

    def _reconcile(self) -> None:
        """Beside nothing else: what comes meanwhile is read and compared afterwards."""
        is_alone = self._quiet() and not self._expects(ReadChanges) and not self._stopping
        if self._reconciling.is_active and is_alone and "source" in self._reachable:
            self._queue += self._reconciling.due()

    def _open(self, last_seq: str, found: Unpacked) -> None:
        batch = self._progress.opened(last_seq, len(found.asked) + len(found.straight) if last_seq else 0)
        self._progress.changed(batch, 1)
        compare = [CompareRevisions(batch, found.asked, found.at_hand)] if found.asked else []
        self._follow(batch, [*compare, *writes(batch, found.straight)])

    def _follow(self, batch: int, requests: Sequence[Request]) -> None:
        """One request of the batch is done and these take its place."""
        self._queue += requests
        self._progress.changed(batch, len(requests) - 1)

    def _local_id(self) -> str:
        return checkpoints.checkpoint_id(self._peers["source"].name, self._peers["target"].name, self.plan.caller)

    @property
    def _is_held(self) -> bool:
        """The checkpoint stays where it is."""
        return self._reconciling.is_active or self._aside.is_too_much

    def _unrecorded(self) -> bool:
        return (self._progress.through != self._recorded or self._notes_changed) and not self._is_held

    def _record_at(self) -> float:
        if self._progress.rows >= ROWS_A_CHECKPOINT or (self._quiet() and (self._stopping or not self.plan.live)):
            return 0.0
        return self._recorded_at + (CHECKPOINT_IDLE_S if self._quiet() else CHECKPOINT_EVERY_S)

    def _record(self, now: float) -> None:
        if self._unrecorded() and not self._expects(WriteCheckpoint) and now >= self._record_at():
            seq = self._progress.through
            body = checkpoints.written(self._checkpoint(seq))
            self._queue.append(WriteCheckpoint("target", self._local_id(), body))
            self._recorded, self._progress.rows, self._notes_changed = seq, 0, False
            if self._reconciling.takes_part:
                self._meet_again("target")  # to learn how far it is before more is written

    def _checkpoint(self, seq: str) -> Checkpoint:
        session = checkpoints.session_of(self.plan.session_id, seq, self._started, self._calendar(), self.counters)
        return Checkpoint(
            session_id=session.session_id,
            source_last_seq=seq,
            history=checkpoints.with_session(self._found["target"], session),
            direction=self.plan.direction,
            source_epoch=self._peers["source"].epoch,
            set_aside=self._aside.noted,
            target_only=self._target_only,
            passed=self._reconciling.passed(session.session_id, seq),
            forget_others_at=self._reconciling.forget_others_at,
            replication_id_version=1,
        )

    # --- what did not go as it should ----------------------------------------------------------------------------

    def _try_again(self, now: float) -> None:
        self._queue += [request for at, request in self._later if at <= now]
        self._later = [(at, request) for at, request in self._later if at > now]
        if self.since and (ready := self._aside.ready(now)):
            self._open("", Unpacked(ready, {}, []))

    def _ask_for_less(self, request: Request, trouble: MosaicError, now: float) -> bool:
        """False where less cannot be asked."""
        if self._reconciling.ask_for_less(request):
            return True
        if isinstance(request, ReadChanges) and request.limit > 1:
            self._page_rows = request.limit // 2
            return True
        if parts := halves(request):
            assert isinstance(request, CompareRevisions | FetchRevisions | WriteDocuments)
            self._follow(request.batch, parts)
            return True
        if isinstance(request, CompareRevisions | FetchRevisions | WriteDocuments):
            self._set_aside(request, str(trouble), now)
            return True
        return False

    def _do_without(self, request: Request) -> bool:
        """A source may refuse to keep a checkpoint; the target's is enough."""
        if request.side != "source" or not isinstance(request, ReadCheckpoint | WriteCheckpoint):
            return False
        self._target_only = self._notes_changed = True
        if isinstance(request, ReadCheckpoint):
            self.recalled(request, None)
        return True

    def _meet_again(self, side: Side) -> None:
        """Ask it nothing else before it has said who it is."""
        self._reachable.discard(side)
        if not self._expects(ReadInfo, side):
            self._queue.appendleft(ReadInfo(side))

    def _set_aside(self, request: CompareRevisions | FetchRevisions | WriteDocuments, reason: str, now: float) -> None:
        revisions = revisions_of(request)
        self.counters.doc_write_failures += len(revisions)
        self._aside.put(revisions, now)
        self._notes_changed = True
        self._refused += [Written(doc_id, revs[0], "set_aside", reason) for doc_id, revs in revisions.items()]
        self._follow(request.batch, [])

    def _pass_over(self, rows: Sequence[Written]) -> None:
        self.counters.rows_denied += len(rows)
        self.counters.doc_write_failures += len(rows)
        self._refused += rows

    # --- the queue -----------------------------------------------------------------------------------------------

    def _answered(self, request: Request) -> None:
        self._under_way.discard(request)
        self._patience[request.side].answered(request)

    def _take(self, request: Request, now: float) -> bool:
        """Whether `request` may go now; then it is under way."""
        side = request.side
        if now < self._patience[side].until or not (side in self._reachable or isinstance(request, ReadInfo)):
            return False
        if not _waits(request) and sum(r.side == side and not _waits(r) for r in self._under_way) >= REQUESTS_AT_ONCE:
            return False
        self._queue.remove(request)
        self._under_way.add(request)
        return True

    def _expects(self, kind: type[Request], side: Side | None = None) -> bool:
        asked = (*self._queue, *self._under_way)
        return any(isinstance(request, kind) and side in (None, request.side) for request in asked)

    def _quiet(self) -> bool:
        """The end of the feed is reached, or shall be reached no more, and nothing is open but a wait for news."""
        waiting_only = all(_waits(request) for request in (*self._queue, *self._under_way))
        return waiting_only and not self._progress and (self._at_end or self._stopping)


def _waits(request: Request) -> bool:
    return isinstance(request, ReadChanges) and request.wait

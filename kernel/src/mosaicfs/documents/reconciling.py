"""What a node forgets after its control plane was put back to an earlier state.

The pull brings what the server has; this finds what it has no longer. Once the feed was read to its end, the leaves of
the node's own store are shown to the server page by page, and what it does not know goes: at once where the control
plane alone writes it, a week later where another node does, which will most likely push it again, and never where it
is ours. Only what is newer than the last point on which both sides agreed is shown; where there is none, everything.
A page is all that is ever held in memory. Messages in and messages out, as in `replication`, which hands them on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from mosaicfs.documents.checkpoints import Checkpoint, Passed, number
from mosaicfs.documents.ownership import writer_of
from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing, Wanted
from mosaicfs.model.replication import (
    Answer,
    Fetched,
    FindUnlisted,
    ForgetLeaves,
    PeerInfo,
    Plan,
    ReadLeaves,
    ReadRevisions,
    ReconcilingRequest,
    Request,
    Side,
)
from mosaicfs.model.times import instant, time_text

FROM_THE_BEGINNING: Final = "0"
LEAVES_A_PAGE: Final = 500
DOCUMENTS_A_STEP: Final = 100
OTHERS_WAIT_DAYS: Final = 7
PASSED_KEPT: Final = 4


class _Doomed(NamedTuple):
    """Leaves of one document that go, and what the server has below them."""

    doc_id: str
    revs: tuple[str, ...]
    listed: tuple[str, ...]


class _Mark(NamedTuple):
    """What the target had up to `target_seq` is no newer than `since` of the source."""

    since: str
    target_seq: str


class Reconciling:
    """One walk at the start of each pull, and another when the week of the others is over.

    While it `is_active` nothing else is read, and no checkpoint is written: who is killed meanwhile begins it again.
    """

    def __init__(self, plan: Plan, calendar: Callable[[], str]) -> None:
        self._node_id = plan.node_id if plan.direction == "pull" else ""
        self._is_fresh = plan.fresh
        self._calendar = calendar
        self.is_active = False
        self.is_whole = False
        """Everything is shown, so it may take a while."""
        self.forget_others_at = ""
        self._week_is_over = False
        self._others_wait = False
        self._since = FROM_THE_BEGINNING
        self._end: int | None = None
        self._leaves: dict[str, tuple[str, ...]] = {}
        self._missing: Mapping[str, Missing] = {}
        self._doomed: Iterator[_Doomed] = iter(())
        self._step: list[_Doomed] = []
        self._most = DOCUMENTS_A_STEP
        self._next: ReconcilingRequest | None = None
        self._marks: list[_Mark] = []
        self._passed: tuple[Passed, ...] = ()

    @property
    def takes_part(self) -> bool:
        return bool(self._node_id)

    # --- from where, and how far ---------------------------------------------------------------------------------

    def begin(self, source: Checkpoint | None, target: Checkpoint | None, server: PeerInfo, start: str) -> str:
        """Where the pull begins, which would be `start` without us. What a walk gave up before may be there again, so
        that older sessions prove nothing, and in another epoch nothing does."""
        if not self.takes_part:
            return start
        if target is not None:
            self.forget_others_at, self._passed = target.forget_others_at, target.passed
        same = target is not None and target.source_epoch == server.epoch
        is_known = same and number(server.purge_seq) <= number(start)
        agreed = _agreed(source, self._passed) if is_known else None
        self._passed = self._passed if agreed else ()
        if not self._is_fresh:
            self._walk(agreed.target_seq if agreed else FROM_THE_BEGINNING)
        return agreed.recorded_seq if agreed else FROM_THE_BEGINNING

    def look_at_calendar(self) -> None:
        if self.forget_others_at and not self.is_active and self.forget_others_at <= self._calendar():
            self._walk(FROM_THE_BEGINNING)
            self._week_is_over = True

    def measured(self, side: Side, since: str, peer: PeerInfo) -> None:
        """Nothing that follows `since` in the feed has been written to the target yet."""
        if side == "target" and self.takes_part and peer.update_seq and since and not self.is_active:
            self._marks.append(_Mark(since, peer.update_seq))

    def passed(self, session_id: str, seq: str) -> tuple[Passed, ...]:
        """What a checkpoint at `seq` has to say of the target."""
        if not self.takes_part:
            return ()
        reached = [mark for mark in self._marks if number(mark.since) <= number(seq)]
        if reached:
            self._marks = self._marks[len(reached) - 1 :]
            new = Passed(session_id=session_id, recorded_seq=seq, target_seq=reached[-1].target_seq)
            self._passed = (new, *self._passed[: PASSED_KEPT - 1])
        return self._passed

    # --- the walk ------------------------------------------------------------------------------------------------

    def due(self) -> list[Request]:
        """One request at a time; it comes back by `answered`."""
        request, self._next = self._next, None
        return [] if request is None else [request]

    def answered(self, request: ReconcilingRequest, answer: Answer, since: str) -> bool:
        """`since` is how far the feed was read. True when the server shall say who it is before the next request."""
        match request, answer:
            case ReadLeaves(), ChangePage() as page:
                self._show(page, since)
            case FindUnlisted(asked), Mapping() as missing:
                return self._look_into({doc_id: found for doc_id, found in missing.items() if doc_id in asked})
            case ReadRevisions(side="target"), Fetched(documents):
                self._judge(documents, since)
            case ReadRevisions(), Fetched(documents):
                self._forget(documents)
                return True
            case _:
                self._go_on(since)
        return False

    def ask_for_less(self, request: Request) -> bool:
        """False where less cannot be asked."""
        if not isinstance(request, ReadRevisions) or request.side == "target" or len(self._step) < 2:
            return False
        self._most = len(self._step) // 2
        self._doomed = iter([*self._step, *self._doomed])
        self._take_step()
        return True

    def _walk(self, since: str) -> None:
        self.is_active, self.is_whole = True, number(since) == 0
        self._week_is_over = self._others_wait = False
        self._since, self._end = since, None
        self._next = ReadLeaves(since, LEAVES_A_PAGE)

    def _show(self, page: ChangePage, since: str) -> None:
        """Up to where the store ended when the walk began; what is newer is ours, or was put there by this walk."""
        self._since = page.last_seq
        self._end = number(page.last_seq) + page.pending if self._end is None else self._end
        self._leaves = {row.id: row.revs for row in page.rows if not self._is_own(row)}
        if self._leaves:
            self._next = FindUnlisted(self._leaves)
        else:
            self._turn_page(since, is_last=not page.rows)

    def _is_own(self, row: ChangeRow) -> bool:
        return len(row.revs) == 1 and row.document is not None and writer_of(row.document) == self._node_id

    def _look_into(self, missing: Mapping[str, Missing]) -> bool:
        self._missing = missing
        unlisted = {doc_id: _both(self._leaves[doc_id], found.revs) for doc_id, found in missing.items()}
        self._next = ReadRevisions(tuple(Wanted(doc_id, revs) for doc_id, revs in unlisted.items() if revs), "target")
        return bool(missing)

    def _judge(self, documents: tuple[Document, ...], since: str) -> None:
        gone: dict[str, list[str]] = {}
        for document in documents:
            if document.rev not in self._missing[document.id].revs:
                continue
            writer = writer_of(document)
            if writer is None or (self._week_is_over and writer != self._node_id):
                gone.setdefault(document.id, []).append(document.rev)
            elif writer != self._node_id:
                self._others_wait = True
        self._doomed = (_Doomed(doc_id, tuple(revs), self._listed(doc_id)) for doc_id, revs in gone.items())
        self._go_on(since)

    def _listed(self, doc_id: str) -> tuple[str, ...]:
        """What only a leaf that goes stands upon: the server has it as a leaf, and here nobody kept its body."""
        return tuple(rev for rev in self._missing[doc_id].possible_ancestors if rev not in self._leaves[doc_id])

    def _go_on(self, since: str) -> None:
        if not self._take_step():
            self._turn_page(since)

    def _take_step(self) -> bool:
        self._step = list(islice(self._doomed, self._most))
        if wanted := tuple(Wanted(one.doc_id, one.listed) for one in self._step if one.listed):
            self._next = ReadRevisions(wanted, "source")
        elif self._step:
            self._forget(())
        return bool(self._step)

    def _forget(self, listed: tuple[Document, ...]) -> None:
        asked = {one.doc_id for one in self._step}
        here = tuple(document for document in listed if document.id in asked)
        self._next = ForgetLeaves({one.doc_id: one.revs for one in self._step}, here)

    def _turn_page(self, since: str, *, is_last: bool = False) -> None:
        if not is_last and number(self._since) < (self._end or 0):
            self._next = ReadLeaves(self._since, LEAVES_A_PAGE)
            return
        self.is_active = False
        self._marks = [_Mark(since, self._since)]
        if self._week_is_over:
            self.forget_others_at = ""
        elif self._others_wait:
            week = OTHERS_WAIT_DAYS * 86_400_000_000
            self.forget_others_at = time_text(instant(self._calendar()) + week)
        elif self.is_whole:
            self.forget_others_at = ""
        self.is_whole = False


def _agreed(source: Checkpoint | None, passed: tuple[Passed, ...]) -> Passed | None:
    """The checkpoint that the source has. One that we wrote later, and that it lacks, was lost with what lay below."""
    if source is None:
        return None
    mark = (source.session_id, source.source_last_seq)
    return next((one for one in passed if (one.session_id, one.recorded_seq) == mark), None)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(rev for rev in one if rev in other)

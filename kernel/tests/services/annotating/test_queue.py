"""The queue against a model, in any order of events, answers and deaths: nothing is lost, or runs twice at once."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import trio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mosaicfs.documents.sqlite import sql
from mosaicfs.services.annotating.ending import Outcome
from mosaicfs.services.annotating.job import FILE, LABELS, Job, News, Seen
from mosaicfs.services.annotating.queue import Queue
from mosaicfs.services.annotating.queue_file import opened
from mosaicfs.services.annotating.taking import Reading

PLUGIN = "notes"
FILES = ["u1", "u2"]
STATES = [("x", "/a"), ("y", "/a"), ("x", "/b")]
"""Few, so that a file often comes back to what it was."""

EVENTS = FILE.events | LABELS.events


class QueueMachine(RuleBasedStateMachine):
    """`truth` is what the feed says, `shown` what the plugin has really been told of each file."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.now = 1_000_000.0
        self.truth: dict[str, tuple[str, str]] = {}
        self.shown: dict[str, tuple[str, str]] = {}
        self.told_labels: dict[str, int] = {}
        self.labels: dict[str, int] = {}
        self.open: dict[int, Job] = {}
        self.position = 0
        self._open()
        self._run(self.queue.begin_sync, PLUGIN, "scheduled")

    def _open(self) -> None:
        path = Path(self.folder.name) / "plugin_jobs.db"
        self.queue = Queue(path, opened(path), lambda: self.now)

    def _run(self, call: object, *args: object) -> object:
        return trio.run(call, *args)  # type: ignore[arg-type]

    def _settle(self, outcomes: list[Outcome]) -> None:
        trio.run(lambda: self.queue.settle(outcomes, PLUGIN, 0, in_order=True))

    def _take(self, news: News) -> None:
        self.position += 1
        self._run(self.queue.take, [Reading(PLUGIN, EVENTS, 1, [news], str(self.position), at_end=True)])

    def _news(self, file: str) -> News:
        stamp, path = self.truth.get(file, ("", ""))
        return News(file, FILE, file not in self.truth, stamp, path)

    # --- what happens ----------------------------------------------------------------------------------------------

    @rule(file=st.sampled_from(FILES), state=st.sampled_from(STATES))
    def write(self, file: str, state: tuple[str, str]) -> None:
        self.truth[file] = state
        self._take(self._news(file))

    @rule(file=st.sampled_from(FILES))
    def delete(self, file: str) -> None:
        self.truth.pop(file, None)
        self._take(self._news(file))

    @rule(file=st.sampled_from(FILES))
    def hear_twice(self, file: str) -> None:
        self._take(self._news(file))

    @rule(file=st.sampled_from(FILES))
    def label(self, file: str) -> None:
        self.labels[file] = self.labels.get(file, 0) + 1
        self._take(News(file, LABELS, gone=False, payload=str(self.labels[file]).encode()))

    @rule(most=st.integers(1, 3), in_order=st.booleans())
    def begin(self, most: int, in_order: bool) -> None:
        before = {job.subject for job in self.open.values()}
        for job in trio.run(lambda: self.queue.settle([], PLUGIN, most, in_order=in_order)):
            assert job.subject not in before, "two jobs of a file at once"
            before.add(job.subject)
            self.open[job.id] = job

    @precondition(lambda self: self.open)
    @rule(data=st.data(), end=st.sampled_from(["acked", "again", "back", "failed"]))
    def answer(self, data: st.DataObject, end: str) -> None:
        job = self.open.pop(data.draw(st.sampled_from(sorted(self.open))))
        if end in ("acked", "failed"):
            self._show(job)
        shown = None if job.gone else Seen(job.stamp, job.path)
        self._settle([Outcome(job, end, shown=shown, wait_s=5.0)])  # type: ignore[arg-type]  # drawn from its values

    def _show(self, job: Job) -> None:
        if job.family is LABELS:
            self.told_labels[job.subject] = max(self.told_labels.get(job.subject, 0), int(job.payload))
        elif job.gone:
            self.shown.pop(job.subject, None)
        else:
            self.shown[job.subject] = job.stamp, job.path

    @rule(shows=st.booleans(), counts=st.booleans())
    def die(self, shows: bool, counts: bool) -> None:
        """Also after the plugin was told and before that was written down."""
        for job in self.open.values():
            if shows:
                self._show(job)
        self.open.clear()
        self.queue.close()
        self._open()
        trio.run(lambda: self.queue.reopen(PLUGIN, counts=counts))

    @rule()
    def put_back_what_failed(self) -> None:
        trio.run(lambda: self.queue.retry(PLUGIN, None))

    @rule()
    def wait(self) -> None:
        self.now += 10

    # --- what holds ------------------------------------------------------------------------------------------------

    @invariant()
    def sequences_are_never_given_twice(self) -> None:
        rows = sql.select(self.queue._connection, "SELECT count(*), count(DISTINCT sequence) FROM jobs")
        assert rows[0][0] == rows[0][1]

    def teardown(self) -> None:
        """Once all has come to an end, the plugin knows the truth."""
        self.open_all()
        assert self.shown == self.truth
        assert self.told_labels == self.labels
        self.queue.close()
        self.folder.cleanup()

    def open_all(self) -> None:
        self.die(shows=False, counts=True)
        for _ in range(100):
            self.now += 10
            jobs = trio.run(lambda: self.queue.settle([], PLUGIN, 10, in_order=True))
            if not jobs:
                return
            outcomes = []
            for job in jobs:
                self._show(job)
                outcomes.append(Outcome(job, "acked", shown=None if job.gone else Seen(job.stamp, job.path)))
            self._settle(outcomes)
        raise AssertionError("it never ends")


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

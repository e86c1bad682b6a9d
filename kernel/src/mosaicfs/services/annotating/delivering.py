"""Bringing one plugin its jobs: as many at once as it takes, one of a file at a time, none lost on the way.

What a plugin said is written before its job is over, so a kill between the two only asks it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscription
from mosaicfs.model.times import Clock, now_text
from mosaicfs.services.annotating.asking import Asking, Done
from mosaicfs.services.annotating.ending import Outcome, wait_of
from mosaicfs.services.annotating.facts import Fact, write_facts
from mosaicfs.services.annotating.file_digests import keep_digests
from mosaicfs.services.annotating.job import SYNC, Job
from mosaicfs.services.annotating.job_figures import JobFigures
from mosaicfs.services.annotating.queue import Queue, SyncEnd
from mosaicfs.services.waking import Wake

LOOK_S = 60.0
STORE_AWAY_S = 5.0
REST_S = 1.0
"""After a line was lost; who is connected again is asked so much later at most."""

CLOSING_S = 5.0

_log = structlog.get_logger(component="plugin_jobs")


@dataclass(slots=True, eq=False)
class Delivering:
    """`subscription` is asked for anew each time; None once nobody is subscribed any more.

    `on_failed` hears of jobs that have failed, `on_synced` of a full sync that is over.
    """

    plugin_name: str
    node_id: str
    store: Store
    queue: Queue
    asking: Asking
    subscription: Callable[[], Subscription | None]
    on_failed: Callable[[str, Sequence[str]], None] = lambda name, errors: None
    on_synced: Callable[[str, SyncEnd], None] = lambda name, end: None
    clock: Clock = time
    wake: Wake = field(default_factory=Wake)
    last_activity: str = ""
    figures: JobFigures = field(default_factory=JobFigures)
    _open: dict[int, Job] = field(default_factory=dict)
    _done: list[Done] = field(default_factory=list)
    _rests_until: float = -inf

    async def run(self) -> NoReturn:
        known = self.subscription()
        await self.queue.reopen(self.plugin_name, counts=known is None or not known.in_order)
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    if not await self._step(nursery):
                        await self.wake.wait(await self._pause_s())
        finally:
            await self._close()
        raise AssertionError("it delivers for ever")

    async def _pause_s(self) -> float:
        """Until the next one is due. Who is at work, or may not be asked, is not disturbed by what is due."""
        if (rest_s := self._rests_until - trio.current_time()) > 0:
            return rest_s
        due_s = await self.queue.due_in_s(self.plugin_name) if self._free() else None
        return min(due_s, LOOK_S) if due_s else LOOK_S

    async def _step(self, nursery: trio.Nursery) -> bool:
        """End what is over and begin what is due; False where there was neither."""
        outcomes = await self._written()
        jobs = await self.queue.settle(outcomes, self.plugin_name, self._free(), in_order=self._in_order())
        for job in jobs:
            self._open[job.id] = job
            begun = trio.Event()
            nursery.start_soon(self._do, job, begun)
            if self._in_order():
                await begun.wait()
        if outcomes:
            await self._tell(outcomes)
        if outcomes or not jobs:
            await self._end_sync()
        return bool(outcomes or jobs)

    def _free(self) -> int:
        subscription = self.subscription()
        if subscription is None or subscription.standing != "ready" or trio.current_time() < self._rests_until:
            return 0
        return max(0, subscription.window - len(self._open))

    def _in_order(self) -> bool:
        subscription = self.subscription()
        return subscription is not None and subscription.in_order

    async def _do(self, job: Job, begun: trio.Event) -> None:
        began = trio.current_time()
        try:
            subscription = self.subscription()
            if subscription is None:
                done = Done(Outcome(job, "back"))
            else:
                done = self._seen_fairly(await self.asking.do(job, subscription, begun.set))
        except MosaicError as trouble:
            done = Done(Outcome(job, "back", str(trouble), STORE_AWAY_S))
        except Exception as trouble:  # noqa: BLE001 - whatever a job stumbles over, the others go on
            _log.exception("a job of a plugin fell over", plugin=self.plugin_name, file_id=job.subject)
            done = Done(Outcome(job, "failed", f"The agent fell over it: {trouble!r}"))
        finally:
            begun.set()
        self.figures.ended(done.outcome.end, trio.current_time() - began)
        self._done.append(done)
        self.wake.call()

    def _seen_fairly(self, done: Done) -> Done:
        """A plugin that is not there, or has lost its line, has not tried. What it lost comes first, in its order."""
        subscription, outcome = self.subscription(), done.outcome
        if outcome.end == "again" and (subscription is None or subscription.standing != "ready"):
            outcome = outcome._replace(end="back", wait_s=0.0)
        if outcome.end == "back" and not outcome.wait_s:
            self._rests_until = trio.current_time() + REST_S
        return done._replace(outcome=outcome)

    async def _written(self) -> list[Outcome]:
        """What is over, once what was said is kept."""
        taken, self._done = self._done, []
        facts = [done.fact for done in taken if done.fact is not None]
        troubles = iter(await self._write(facts))
        outcomes = [_kept(done, next(troubles) if done.fact is not None else "") for done in taken]
        for outcome in outcomes:
            self._open.pop(outcome.job.id, None)
        if taken:
            self.last_activity = now_text(self.clock)
        return outcomes

    async def _write(self, facts: Sequence[Fact]) -> list[str]:
        if not facts:
            return []
        try:
            troubles = await write_facts(self.store, self.node_id, facts, self.clock)
            await keep_digests(self.store, self.node_id, facts)
        except MosaicError as trouble:
            _log.warning("what plugins said waits for the store", plugin=self.plugin_name, cause=str(trouble))
            return [_AWAY] * len(facts)
        return troubles

    async def _tell(self, outcomes: Sequence[Outcome]) -> None:
        errors = [each.error for each in outcomes if each.end == "failed"]
        if errors:
            self.on_failed(self.plugin_name, errors)

    async def _end_sync(self) -> None:
        subscription = self.subscription()
        heard = subscription is not None and SYNC.gone in subscription.events
        ended = await self.queue.end_sync(self.plugin_name, heard=heard)
        if ended is not None:
            self.wake.call()
            self.on_synced(self.plugin_name, ended)

    async def _close(self) -> None:
        """What was cut off by a stop has not been tried."""
        with trio.move_on_after(CLOSING_S, shield=True):
            outcomes = await self._written()
            outcomes += [Outcome(job, "back") for job in self._open.values()]
            self._open.clear()
            if outcomes:
                await self.queue.settle(outcomes, self.plugin_name, 0, in_order=False)


_AWAY = "\0"


def _kept(done: Done, trouble: str) -> Outcome:
    outcome = done.outcome
    if not trouble:
        return outcome
    if trouble == _AWAY:
        return outcome._replace(end="back", error="The store does not answer.", wait_s=wait_of(outcome.job))
    return outcome._replace(end="failed", error=f"What the plugin said cannot be kept: {trouble}.")

"""When the faces of a duty are asked to serve, and what becomes of one that falls over.

A face that cannot start for a reason that only a person can change ends the duty; one that fell over while it served
is put up again by the retry rule, and the others do not notice. How a face is found and called is the plugin host's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
import trio

from mosaicfs.errors import AskOwnerError, TryLaterError
from mosaicfs.model.kernel import Started
from mosaicfs.model.retry import LONGEST_S, wait_after

_log = structlog.get_logger(component="serve")

Facts = dict[str, str]


class Face(NamedTuple):
    """`serve` runs until it is cancelled; it calls what it is given once it answers, with facts for the owner."""

    name: str
    serve: Callable[[Started], Awaitable[None]]


async def serve(faces: Sequence[Face], on_ready: Callable[[Facts], None]) -> None:
    """Until cancelled. `on_ready` is called once, with the facts of all, when the last face has started."""
    facts: dict[str, Facts] = {}

    def started(face: str, told: Facts) -> None:
        is_new = face not in facts
        facts[face] = told
        if is_new and len(facts) == len(faces):
            on_ready({name: fact for told in facts.values() for name, fact in told.items()})

    async with trio.open_nursery() as nursery:
        for face in faces:
            nursery.start_soon(_keep_up, face, started)
        await trio.sleep_forever()


async def _keep_up(face: Face, on_started: Callable[[str, Facts], None]) -> None:
    failures = 0
    while True:
        run = _Run(face.name, on_started)
        try:
            await face.serve(run.started)
            return run.ended()
        except Exception as error:
            if not _may_start_again(error, has_started=run.has_started):
                raise
            failures = 1 if run.lasted else failures + 1
            wait_s = wait_after(failures, _asked_wait(error))
            _log.warning("face fell over", plugin=face.name, attempt=failures, retry_s=round(wait_s, 1), exc_info=error)
        await trio.sleep(wait_s)


@dataclass(slots=True)
class _Run:
    """One attempt of a face. It succeeded when it stood for longer than the longest wait, not as soon as it started."""

    face: str
    on_started: Callable[[str, Facts], None]
    since: float | None = field(default=None, init=False)

    def started(self, **facts: str) -> None:
        self.since = trio.current_time()
        self.on_started(self.face, facts)

    def ended(self) -> None:
        """A face that finds nothing to serve here is not waited for."""
        if not self.has_started:
            self.on_started(self.face, {})

    @property
    def has_started(self) -> bool:
        return self.since is not None

    @property
    def lasted(self) -> bool:
        return self.since is not None and trio.current_time() - self.since > LONGEST_S


def _may_start_again(error: Exception, *, has_started: bool) -> bool:
    """A defect of a face that has served before is treated as an accident; one that never came up is told at once."""
    causes = list(_causes(error))
    if all(isinstance(cause, TryLaterError) for cause in causes):
        return True
    return has_started and not any(isinstance(cause, AskOwnerError) for cause in causes)


def _asked_wait(error: Exception) -> float | None:
    waits = [cause.retry_after_s for cause in _causes(error) if isinstance(cause, TryLaterError)]
    return max((wait for wait in waits if wait is not None), default=None)


def _causes(error: Exception) -> Iterator[Exception]:
    """What a nursery of the face has wrapped, one by one."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    else:
        yield error

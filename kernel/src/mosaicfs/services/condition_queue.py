"""What was told of conditions and is not written yet: folded by condition, so that it never grows, and when it is due.

Ten thousand observations are one number, and a condition that flaps while the store is away is its last few steps.
Any thread may tell; one task takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, TypeAlias

from mosaicfs.model.condition import GRAVITY, HOLD_S, name_of
from mosaicfs.model.notification import Severity
from mosaicfs.services.condition_life import Observation

BETWEEN_S = 60.0
"""A condition that merely goes on is written so often."""

_MOST_STEPS = 4

Step: TypeAlias = Observation | None
"""None is an end."""


class Known(NamedTuple):
    """What the document says, as last read or written. `last_seen` in seconds since 1970, `written_at` of the loop."""

    component: str
    severity: Severity
    is_over: bool
    last_seen: float
    written_at: float = -math.inf


class Due(NamedTuple):
    key: str
    component: str
    steps: tuple[Step, ...]


@dataclass(slots=True)
class _Entry:
    """`taken` steps are being written and must stay as they are; `since` is when the task first saw the entry."""

    component: str
    steps: list[Step] = field(default_factory=list)
    taken: int = 0
    since: float | None = None

    def observe(self, seen: Observation) -> None:
        free = self.steps[self.taken :]
        if free and free[-1] is not None:
            self.steps[-1] = free[-1].followed_by(seen)
            return
        if len(free) >= _MOST_STEPS and free[-2] is not None:
            self.steps[-2:] = [free[-2].followed_by(seen)]
            return
        self.steps.append(seen)

    def clear(self) -> None:
        if not self.steps or self.steps[-1] is not None:
            self.steps.append(None)


class Waiting:
    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}
        self._known: dict[str, Known] = {}

    # --- telling -------------------------------------------------------------------------------------------------

    def observe(self, key: str, component: str, seen: Observation) -> None:
        with self._lock:
            self._entries.setdefault(key, _Entry(component)).observe(seen)

    def clear(self, key: str, component: str) -> None:
        """Of what never held: nothing. What was not raised yet, because it had to hold first, is forgotten."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None and not self._is_active(key):
                return
            if entry is not None and not entry.taken and not self._is_active(key) and HOLD_S.get(name_of(key)):
                del self._entries[key]
                return
            self._entries.setdefault(key, _Entry(component)).clear()

    # --- asking --------------------------------------------------------------------------------------------------

    def holds(self, key: str) -> bool:
        with self._lock:
            entry = self._entries.get(key)
            return entry.steps[-1] is not None if entry is not None and entry.steps else self._is_active(key)

    def is_raised(self, key: str) -> bool:
        """Whether the document says so."""
        with self._lock:
            return self._is_active(key)

    def raised(self, component: str = "") -> dict[str, Known]:
        """All that the documents say holds, or those of one component."""
        with self._lock:
            known = self._known.items()
            return {key: each for key, each in known if not each.is_over and component in ("", each.component)}

    # --- taking --------------------------------------------------------------------------------------------------

    def knows(self, key: str) -> bool:
        with self._lock:
            return key in self._known

    def learn(self, key: str, known: Known) -> None:
        with self._lock:
            self._known[key] = known

    def due(self, now: float, *, early: bool = False) -> list[Due]:
        """What is to be written; it stays here until it is `done`. `early`: also what could wait for its minute."""
        with self._lock:
            found = []
            for key, entry in self._entries.items():
                if entry.since is None:
                    entry.since = now
                at = self._due_at(key, entry)
                if at <= now or (early and self._is_active(key)):
                    entry.taken = len(entry.steps)
                    found.append(Due(key, entry.component, tuple(entry.steps)))
            return found

    def next_due(self) -> float:
        """Of what `due` has seen; infinite where nothing waits."""
        with self._lock:
            return min((self._due_at(key, entry) for key, entry in self._entries.items()), default=math.inf)

    def done(self, due: Due, known: Known | None = None) -> None:
        """Written, or dropped where `known` is None."""
        with self._lock:
            if known is not None:
                self._known[due.key] = known
            entry = self._entries[due.key]
            entry.steps, entry.taken, entry.since = entry.steps[len(due.steps) :], 0, None
            if not entry.steps:
                del self._entries[due.key]

    def _due_at(self, key: str, entry: _Entry) -> float:
        since = -math.inf if entry.since is None else entry.since
        if not self._is_active(key):
            return since + HOLD_S.get(name_of(key), 0.0)
        known = self._known[key]
        worse = any(step is None or GRAVITY[step.severity] > GRAVITY[known.severity] for step in entry.steps)
        return since if worse else known.written_at + BETWEEN_S

    def _is_active(self, key: str) -> bool:
        return key in self._known and not self._known[key].is_over

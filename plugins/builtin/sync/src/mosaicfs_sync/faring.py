"""How replication with the control plane fares, as the owner and the other nodes are told.

Looked at every second and told when it matters: a direction that is busy for a moment counts as idle, or the document
that says so would make it busy again, for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import time
from typing import Final, Literal, NoReturn

import trio

from mosaicfs import Replication
from mosaicfs.model.json import Json
from mosaicfs.model.notices import Notices
from mosaicfs.model.replication import Direction
from mosaicfs.model.standing import Standing
from mosaicfs.model.times import Clock, now_text

LOOK_S: Final = 1.0
BUSY_S: Final = 10.0
ERROR_S: Final = 300.0
LAG_S: Final = 300.0
SUCCESS_TOLD_S: Final = 900.0
DENIED_DAY_S: Final = 86_400.0

SUBSYSTEM: Final = "replication"
ERROR, LAG, DENIED = "replication_error", "replication_lag", "replication_denied"

_HELD_UP = ("waiting", "denied", "wrong_database")


@dataclass(slots=True)
class Way:
    """One direction."""

    replication: Replication | None = None
    busy_since: float | None = None
    moved: tuple[int, int, str] = (0, 0, "")
    moved_at: float = 0.0
    denied: int = 0

    @property
    def state(self) -> str:
        return "starting" if self.replication is None else self.replication.state

    @property
    def is_reconciling(self) -> bool:
        return self.replication is not None and self.replication.is_reconciling

    @property
    def pending(self) -> int:
        if self.replication is None or self.replication.state == "idle":
            return 0
        return self.replication.counters.rows_pending

    @property
    def refused(self) -> int:
        return 0 if self.replication is None else self.replication.counters.rows_denied

    def shown(self, now: float) -> str:
        if self.state != "running":
            self.busy_since = None
            return self.state
        self.busy_since = now if self.busy_since is None else self.busy_since
        return "running" if now - self.busy_since >= BUSY_S else "idle"

    def stands(self, now: float) -> bool:
        """Whether rows have been pending for long and none has moved."""
        found = self.replication
        moved = (0, 0, "") if found is None else (found.counters.rows_read, found.counters.docs_written, found.since)
        if moved != self.moved or not self.pending:
            self.moved, self.moved_at = moved, now
        return now - self.moved_at >= LAG_S


@dataclass(slots=True)
class Faring:
    """`trouble` is what keeps it from beginning at all; empty once it has begun."""

    server: str
    standing: Standing
    notices: Notices
    clock: Clock = time
    trouble: str = ""
    awaits_pull: bool = False
    ways: dict[Direction, Way] = field(default_factory=lambda: {"pull": Way(), "push": Way()})
    _held_up_since: float | None = None
    _success: str = ""
    _success_told: float = float("-inf")
    _told: tuple[object, ...] = ()
    _denied_at: float | None = None

    def begin(self, direction: Direction, replication: Replication) -> None:
        self.trouble = ""
        self.ways[direction].replication = replication

    async def tell_on(self) -> NoReturn:
        while True:
            self.tell()
            await trio.sleep(LOOK_S)

    def tell(self) -> None:
        now = trio.current_time()
        states = {direction: way.shown(now) for direction, way in self.ways.items()}
        cause = self._cause(states)
        self._held_up_since = None if not cause else now if self._held_up_since is None else self._held_up_since
        self._observe(now, cause, is_wrong="wrong_database" in states.values())
        if not cause and "starting" not in states.values():
            self._success = now_text(self.clock)
        self._tell_standing(now, states, cause)

    def _cause(self, states: dict[Direction, str]) -> str:
        """Empty while all goes as it should."""
        if self.trouble:
            return self.trouble
        for direction, state in states.items():
            if state in _HELD_UP and (found := self.ways[direction].replication) is not None:
                return found.last_trouble or f"{direction} is {state}"
        return ""

    def _tell_standing(self, now: float, states: dict[Direction, str], cause: str) -> None:
        """`last_success` is a text, and a text that changes is news: it is told seldom while all is well."""
        if cause or now - self._success_told >= SUCCESS_TOLD_S:
            self._success_told = float("-inf") if cause else now
            success: dict[str, Json] = {"last_success": self._success} if self._success else {}
        else:
            success = {}
        counters: dict[str, Json] = {
            "push_state": states["push"],
            "pull_state": states["pull"],
            "pending_push": self.ways["push"].pending,
            "pending_pull": self.ways["pull"].pending,
            "refused": sum(way.refused for way in self.ways.values()),
            **success,
        }
        fare: Literal["healthy", "degraded"] = "degraded" if cause else "healthy"
        message = cause
        if not cause and self.ways["pull"].is_reconciling:
            message = "The server was put back to an earlier state. What it has no longer is being looked for here."
        elif not cause and self.awaits_pull:
            message = "The first copy is being fetched; folders are crawled after it."
        told = (fare, message, *counters.items())
        if told != self._told:
            self._told = told
            self.standing.tell(SUBSYSTEM, fare, message, counters)

    def _observe(self, now: float, cause: str, *, is_wrong: bool) -> None:
        if is_wrong:
            told = f"{cause}. Nothing is exchanged with it. Join this machine again: mosaicfs join"
            self.notices.observe(ERROR, "error", "Another database than before", told)
        elif self._held_up_since is None:
            self.notices.clear(ERROR)
        elif now - self._held_up_since >= ERROR_S:
            told = f"Nothing is exchanged with {self.server}: {cause} It is tried again by itself."
            self.notices.observe(ERROR, "error", "Replication fails", told)
        late = [direction for direction, way in self.ways.items() if way.stands(now)]
        if late:
            rows = ", ".join(f"{self.ways[direction].pending:,} to {direction}" for direction in late)
            self.notices.observe(
                LAG, "warning", "Replication is behind", f"No document moves: {rows}, with {self.server}."
            )
        else:
            self.notices.clear(LAG)
        self._observe_denied(now)

    def _observe_denied(self, now: float) -> None:
        """Of what this node wrote. A day without another ends it."""
        push = self.ways["push"]
        if push.refused > push.denied:
            self._denied_at = now
            what = "1 document" if push.refused == 1 else f"{push.refused} documents"
            message = f"{self.server} refused {what} of this node. Its log names each and the rule."
            self.notices.observe(DENIED, "warning", "Documents were refused", message)
        elif self._denied_at is not None and now - self._denied_at >= DENIED_DAY_S:
            self._denied_at = None
            self.notices.clear(DENIED)
        push.denied = push.refused

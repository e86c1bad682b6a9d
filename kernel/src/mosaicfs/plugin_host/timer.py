"""How long one call of one plugin may take, and how it earns more."""

from __future__ import annotations

import math
from dataclasses import dataclass

import trio


@dataclass(frozen=True, slots=True)
class Timer:
    """The limit of a call that is running. Where a sign of life counts, `restart` gives the whole limit again."""

    scope: trio.CancelScope
    limit_s: float

    @classmethod
    def of(cls, limit_s: float) -> Timer:
        return cls(trio.CancelScope(deadline=trio.current_time() + limit_s), limit_s)

    def restart(self) -> None:
        self.scope.deadline = trio.current_time() + self.limit_s

    def lift(self) -> None:
        """What was to be waited for has happened."""
        self.scope.deadline = math.inf

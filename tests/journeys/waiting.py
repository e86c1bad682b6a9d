"""How a journey waits: for a fact, and never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

START_S = 60.0
"""More than anything takes on a machine that has others to serve."""

LOOK_S = 0.5


def until(true: Callable[[], object], what: str, within_s: float = START_S) -> float:
    """Seconds until it was. Who is waited for has as long for itself as the question took: many start a program."""
    began = asked = time.monotonic()
    while not true():
        took_s = time.monotonic() - asked
        assert time.monotonic() - began < within_s, f"{what} took more than {within_s:g} s"
        time.sleep(min(max(took_s, 0.02), LOOK_S))
        asked = time.monotonic()
    return time.monotonic() - began

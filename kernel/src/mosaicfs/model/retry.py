"""The one retry rule: how long whoever failed waits before it tries again.

Values only; who sleeps, and what counts as a failure, is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from random import random

FIRST_S = 1.0
LONGEST_S = 60.0
SPREAD = 0.25
LONGEST_ASKED_S = 3600.0


def wait_after(failures: int, asked_s: float | None = None, *, chance: Callable[[], float] = random) -> float:
    """Seconds to wait after so many failures in a row (1 is the first).

    `asked_s` is what the other side asked for; it wins where it is longer, up to an hour.
    """
    doubled = min(FIRST_S * 2.0 ** min(failures - 1, 30), LONGEST_S)
    varied = doubled * (1 + SPREAD * (2 * chance() - 1))
    return max(varied, min(asked_s or 0.0, LONGEST_ASKED_S))

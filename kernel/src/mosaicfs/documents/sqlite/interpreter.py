"""How the interpreter is set in a process where documents pass by the hundred thousand.

Both settings belong to the whole process, so they are made where every process of ours comes by: at the opening of a
store.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

LOCK_HELD_S: Final = 0.002
"""How long a busy event loop may keep the interpreter's lock from the writing thread, which needs it some ten times a
batch. With Python's own 5 ms a busy loop makes writes many times as slow; with much less than this, switching does."""

COLLECT_AFTER: Final = (20_000, 20, 20)
"""A page of the feed makes thousands of tuples at once and no circle among them. With Python's own 700 the collector
goes through everything that is alive several times a page: half of the time of reading it."""


def set_for_many_rows() -> None:
    sys.setswitchinterval(min(sys.getswitchinterval(), LOCK_HELD_S))
    gc.set_threshold(*COLLECT_AFTER)

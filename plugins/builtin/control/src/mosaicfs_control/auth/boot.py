"""Which run of the machine this is. What was written but not yet flushed outlives a process, and not the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Boot:
    """`id` is empty where the system does not tell; then the machine counts as started with this process."""

    id: str
    uptime_s: Callable[[], float]


def this_boot() -> Boot:
    with suppress(OSError):
        return Boot(_ID.read_text(encoding="ascii").strip(), lambda: time.clock_gettime(time.CLOCK_BOOTTIME))
    begun = time.monotonic()
    return Boot("", lambda: time.monotonic() - begun)

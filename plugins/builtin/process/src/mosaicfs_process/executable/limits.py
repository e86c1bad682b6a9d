"""What a process of a plugin may take of its machine, whatever it runs in.

There is no limit of the processor itself outside of systemd: a job that computes on several cores uses its time up
sooner. Memory is what a process may write to; address space alone costs nothing, and some runtimes reserve much of it.
"""

from __future__ import annotations

import math
from pathlib import Path

from mosaicfs.model.configuration import PluginsSettings

DESCRIPTORS = 256
NICE = 10
CORE = 0

_LOADAVG = Path("/proc/loadavg")
_ASSUMED_TASKS = 4096


def limits_of(settings: PluginsSettings, limit_s: float) -> dict[str, int]:
    """By the names of `resource`, and `nice`."""
    return {
        "RLIMIT_DATA": settings.memory_max_mb << 20,
        "RLIMIT_FSIZE": settings.file_size_max_mb << 20,
        "RLIMIT_NOFILE": DESCRIPTORS,
        "RLIMIT_CORE": CORE,
        "RLIMIT_CPU": math.ceil(limit_s * settings.cpu_percent / 100) + 1,
        "RLIMIT_NPROC": tasks_of_all() + settings.tasks_max,
        "nice": NICE,
    }


def tasks_of_all() -> int:
    """The limit counts what its user runs anyway, so that is added: at most all that runs on this machine."""
    try:
        return int(_LOADAVG.read_text().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return _ASSUMED_TASKS

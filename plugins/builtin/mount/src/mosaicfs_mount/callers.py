"""Which program asks: the system tells the number of a thread, and its table of processes knows the rest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")


class Caller(NamedTuple):
    """`name` is what the process calls itself, at most 15 characters; `program` the path of what it runs, or ``."""

    name: str
    program: str = ""


def caller_of(thread: int, proc: Path = PROC) -> Caller | None:
    """None where nobody can say: a request of the system itself, another namespace, a process that has ended."""
    if thread <= 0:
        return None
    try:
        process = proc / str(_group_of((proc / str(thread) / "status").read_bytes()))
        return Caller(_shown((process / "comm").read_bytes().rstrip(b"\n")), _program(process))
    except (OSError, ValueError, IndexError):
        return None


def _group_of(status: bytes) -> int:
    """Threads may have names of their own; the rules are about processes."""
    return int(status.partition(b"\nTgid:")[2].split(None, 1)[0])


def _program(process: Path) -> str:
    """`` where it is somebody else's and we may not see it."""
    try:
        return _shown(os.fsencode((process / "exe").readlink()).removesuffix(b" (deleted)"))
    except OSError:
        return ""


def _shown(name: bytes) -> str:
    return name.decode(errors="backslashreplace")

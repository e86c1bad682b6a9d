"""Which program asks: the system tells the number of a thread, and its table of processes knows the rest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")
_MOST: Final = 4_096
"""More than the table says of a process up to its group."""


class Caller(NamedTuple):
    """`name` is what the process calls itself, at most 15 characters; `program` the path of what it runs, or ``."""

    name: str
    program: str = ""


def caller_of(thread: int, proc: Path = PROC) -> Caller | None:
    """None where nobody can say: a request of the system itself, another namespace, a process that has ended."""
    if thread <= 0:
        return None
    try:
        process = f"{proc}/{_group_of(_read(f'{proc}/{thread}/status'))}"
        return Caller(_shown(_read(f"{process}/comm").rstrip(b"\n")), _program(process))
    except (OSError, ValueError, IndexError):
        return None


def _read(path: str) -> bytes:
    """Asked with each opening of what is elsewhere: a file object costs more than what it reads."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, _MOST)
    finally:
        os.close(file)


def _group_of(status: bytes) -> int:
    """Threads may have names of their own; the rules are about processes."""
    return int(status.partition(b"\nTgid:")[2].split(None, 1)[0])


def _program(process: str) -> str:
    """`` where it is somebody else's and we may not see it."""
    try:
        return _shown(os.readlink(f"{process}/exe".encode()).removesuffix(b" (deleted)"))  # noqa: PTH115 - as above
    except OSError:
        return ""


def _shown(name: bytes) -> str:
    return name.decode(errors="backslashreplace")

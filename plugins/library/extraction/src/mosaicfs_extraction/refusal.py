"""Why a file has no text, in words for its owner: everything that a stranger's file can do to a reader ends here."""

from __future__ import annotations

BROKEN = "it is broken, or not of its type"
LOCKED = "it is locked with a password"
OLDER = "it is locked with a password, or of an older format"
DEEP = "it is nested too deep"
_COST = "reading it "
GREEDY = f"{_COST}takes more than 1 GB of memory"
KILLER = f"{_COST}breaks the process that does so"


class UnreadableError(Exception):
    """`str` of it is the reason."""


def slow(limit_s: float) -> str:
    return f"{_COST}takes more than {limit_s:g} s"


def is_cost(reason: str) -> bool:
    """Whether it would be read by whoever had more time and memory; else there is nothing to be read."""
    return reason.startswith(_COST)


def reason_of(trouble: Exception) -> str:
    match trouble:
        case UnreadableError():
            return str(trouble)
        case MemoryError():
            return GREEDY
        case RecursionError():
            return DEEP
        case OSError(strerror=str(cause)):
            return f"it cannot be opened: {cause}"
    return BROKEN

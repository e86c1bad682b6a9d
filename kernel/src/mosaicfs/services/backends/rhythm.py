"""When a storage backend is looked at next: values only, no clock.

A full listing never dominates: from the begin of one to the begin of the next lies twenty times what it took. Where the
service tells of changes, they are asked for in between, and the full listing is a check.
"""

from __future__ import annotations

import re
from typing import NamedTuple

POLL_S = 60.0
FULL_S = 600.0
TIMES_ITS_LENGTH = 20

_DAY = 24 * 60
_window = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)").fullmatch


class Past(NamedTuple):
    """In seconds since 1970. `full_began` None: it was never listed to its end."""

    full_began: float | None = None
    full_took_s: float = 0.0
    polled: float | None = None
    has_cursor: bool = False


class Next(NamedTuple):
    at: float
    is_full: bool


def next_poll(past: Past, poll_s: float, full_s: float) -> Next:
    """Where the past says nothing, at once."""
    if past.full_began is None:
        return Next(past.polled + poll_s if past.polled is not None else 0.0, True)
    full_at = past.full_began + max(full_s, TIMES_ITS_LENGTH * past.full_took_s)
    if not past.has_cursor or past.polled is None:
        return Next(full_at, True)
    poll_at = past.polled + poll_s
    return Next(full_at, True) if full_at <= poll_at else Next(poll_at, False)


def schedule_trouble(schedule: str) -> str:
    """Empty for windows that can be read."""
    wrong = [each.strip() for each in schedule.split(",") if _window(each.strip()) is None]
    return f"must be windows such as 22:00-06:00, separated by commas; “{wrong[0]}” is none" if wrong else ""


def minutes_until_open(schedule: str | None, minute: int) -> int:
    """`minute` of the local day. A window may go over midnight; equal ends are a whole day, unreadable ones too."""
    windows = [_minutes(found) for each in (schedule or "").split(",") if (found := _window(each.strip()))]
    if not windows or any(_is_in(window, minute) for window in windows):
        return 0
    return min((start - minute) % _DAY for start, _ in windows)


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    hour, start, end_hour, end = (int(part) for part in found.groups())
    return hour * 60 + start, end_hour * 60 + end


def _is_in(window: tuple[int, int], minute: int) -> bool:
    start, end = window
    return start == end or (minute - start) % _DAY < (end - start) % _DAY

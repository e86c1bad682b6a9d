"""When all watched folders are crawled without being asked: at night, and after a sleep. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

JUMP_S = 60.0
DAY_S = 86_400.0
SOON_S = 600.0


def offset_s(node_id: str, jitter_s: int) -> float:
    """The same for a node on every night, and spread over the nodes."""
    number = int.from_bytes(sha256(node_id.encode()).digest()[:4], "big")
    return number / 2**32 * jitter_s


def next_night(now: datetime, at: str, offset: float) -> datetime:
    """The next time that the local clock shows `at`, and so much later."""
    hour, minute = (int(part) for part in at.split(":"))
    night = now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(seconds=offset)
    while night - timedelta(days=1) > now:
        night -= timedelta(days=1)
    return night if night > now else night + timedelta(days=1)


def slept(wall_s: float, monotonic_s: float) -> bool:
    """Whether the machine slept, or somebody set its clock, when both have gone on by so much."""
    return wall_s - monotonic_s > JUMP_S


def is_overdue(crawled_at: float, now: float) -> bool:
    """A night was missed: the last whole crawl is more than a day ago."""
    return now - crawled_at > DAY_S

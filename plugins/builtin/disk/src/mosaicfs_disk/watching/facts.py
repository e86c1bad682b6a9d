"""How the watcher fares, in the words of `subsystems.watcher`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

MAX_USER_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
LISTED = 100
_OUR_PART = 0.9


class WatchFacts(NamedTuple):
    """`driver` is `inotify`, `fanotify` or `poll`; a watch is on a folder, with `fanotify` on a file system, of which
    there may be any number. `unwatched_paths` are the first hundred, for people to read.
    """

    driver: str
    watches: int = 0
    watch_limit: int = 0
    unwatched_count: int = 0
    unwatched_paths: tuple[str, ...] = ()
    events_per_s: float = 0.0
    storms: int = 0
    overflows: int = 0


def watch_limit(place: Path = MAX_USER_WATCHES) -> int:
    """Of all that the system gives to a user, so much that other programs have some too; 0 where it has none."""
    try:
        return int(int(place.read_text(encoding="ascii")) * _OUR_PART)
    except FileNotFoundError:
        return 0

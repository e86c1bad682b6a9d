"""Noticing changes in watched folders. `Watching` runs it, `events` says what comes out, `facts` how it fares."""

from __future__ import annotations

from mosaicfs_disk.watching.budget import Budget
from mosaicfs_disk.watching.events import Doubt, Event, Gone, Moved, NewFolder, RootGone, Touched
from mosaicfs_disk.watching.facts import WatchFacts, watch_limit
from mosaicfs_disk.watching.mounts import MountTable
from mosaicfs_disk.watching.watching import Watching

__all__ = [
    "Budget",
    "Doubt",
    "Event",
    "Gone",
    "MountTable",
    "Moved",
    "NewFolder",
    "RootGone",
    "Touched",
    "WatchFacts",
    "Watching",
    "watch_limit",
]

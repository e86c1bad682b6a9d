"""The driver that works everywhere: in turn, every folder that cannot be watched is in doubt.

It only keeps the time; the crawl that follows does the looking. All folders have the same turn, so that the crawls that
they cause can be joined.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mosaicfs_disk.watching.outbox import lies_in

SINGLY = 200


class Polling:
    def __init__(self, interval_s: float, now: float) -> None:
        self._interval_s = interval_s
        self._next = now + interval_s
        self.roots: set[bytes] = set()

    def deadline(self) -> float:
        return self._next

    def is_due(self, now: float) -> bool:
        """True once an interval."""
        if now < self._next:
            return False
        self._next = now + self._interval_s
        return True

    def doubtful(self, unwatched: Collection[bytes], watched_roots: Sequence[bytes]) -> list[bytes]:
        """What to crawl: the roots that are polled, and unwatched folders of others; when these are many, their roots
        as a whole.
        """
        if len(unwatched) <= SINGLY:
            return sorted(self.roots) + sorted(unwatched)
        whole = {root for root in watched_roots if any(lies_in(path, root) for path in unwatched)}
        return sorted(self.roots | whole)

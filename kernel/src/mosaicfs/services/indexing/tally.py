"""The counts of a crawl while it runs."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from mosaicfs.model.indexing import CrawlCounts
from mosaicfs.services.indexing.intake import Taken


@dataclass(slots=True)
class Tally:
    """`expected` is how many files the last crawl saw; `took_s` is set at the end."""

    trigger: str = ""
    watch_path: str = ""
    started_at: str = ""
    expected: int = 0
    phase: str = "walking"
    seen: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    deleted: int = 0
    held: int = 0
    skipped_names: int = 0
    unreadable: int = 0
    errors: int = 0
    complete: bool = False
    began: float = 0.0
    took_s: float | None = None

    def add(self, taken: Taken) -> None:
        self.new += taken.new
        self.changed += taken.changed
        self.moved += taken.moved
        self.deleted += taken.deleted
        self.errors += taken.refused

    def end(self) -> None:
        self.phase = "idle"
        self.took_s = trio.current_time() - self.began

    @property
    def counts(self) -> CrawlCounts:
        took_s = self.took_s if self.took_s is not None else trio.current_time() - self.began
        rate = self.seen / took_s if took_s > 0 else 0.0
        left = self.expected - self.seen
        return CrawlCounts(
            phase=self.phase,
            trigger=self.trigger,
            watch_path=self.watch_path,
            seen=self.seen,
            new=self.new,
            changed=self.changed,
            moved=self.moved,
            deleted=self.deleted,
            held=self.held,
            skipped_names=self.skipped_names,
            unreadable=self.unreadable,
            errors=self.errors,
            started_at=self.started_at,
            files_per_s=round(rate, 1),
            eta_s=round(left / rate, 1) if self.phase == "walking" and rate > 0 and left > 0 else None,
            complete=self.complete,
        )

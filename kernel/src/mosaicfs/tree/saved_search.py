"""A search as a source of files: it is read once, and its ages go on with the clock."""

from __future__ import annotations

from functools import lru_cache
from math import inf, nextafter
from typing import Final, NamedTuple

import msgspec

from mosaicfs.model.filing import FileRow
from mosaicfs.model.search import Search
from mosaicfs.model.times import instant
from mosaicfs.tree.query_text import read_search
from mosaicfs.tree.steps import Steps, compile_steps
from mosaicfs.tree.steps.times import seconds

_MOMENT: Final = 4_000_000_000
"""At which a text is read, so that times in what was read tell ages."""


class Ages(NamedTuple):
    """In seconds, both included; what is newer than now is 0 old."""

    least: float
    most: float

    def of(self, row: FileRow, now: float) -> tuple[bool, float]:
        """Whether the file is of this age, and until when that holds."""
        begin = seconds(row.mtime) + self.least
        last = seconds(row.mtime) + self.most
        if self.least and now < begin:
            return False, begin
        return (True, nextafter(last, inf)) if now <= last else (False, inf)


class Saved(NamedTuple):
    """Everything must hold. Steps are filters that follow the search."""

    search: Search
    ages: Ages | None
    steps: Steps


@lru_cache(256)
def read_saved(text: str) -> Saved:
    """The same for the same text. Raises as `read_search` does."""
    search, steps = read_search(text, clock=lambda: float(_MOMENT))
    ages = _ages(search)
    return Saved(msgspec.structs.replace(search, mtime_after=None, mtime_before=None), ages, compile_steps(steps))


def _ages(search: Search) -> Ages | None:
    if search.mtime_after is None and search.mtime_before is None:
        return None
    now = _MOMENT * 1_000_000
    most = inf if search.mtime_after is None else (now - instant(search.mtime_after)) / 1_000_000
    least = 0.0 if search.mtime_before is None else (now + 1 - instant(search.mtime_before)) / 1_000_000
    return Ages(least, most)

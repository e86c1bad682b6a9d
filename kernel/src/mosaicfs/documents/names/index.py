"""The index of names: files put in, taken out, and searched. It knows no database and waits for nothing.

New files make a small segment of their own; small ones are joined as they gather, so that there are never many. It is
not safe to use from two threads at once: whoever keeps it lets one in at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array, Rows, Shared
from mosaicfs.documents.names.facets import Counts
from mosaicfs.documents.names.filters import Filters
from mosaicfs.documents.names.occurrences import Lines
from mosaicfs.documents.names.ordering import Ordering, Pick, Place
from mosaicfs.documents.names.segment import FULL, Segment, built, merged
from mosaicfs.documents.names.words import LookedFor, wanted_and_absent
from mosaicfs.model.search import FacetValue, Search

_NOWHERE: Final = -1
_LINE_BITS: Final = 20
_NOTHING: Final = np.zeros(0, np.int32)


class Match(NamedTuple):
    """What a search found, by the driver's numbers of documents, best first."""

    hits: list[tuple[int, float]]
    total: int | None
    facets: dict[str, list[FacetValue]]
    next: Place | None


class NameIndex:
    """`path_of` tells the exact path of a document by its number: here names are folded. It is asked very rarely."""

    def __init__(self, path_of: Callable[[int], str]) -> None:
        self._path_of = path_of
        self._shared = Shared()
        self._segments: dict[int, Segment] = {}
        self._made = 0
        self._where: Array = np.full(1024, _NOWHERE, np.int64)
        """By number of document: the segment and the line where it is now."""

    def __len__(self) -> int:
        return sum(segment.used for segment in self._segments.values())

    # --- keeping in step ---------------------------------------------------------------------------------------

    def put(self, rows: Rows) -> None:
        """Files as they are now; what was known of the same numbers is forgotten. Each number once."""
        self.forget(rows.n)
        for part in rows.parts(FULL):
            self._add(built(part, self._shared))
        self._join()

    def fill(self, parts: Iterable[Rows]) -> None:
        """Many files that are not known yet. Small parts (`PIECE`) keep the memory that is needed meanwhile small."""
        waiting: list[Segment] = []
        for part in parts:
            piece = built(part, self._shared)
            if sum(map(len, waiting)) + len(piece) > FULL:
                self._add(merged(waiting))
                waiting.clear()
            waiting.append(piece)
        if waiting:
            self._add(merged(waiting))

    def forget(self, numbers: Sequence[int]) -> None:
        asked = np.array(numbers, np.int64)
        asked = asked[asked < len(self._where)]
        slots = self._where[asked]
        self._where[asked] = _NOWHERE
        slots = slots[slots >= 0]
        for key in np.unique(slots >> _LINE_BITS).tolist():
            self._segments[key].live[slots[slots >> _LINE_BITS == key] & (1 << _LINE_BITS) - 1] = False

    def _add(self, segment: Segment) -> None:
        key, self._made = self._made, self._made + 1
        self._segments[key] = segment
        top = int(segment.n.max(initial=0))
        if top >= len(self._where):
            grown = np.full(max(top + 1, 2 * len(self._where)), _NOWHERE, np.int64)
            grown[: len(self._where)] = self._where
            self._where = grown
        lines = np.flatnonzero(segment.live)
        self._where[segment.n[lines]] = key << _LINE_BITS | lines

    def _join(self) -> None:
        """Each segment at least twice as large as the next, so a file is copied a few times in all."""
        for key, segment in [*self._segments.items()]:
            if 2 * segment.used < len(segment):
                self._replace([key])
        while len(self._segments) > 1:
            *_, before, last = self._segments.items()
            if before[1].used >= 2 * last[1].used or before[1].used + last[1].used > FULL:
                return
            self._replace([before[0], last[0]])

    def _replace(self, keys: list[int]) -> None:
        joined = merged([self._segments.pop(key) for key in keys])
        if len(joined):
            self._add(joined)

    # --- searching ---------------------------------------------------------------------------------------------

    def search(self, search: Search, now: int) -> Match:
        """`now` in microseconds since 1970."""
        wanted, absent = wanted_and_absent(search, self._shared)
        ordering = Ordering(search, self._shared, len(wanted), now)
        filters = Filters(search, self._shared, self._is_at)
        counts = Counts(search.facets, self._shared)
        total, most, picks = 0, search.offset + search.limit + 1, list[Pick]()
        for segment in self._segments.values():
            lines, sums = _matching(segment, wanted, absent, filters)
            if not len(lines):
                continue
            total += len(lines)
            counts.add(segment, lines)
            picks.append(ordering.first(segment, lines, sums, most))
        ranked = ordering.sorted(picks, most)
        page = ranked[search.offset : search.offset + search.limit]
        more = bool(page) and len(ranked) > search.offset + search.limit
        return Match(
            hits=[(each.n, each.score) for each in page],
            total=total if search.counted else None,
            facets=counts.values(),
            next=ordering.place(page[-1]) if more else None,
        )

    def _is_at(self, segment: Segment, line: int, path: str) -> bool:
        return self._path_of(int(segment.n[line])) == path


def _matching(
    segment: Segment, wanted: Sequence[LookedFor], absent: Sequence[LookedFor], filters: Filters
) -> tuple[Array, Array]:
    """Lines that all words and filters accept, and the sums of their scores."""
    lines: Array | None = None
    sums = _NOTHING
    for word in wanted:
        found = word.lines(segment)
        if lines is None:
            lines, sums = found.lines, found.scores.astype(np.int32)
        else:
            scores = _spread(found, len(segment))[lines]
            lines, sums = lines[scores > 0], (sums + scores)[scores > 0]
        if not len(lines):
            return lines, sums
    kept = filters.kept(segment, lines)
    for word in absent:
        kept = kept[_spread(word.lines(segment), len(segment))[kept] == 0]
    if lines is None:
        return kept, np.zeros(len(kept), np.int32)
    return kept, sums if len(kept) == len(lines) else sums[np.searchsorted(lines, kept)]


def _spread(found: Lines, size: int) -> Array:
    """The score of each line."""
    scores = np.zeros(size, np.uint8)
    scores[found.lines] = found.scores
    return scores

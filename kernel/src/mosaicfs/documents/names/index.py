"""The index of names: files put in, taken out, and searched. It knows no database and waits for nothing.

New files make a small segment of their own; small ones are joined as they gather, so that there are never many. It is
not safe to use from two threads at once: whoever keeps it lets one in at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from mosaicfs.documents.names.accessed import Fitting
from mosaicfs.documents.names.columns import Array, Rows, Shared
from mosaicfs.documents.names.facets import Counts
from mosaicfs.documents.names.filters import Filters, asked_of_each
from mosaicfs.documents.names.labelled import Labelled
from mosaicfs.documents.names.occurrences import Lines
from mosaicfs.documents.names.ordering import Candidate, Ordering, Pick, Place
from mosaicfs.documents.names.segment import FULL, Segment, built, merged
from mosaicfs.documents.names.words import LookedFor, wanted_and_absent
from mosaicfs.model.label import LabelRule
from mosaicfs.model.search import FacetValue, Search

_NOWHERE: Final = -1
_LINE_BITS: Final = 20

MOST_WALKED: Final = 5_000
"""Places in a list; to one further behind it is quicker to count."""
FEW: Final = 16
"""A list that holds less than this part of all files is found more quickly than it is walked."""
MOST_TOTALS: Final = 64
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
        self._labelled = Labelled(self._shared)
        self._segments: dict[int, Segment] = {}
        self._made = 0
        self._where: Array = np.full(1024, _NOWHERE, np.int64)
        """By number of document: the segment and the line where it is now."""
        self._totals: dict[Search, int] = {}
        """What lists held; as long as nothing changes they hold it."""

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
        self._totals.clear()
        asked = np.array(numbers, np.int64)
        asked = asked[asked < len(self._where)]
        slots = self._where[asked]
        self._where[asked] = _NOWHERE
        slots = slots[slots >= 0]
        for key in np.unique(slots >> _LINE_BITS).tolist():
            self._segments[key].strike(slots[slots >> _LINE_BITS == key] & (1 << _LINE_BITS) - 1)

    def assign(self, number: int, labels: Sequence[str]) -> None:
        """Labels that a person gave the file of this number, which may not be known yet."""
        self._totals.clear()
        self._labelled.assign(number, labels)

    def rule(self, rule_id: str, rule: LabelRule | None) -> None:
        """A rule as it is now; None for one that is gone."""
        self._totals.clear()
        self._labelled.rule(rule_id, rule)

    def party(self, doc_id: str, noun: object) -> None:
        """A node or an import as it is now: rules for every node leave peers out."""
        if self._labelled.party(doc_id, noun):
            self._totals.clear()

    def _add(self, segment: Segment) -> None:
        self._totals.clear()
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

    def search(self, search: Search, now: int, accessed: Fitting | None = None) -> Match:
        """`now` in microseconds since 1970. `accessed` is there where the search asks for accesses."""
        wanted, absent = wanted_and_absent(search, self._shared)
        ordering = Ordering(search, self._shared, len(wanted), now)
        filters = Filters(search, self._shared, self._labelled, self._is_at, accessed)
        counts = Counts(search.facets, self._shared, self._labelled)
        total, most, picks = 0, search.offset + search.limit + 1, list[Pick]()
        if (known := self._total_to_walk(search, filters)) is not None and ordering.can_walk:
            return self._walked(search, ordering, filters, known)
        for segment in self._segments.values():
            lines, sums = _matching(segment, wanted, absent, filters)
            if not len(lines):
                continue
            total += len(lines)
            counts.add(segment, lines)
            picks.append(ordering.first(segment, lines, sums, most))
        if not search.words and accessed is None:
            self._keep_total(search, total)
        return _match(search, ordering, ordering.sorted(picks, most), total, counts.values())

    def _walked(self, search: Search, ordering: Ordering, filters: Filters, total: int) -> Match:
        """A page of a list that is kept in order: what it costs does not grow with the list."""
        most = search.offset + search.limit + 1
        picks = [ordering.walked(segment, partial(filters.kept, segment), most) for segment in self._segments.values()]
        return _match(search, ordering, ordering.merged(picks, most), total, {})

    def _total_to_walk(self, search: Search, filters: Filters) -> int | None:
        """How many files a list holds; None where it is no list, or to walk it would be to pass nearly all of them."""
        segments, most = self._segments.values(), search.offset + search.limit
        if search.words or search.facets or most > MOST_WALKED or any(segment.ids.odd for segment in segments):
            return None
        if filters.are_open:
            return sum(segment.tally(search.status) for segment in segments)
        total = self._totals.get(asked_of_each(search))
        return total if total is not None and total * FEW >= sum(map(len, segments)) else None

    def _keep_total(self, search: Search, total: int) -> None:
        if len(self._totals) >= MOST_TOTALS:
            self._totals.clear()
        self._totals[asked_of_each(search)] = total

    def _is_at(self, segment: Segment, line: int, path: str) -> bool:
        return self._path_of(int(segment.n[line])) == path


def _match(
    search: Search, ordering: Ordering, ranked: list[Candidate], total: int, facets: dict[str, list[FacetValue]]
) -> Match:
    page = ranked[search.offset : search.offset + search.limit]
    more = bool(page) and len(ranked) > search.offset + search.limit
    return Match(
        hits=[(each.n, each.score) for each in page],
        total=total if search.counted else None,
        facets=facets,
        next=ordering.place(page[-1]) if more else None,
    )


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

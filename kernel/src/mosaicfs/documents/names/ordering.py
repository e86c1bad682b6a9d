"""The order of a match and the first of it: what comes first in each segment, then first of all.

An order is a few columns of integers, the smaller the better, and the id at the end. A page that continues another
begins behind the last place of that one, whatever has been added or taken away since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from mosaicfs.documents.names.columns import Array, Shared, identifiers
from mosaicfs.documents.names.segment import Segment, Spelled, Spelling
from mosaicfs.errors import BadQueryError
from mosaicfs.model.search import Search

HALF_LIFE_US = 90 * 86_400_000_000
RESOLUTION = 1_000_000_000
"""Scores are compared in billionths, so that a place in the order is a whole number and the same on every machine."""

Place: TypeAlias = "tuple[int | str, ...]"
"""What `Search.after` holds: for relevance the time of the first page in front, then the key, then the id."""


class Candidate(NamedTuple):
    key: tuple[int | str, ...]
    id: str
    n: int
    score: float


class Ordering:
    """`words` is how many words score; without any, relevance is newest first. Times are in microseconds."""

    def __init__(self, search: Search, shared: Shared, words: int, now: int) -> None:
        self._shared = shared
        self._words = words
        self._sort = search.sort if search.sort != "relevance" or words else "newest"
        self._sign = -1 if search.descending else 1
        self._after: Place | None = None
        self._now = now
        if search.after is not None:
            self._continue(search.after)

    @property
    def _spelling(self) -> Spelling | None:
        return self._sort if self._sort in ("name", "path") else None

    def _continue(self, after: tuple[str | int | float, ...]) -> None:
        kinds = {"relevance": (int, int, int, str), "name": (str, str), "path": (str, str)}.get(self._sort, (int, str))
        if len(after) != len(kinds) or not all(map(isinstance, after, kinds)):
            raise BadQueryError("bad_request", "The place to continue from is of another search.")
        if self._sort == "relevance":
            self._now, *after = after  # type: ignore[assignment]  # an int, by the line above
        self._after = tuple(after)  # type: ignore[arg-type]

    # --- in one segment ----------------------------------------------------------------------------------------

    def first(self, segment: Segment, lines: Array, sums: Array, most: int) -> list[Candidate]:
        """The best `most` of these lines behind the place to continue from, in no order. `sums` are their scores."""
        keys = self._keys(segment, lines, sums)
        if self._after is not None:
            behind = self._behind(segment, lines, keys)
            lines, sums, keys = lines[behind], sums[behind], [key[behind] for key in keys]
        best = _first(keys, segment, lines, most)
        lines, sums, keys = lines[best], sums[best], [key[best] for key in keys]
        scores = self._scores(sums, segment.mtime[lines]) / RESOLUTION if self._words else np.zeros(len(lines))
        ids = map(segment.ids.text, lines.tolist())
        return list(map(Candidate, self._shown(segment, lines, keys), ids, segment.n[lines].tolist(), scores.tolist()))

    def _keys(self, segment: Segment, lines: Array, sums: Array) -> list[Array]:
        match self._sort:
            case "relevance":
                return [-self._scores(sums, segment.mtime[lines]), -segment.mtime[lines]]
            case "newest":
                return [-segment.mtime[lines]]
            case "mtime":
                return [self._sign * segment.mtime[lines]]
            case "size":
                return [self._sign * segment.size[lines]]
            case "indexed_at":
                return [self._sign * _indexed_at(segment, lines)]
            case spelling:
                return [self._sign * segment.order(spelling, self._shared.folded_folders()).ranks[lines]]

    def _scores(self, sums: Array, mtimes: Array) -> Array:
        ages = np.maximum(self._now - mtimes, 0)
        scores = sums / (100 * self._words) + 0.05 * np.exp2(-ages / HALF_LIFE_US)
        return np.asarray(np.rint(scores * RESOLUTION).astype(np.int64))

    def _behind(self, segment: Segment, lines: Array, keys: list[Array]) -> Array:
        assert self._after is not None
        *texts, last_id = self._after
        behind = np.zeros(len(lines), np.bool_)
        level = np.ones(len(lines), np.bool_)
        for key, place in zip(keys, self._as_keys(segment, texts), strict=True):
            behind |= level & (key > place)
            level &= key == place
        tied = np.flatnonzero(level)
        behind[tied[_ids_behind(segment, lines[tied], str(last_id))]] = True
        return behind

    def _as_keys(self, segment: Segment, place: Sequence[int | str]) -> list[int]:
        """A place in the words of this segment: for names a rank, between two where it has no such name."""
        spelling = self._spelling
        if spelling is None:
            sign = {"relevance": -1, "newest": -1}.get(self._sort, self._sign)
            return [sign * int(part) for part in place]
        folders = self._shared.folded_folders()
        order = segment.order(spelling, folders)
        return [self._sign * order.rank_of(str(place[0]), Spelled(segment, spelling, folders))]

    def _shown(self, segment: Segment, lines: Array, keys: list[Array]) -> list[tuple[int | str, ...]]:
        if (spelling := self._spelling) is not None:
            spelled = Spelled(segment, spelling, self._shared.folded_folders())
            return [(spelled[line],) for line in lines.tolist()]
        return list(zip(*(key.tolist() for key in keys), strict=True))

    # --- of all ------------------------------------------------------------------------------------------------

    def sorted(self, candidates: list[Candidate]) -> list[Candidate]:
        by_id = sorted(candidates, key=lambda each: each.id)
        return sorted(by_id, key=lambda each: each.key, reverse=self._spelling is not None and self._sign < 0)

    def place(self, last: Candidate) -> Place:
        if self._spelling is not None:
            return (*last.key, last.id)
        sign = {"relevance": -1, "newest": -1}.get(self._sort, self._sign)
        key = tuple(sign * int(part) for part in last.key)
        return (self._now, *key, last.id) if self._sort == "relevance" else (*key, last.id)


def _indexed_at(segment: Segment, lines: Array) -> Array:
    """The milliseconds inside a UUIDv7; other ids count as made at the beginning of time."""
    high = segment.ids.high[lines]
    made = np.where(high >> np.uint64(12) & np.uint64(15) == 7, high >> np.uint64(16), np.uint64(0)).astype(np.int64)
    if segment.ids.odd:
        made[np.isin(lines, [*segment.ids.odd])] = 0
    return made


def _ids_behind(segment: Segment, lines: Array, last_id: str) -> Array:
    last = identifiers([last_id])
    if segment.ids.odd or last.odd:
        return np.array([segment.ids.text(line) > last_id for line in lines.tolist()], np.bool_)
    high, low = segment.ids.high[lines], segment.ids.low[lines]
    return np.asarray((high > last.high) | ((high == last.high) & (low > last.low)))


def _first(keys: list[Array], segment: Segment, lines: Array, most: int) -> Array:
    """Places of the smallest, by one key after the other and the id at last; time grows with the lines alone."""
    sure: list[Array] = []
    tied = np.arange(len(lines))
    halves = [] if segment.ids.odd else [segment.ids.high, segment.ids.low]
    for key in [*keys, *(half[lines] for half in halves)]:
        if len(tied) <= most:
            break
        values = key[tied]
        worst = np.partition(values, most - 1)[most - 1]
        sure.append(tied[values < worst])
        tied = tied[values == worst]
        most -= len(sure[-1])
    if len(tied) > most:
        tied = np.array(sorted(tied.tolist(), key=lambda at: segment.ids.text(int(lines[at])))[:most], np.int64)
    return np.concatenate((*sure, tied))

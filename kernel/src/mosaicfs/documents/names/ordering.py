"""The order of a match and the first of it: what comes first in each segment, then first of all.

An order is a few columns of integers, the smaller the better, and the id at the end. A page that continues another
begins behind the last place of that one, whatever has been added or taken away since.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

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


_NO_LINES: Final = np.zeros(0, np.int32)

_FRESHNESS: Final = 0.05
"""What the newest file has more than the oldest."""


class Pick(NamedTuple):
    """Lines of one segment that may come first, and what they are ordered by."""

    segment: Segment
    lines: Array
    keys: list[Array]
    scores: Array

    def at(self, places: Array) -> Pick:
        return Pick(self.segment, self.lines[places], [key[places] for key in self.keys], self.scores[places])


class Candidate(NamedTuple):
    key: tuple[int | str, ...]
    segment: Segment
    line: int
    score: float

    @property
    def id(self) -> str:
        return self.segment.ids.text(self.line)

    @property
    def n(self) -> int:
        return int(self.segment.n[self.line])


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

    def first(self, segment: Segment, lines: Array, sums: Array, most: int) -> Pick:
        """The best `most` of these lines behind the place to continue from, in no order. `sums` are their scores."""
        if self._sort == "relevance" and self._after is None and len(lines) > most:
            able = np.flatnonzero(sums >= self._least(sums, most))
            lines, sums = lines[able], sums[able]
        keys = self._keys(segment, lines, sums)
        if self._after is not None:
            behind = self._behind(segment, lines, keys)
            lines, sums, keys = lines[behind], sums[behind], [key[behind] for key in keys]
        best = _first(keys, segment, lines, most)
        lines = lines[best]
        scores = self._scores(sums[best], segment.mtime[lines]) / RESOLUTION if self._words else np.zeros(len(lines))
        return Pick(segment, lines, [key[best] for key in keys], scores)

    def walked(self, segment: Segment, keep: Callable[[Array], Array], most: int) -> Pick:
        """The same without words, in order: from the place to continue from until enough of them are to be kept.

        Not for a segment with odd ids, nor from a place with one.
        """
        found, missing, step = [_NO_LINES], most, most
        lines = segment.arranged(self._sort, self._sign, self._key_of_all)
        at = self._place_among(segment, lines)
        while missing > 0 and at < len(lines):
            part = keep(lines[at : at + step])[:missing]
            found.append(part)
            missing, at, step = missing - len(part), at + step, 4 * step
        together = np.concatenate(found)
        return Pick(segment, together, self._keys(segment, together, _NO_LINES), np.zeros(len(together)))

    @property
    def can_walk(self) -> bool:
        """Whether the place to continue from, if there is one, is at an id like all others."""
        return self._after is None or not identifiers([str(self._after[-1])]).odd

    def _key_of_all(self, segment: Segment) -> Array:
        return self._keys(segment, np.arange(len(segment)), _NO_LINES)[0]

    def _place_among(self, segment: Segment, lines: Array) -> int:
        if self._after is None:
            return 0
        *texts, last_id = self._after
        [place], last = self._as_keys(segment, texts), identifiers([str(last_id)])
        high, low = segment.ids.high, segment.ids.low

        def key(line: int) -> tuple[int, int, int]:
            [value] = self._keys(segment, np.array([line]), _NO_LINES)
            return int(value[0]), int(high[line]), int(low[line])

        return bisect_right(lines, (place, int(last.high[0]), int(last.low[0])), key=key)

    def _least(self, sums: Array, most: int) -> int:
        """What a sum must be to be among the best `most`, were everything else about its file as good as can be."""
        as_good = np.cumsum(np.bincount(sums)[::-1])
        reached = len(as_good) - 1 - int(np.searchsorted(as_good, most))
        return reached - math.ceil(_FRESHNESS * 100 * self._words)

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
        scores = sums / (100 * self._words) + _FRESHNESS * np.exp2(-ages / HALF_LIFE_US)
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

    # --- of all ------------------------------------------------------------------------------------------------

    def sorted(self, picks: Sequence[Pick], most: int) -> list[Candidate]:
        """At least the best `most` of them all, where there are so many."""
        candidates = [each for pick in self._thinned(picks, most) for each in self._candidates(pick)]
        by_key = attrgetter("key")
        candidates.sort(key=by_key, reverse=self._spelling is not None and self._sign < 0)
        return [each for _, equal in groupby(candidates, by_key) for each in _by_id([*equal])]

    def merged(self, picks: Sequence[Pick], most: int) -> list[Candidate]:
        """The same of picks that are in order each, without a look at more of them than are asked for."""
        by_key, found = attrgetter("key"), list[Candidate]()
        streams = map(self._candidates, picks)
        for _, equal in groupby(
            merge(*streams, key=by_key, reverse=self._spelling is not None and self._sign < 0), by_key
        ):
            found += _by_id([*equal])
            if len(found) >= most:
                break
        return found

    def _thinned(self, picks: Sequence[Pick], most: int) -> Iterator[Pick]:
        """Names are ranked within their segment, so only numbers tell here."""
        bounds = np.cumsum([0, *(len(pick.lines) for pick in picks)])
        if self._spelling is not None or bounds[-1] <= most:
            yield from picks
            return
        keys = (np.concatenate(each) for each in zip(*(pick.keys for pick in picks), strict=True))
        kept = np.sort(np.concatenate(_foremost(keys, int(bounds[-1]), most)))
        cuts = np.searchsorted(kept, bounds)
        for pick, start, low, high in zip(picks, bounds, cuts, cuts[1:], strict=False):
            yield pick.at(kept[low:high] - start)

    def _candidates(self, pick: Pick) -> Iterator[Candidate]:
        lines = pick.lines.tolist()
        if (spelling := self._spelling) is not None:
            spelled = Spelled(pick.segment, spelling, self._shared.folded_folders())
            keys: Iterable[tuple[int | str, ...]] = ((spelled[line],) for line in lines)
        else:
            keys = zip(*(key.tolist() for key in pick.keys), strict=True)
        for key, line, score in zip(keys, lines, pick.scores.tolist(), strict=True):
            yield Candidate(key, pick.segment, line, score)

    def place(self, last: Candidate) -> Place:
        if self._spelling is not None:
            return (*last.key, last.id)
        sign = {"relevance": -1, "newest": -1}.get(self._sort, self._sign)
        key = tuple(sign * int(part) for part in last.key)
        return (self._now, *key, last.id) if self._sort == "relevance" else (*key, last.id)


def _by_id(equal: list[Candidate]) -> list[Candidate]:
    return sorted(equal, key=attrgetter("id")) if len(equal) > 1 else equal


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
    halves = [] if segment.ids.odd else [segment.ids.high, segment.ids.low]
    sure, tied = _foremost(chain(keys, (half[lines] for half in halves)), len(lines), most)
    missing = most - len(sure)
    if len(tied) > missing:
        tied = np.array(sorted(tied.tolist(), key=lambda at: segment.ids.text(int(lines[at])))[:missing], np.int64)
    return np.concatenate((sure, tied))


def _foremost(keys: Iterable[Array], count: int, most: int) -> tuple[Array, Array]:
    """Places that are among the first `most` of `count`, and those that are equal where the limit falls."""
    sure: list[Array] = []
    tied = np.arange(count)
    for key in keys:
        if len(tied) <= most:
            break
        values = key if len(tied) == count else key[tied]
        if values.min() == values.max():
            continue  # to choose among equals would be the slowest choice of all
        worst = np.partition(values, most - 1)[most - 1]
        sure.append(tied[values < worst])
        tied = tied[values == worst]
        most -= len(sure[-1])
    return np.concatenate([tied[:0], *sure]), tied

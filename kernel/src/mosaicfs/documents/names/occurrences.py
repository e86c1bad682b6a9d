"""Where a word occurs in the names of a segment, and how well: all names at once.

A score is in hundredths: 100 equals the name, 90 equals it without its extension, 80 starts it, 70 starts a word in it,
50 occurs in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array
from mosaicfs.documents.names.postings import Begun, parted
from mosaicfs.documents.names.segment import Segment

NAME, STEM, START, WORD, INSIDE = 100, 90, 80, 70, 50


class Lines(NamedTuple):
    """Names of a segment in rising order, each once, and the score of a word in it."""

    lines: Array
    scores: Array


NOWHERE = Lines(np.zeros(0, np.int64), np.zeros(0, np.uint8))


def lines_with(segment: Segment, word: str) -> Lines:
    needle = word.encode()
    found = segment.postings.begun(needle) if segment.postings is not None else _looked_for(segment, needle)
    if not any(map(len, found)):
        return NOWHERE
    scores = np.zeros(len(segment), np.uint8)
    scores[found.inside] = INSIDE
    scores[found.words] = WORD
    scores[found.starts] = START
    if len(found.starts):
        bounds = segment.names.bounds
        ends = bounds[found.starts] + (1 + len(needle))
        scores[found.starts[ends == segment.names.stems[found.starts]]] = STEM
        scores[found.starts[ends == bounds[1:][found.starts]]] = NAME
    lines = np.flatnonzero(scores != 0)
    return Lines(lines, scores[lines])


def _looked_for(segment: Segment, needle: bytes) -> Begun:
    """For segments that are too small to have postings."""
    begins = _scan(segment.data, needle, segment.counts)
    lines = np.searchsorted(segment.names.bounds, begins, "left") - 1
    return parted(segment.data, needle, lines, begins, segment.names.bounds[lines] + 1)


def _scan(data: Array, needle: bytes, counts: Array) -> Array:
    """Places of the rarest byte, thinned out by the others; a word that holds a separator is nowhere."""
    most = len(data) - len(needle) + 1
    if most <= 0:
        return np.zeros(0, np.int64)
    rarest, *others = sorted(range(len(needle)), key=lambda place: int(counts[needle[place]]))
    places = np.flatnonzero(data[rarest : rarest + most] == needle[rarest])
    for place in others:
        places = places[data[places + place] == needle[place]]
    return places

"""Where a word occurs in the names of a segment, and how well: looked up in all names at once.

A score is in hundredths: 100 equals the name, 90 equals it without its extension, 80 starts it, 70 starts a word in it,
50 occurs in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array
from mosaicfs.documents.names.folding import is_word_character
from mosaicfs.documents.names.segment import Segment

NAME, STEM, START, WORD, INSIDE = 100, 90, 80, 70, 50

_ALNUM = np.array([byte < 0x80 and chr(byte).isalnum() for byte in range(256)])


class Lines(NamedTuple):
    """Names of a segment in rising order, each once, and the score of a word in it."""

    lines: Array
    scores: Array


NOWHERE = Lines(np.zeros(0, np.int64), np.zeros(0, np.uint8))


def lines_with(segment: Segment, word: str) -> Lines:
    needle = word.encode()
    places = _places(segment, needle)
    bounds = segment.names.bounds
    lines = np.searchsorted(bounds, places, "left") - 1
    scores = np.full(len(places), INSIDE, np.uint8)
    if is_word_character(word[0]):
        scores[~_follows_a_word(segment.data, places)] = WORD
    first = np.flatnonzero(places == bounds[lines] + 1)
    scores[first] = START
    ends, at = places[first] + len(needle), lines[first]
    scores[first[ends == segment.names.stems[at]]] = STEM
    scores[first[ends == bounds[at + 1]]] = NAME
    if not len(lines):
        return Lines(lines, scores)
    fresh = np.flatnonzero(np.concatenate(([True], lines[1:] != lines[:-1])))
    return Lines(lines[fresh], np.maximum.reduceat(scores, fresh))


def _places(segment: Segment, needle: bytes) -> Array:
    stretches = segment.trigrams.stretches(needle) if segment.trigrams and len(needle) >= 3 else None
    if stretches is None:
        return _scan(segment.data, needle, segment.counts)
    text, found = segment.names.text, []
    for start, end in stretches:
        if text.find(needle, start, end) >= 0:
            found.append(_scan(segment.data[start:end], needle, segment.counts) + start)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


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


def _follows_a_word(data: Array, places: Array) -> Array:
    before = data[places - 1]
    found = _ALNUM[before]
    wide = np.flatnonzero(before >= 0x80)
    if len(wide):
        codes, which = np.unique(_code_points(data, places[wide] - 1), return_inverse=True)
        found[wide] = np.array([is_word_character(chr(code)) for code in codes.tolist()])[which]
    return np.asarray(found)


def _code_points(data: Array, last: Array) -> Array:
    """Of characters beyond ASCII, by the places of their last bytes."""
    code = np.zeros(len(last), np.int64)
    todo = np.arange(len(last))
    for back in range(4):
        byte = data[last[todo] - back].astype(np.int64)
        follows = byte & 0xC0 == 0x80
        code[todo] |= np.where(follows, byte & 0x3F, byte & (0x3F >> back)) << 6 * back
        todo = todo[follows]
    return code

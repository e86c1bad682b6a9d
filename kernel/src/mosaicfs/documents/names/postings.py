"""Where every run of three bytes stands in the names of a segment, so that a word is looked up and not looked for.

Runs are numbered by classes of bytes: frequent bytes have a class of their own, all others share one. Runs that begin
alike have numbers next to each other, so one or two bytes are a stretch of them. Places are parted by what a word that
begins there scores, so that common words need not be looked at one by one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array
from mosaicfs.documents.names.folding import is_word_character

RUN: Final = 3
CLASSES = 40
"""Its third power is the number of runs and fits 16 bits, which are sorted by counting."""

_FEW: Final = 4_000
"""So few bytes are compared at once rather than one after the other."""
_SEPARATOR: Final = 0
_ALNUM = np.array([byte < 0x80 and chr(byte).isalnum() for byte in range(256)])


class Begun(NamedTuple):
    """Lines where a word occurs, starts a word, starts the name. A line may stand in several, and twice in one."""

    inside: Array
    words: Array
    starts: Array


class _Places(NamedTuple):
    """Runs of one kind, by their number and then as they come."""

    lines: Array
    offsets: Array


class Postings:
    def __init__(self, text: bytes, bounds: Array) -> None:
        self._data: Array = np.frombuffer(text, np.uint8)
        self._begins: Array = bounds[:-1] + 1
        counts = np.bincount(self._data, minlength=256)
        classes = _classes(counts)
        self._counts: list[int] = counts.tolist()
        self._class: list[int] = classes.tolist()
        self._shared: list[bool] = (classes == CLASSES - 1).tolist()
        runs, kinds = _runs(classes[self._data]), kinds_of_places(text, self._data)
        lines = np.repeat(np.arange(len(bounds) - 1).astype(np.min_scalar_type(len(bounds) - 2)), np.diff(bounds))
        first = np.zeros((len(Begun._fields), CLASSES**RUN + 1), np.int32)
        self._kinds = [
            self._places(runs, lines, np.flatnonzero(kinds == kind), first[kind]) for kind in range(len(first))
        ]
        self._first = first.data
        """Of each kind, the places of run i are from `first[kind, i]` to `first[kind, i + 1]`."""
        self._amounts = np.diff(first.sum(axis=0, dtype=np.int32)).data

    def _places(self, runs: Array, lines: Array, places: Array, first: Array) -> _Places:
        numbers = runs[places]
        places = places[np.argsort(numbers, kind="stable")]
        np.cumsum(np.bincount(numbers, minlength=CLASSES**RUN), out=first[1:])
        found = lines[places]
        offsets = places - self._begins[found]
        return _Places(found, offsets.astype(np.min_scalar_type(int(offsets.max(initial=0)))))

    def begun(self, word: bytes) -> Begun:
        """Where the word stands; it is not empty and holds no separator."""
        numbers = self._numbers(word)
        at = min(range(len(numbers)), key=lambda at: self._amounts[numbers[at]]) if len(numbers) > 1 else 0
        low, high = numbers[at], numbers[at] + CLASSES ** max(RUN - len(word), 0)
        found = [
            self._at(places, self._first[kind, low], self._first[kind, high]) for kind, places in enumerate(self._kinds)
        ]
        if not any(len(lines) for lines, _ in found):
            return _NOWHERE
        unsure = [each for each, byte in enumerate(word) if not at <= each < at + RUN or self._shared[byte]]
        unsure.sort(key=lambda each: self._counts[word[each]])
        if at == 0:
            return Begun(*(self._fitting(word, unsure, *each)[0] for each in found))
        lines, begins = (np.concatenate(each) for each in zip(*found, strict=True))
        lines, begins = self._fitting(word, unsure, lines, begins - at)
        return parted(self._data, word, lines, begins, self._begins[lines])

    def _numbers(self, word: bytes) -> list[int]:
        """Of its runs; of a shorter word, the first of those that begin with it."""
        first, second, *others = [self._class[byte] for byte in word] + [0] * (RUN - len(word))
        found = []
        for third in others:
            found.append((first * CLASSES + second) * CLASSES + third)
            first, second = second, third
        return found

    def _at(self, places: _Places, low: int, high: int) -> tuple[Array, Array]:
        """Lines, and the places of the runs in the text."""
        lines = places.lines[low:high]
        return lines, self._begins[lines] + places.offsets[low:high]

    def _fitting(self, word: bytes, unsure: list[int], lines: Array, begins: Array) -> tuple[Array, Array]:
        """Those where the word stands. Beyond the ends of the text are its ends: separators, which fit no word."""
        for done, each in enumerate(unsure):
            if len(lines) * (len(unsure) - done) < _FEW:
                others = np.array(unsure[done:])
                there = self._data.take(begins[:, np.newaxis] + others, mode="clip")
                kept = (there == np.array([*word])[others]).all(axis=1).nonzero()[0]
                return lines[kept], begins[kept]
            kept = (self._data.take(begins + each, mode="clip") == word[each]).nonzero()[0]
            lines, begins = lines[kept], begins[kept]
        return lines, begins


_NOWHERE: Final = Begun(*(np.zeros(0, np.int32) for _ in Begun._fields))


def parted(data: Array, word: bytes, lines: Array, begins: Array, starts: Array) -> Begun:
    """Lines by what stands before the word; `starts` are the beginnings of the names of these lines."""
    first = begins == starts
    begins, others = begins[~first], lines[~first]
    fresh = np.zeros(len(begins), np.bool_)
    if is_word_character(word.decode()[0]):
        fresh = ~_follows_a_word(data, begins)
    return Begun(others[~fresh], others[fresh], lines[first])


def kinds_of_places(text: bytes, data: Array) -> Array:
    """For each byte, the place in `Begun` of a word that begins there; the number behind those for separators."""
    if text.isascii():
        letters = _ALNUM[data]
        letters[1:] &= ~letters[:-1]
        kinds = letters.astype(np.uint8)
    else:
        codes, which = np.unique(np.frombuffer(text.decode().encode("utf-32-le"), np.uint32), return_inverse=True)
        letters = np.array([is_word_character(chr(code)) for code in codes.tolist()])[which]
        letters[1:] &= ~letters[:-1]
        kinds = np.zeros(len(data), np.uint8)
        kinds[data & 0xC0 != 0x80] = letters
    separators = data == _SEPARATOR
    kinds[1:][separators[:-1]] = Begun._fields.index("starts")
    kinds[separators] = len(Begun._fields)
    return kinds


def _classes(counts: Array) -> Array:
    """The separator is frequent and so has a class of its own; those that never occur share the last one."""
    found = np.full(256, CLASSES - 1, np.uint8)
    frequent = np.argsort(-counts, kind="stable")[: CLASSES - 1]
    found[frequent] = range(len(frequent))
    return found


def _runs(classes: Array) -> Array:
    wide = np.concatenate((classes, [0, 0])).astype(np.uint16)
    return np.asarray((wide[:-2] * CLASSES + wide[1:-1]) * CLASSES + wide[2:])


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

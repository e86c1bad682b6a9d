"""The words of a search, ready to be looked for in one segment after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from mosaicfs.documents.names.columns import Shared
from mosaicfs.documents.names.filters import flags
from mosaicfs.documents.names.folding import fold
from mosaicfs.documents.names.globbing import lines_that_fit
from mosaicfs.documents.names.occurrences import INSIDE, NOWHERE, START, Lines, lines_with
from mosaicfs.documents.names.segment import Segment
from mosaicfs.model.search import Search, Word


class LookedFor(Protocol):
    def lines(self, segment: Segment) -> Lines: ...


def wanted_and_absent(search: Search, shared: Shared) -> tuple[list[LookedFor], list[LookedFor]]:
    """An empty word is in every name and says nothing."""
    words = [word for word in search.words if word.text]
    ready = [(word.absent, _looked_for(word, search, shared)) for word in words]
    return [each for absent, each in ready if not absent], [each for absent, each in ready if absent]


def _looked_for(word: Word, search: Search, shared: Shared) -> LookedFor:
    if word.kind == "glob":
        return Glob(word.text)
    if search.within == "path":
        return InPath(fold(word.text), shared.folded_folders())
    return InName(fold(word.text))


class InName:
    def __init__(self, word: str) -> None:
        self._word = word

    def lines(self, segment: Segment) -> Lines:
        return lines_with(segment, self._word)


class Glob:
    """Fits whole names; how much of one its letters are says nothing, so it scores as an occurrence."""

    def __init__(self, glob: str) -> None:
        self._glob = glob

    def lines(self, segment: Segment) -> Lines:
        lines = lines_that_fit(segment, self._glob)
        return Lines(lines, np.full(len(lines), INSIDE, np.uint8))


class InPath:
    """Where the word is in the name, its score there; where it is elsewhere in the path, that of an occurrence."""

    def __init__(self, word: str, folders: Sequence[str]) -> None:
        head, self._slash, self._tail = word.rpartition("/")
        self._word = word
        self._inside = flags(word in folder for folder in folders)
        self._before = flags(folder.endswith(head + self._slash) for folder in folders)

    def lines(self, segment: Segment) -> Lines:
        scores = np.zeros(len(segment), np.uint8)
        inside = self._inside[segment.folder]
        found = lines_with(segment, self._word)
        scores[found.lines] = found.scores
        if self._slash:
            begun = np.zeros(len(segment), np.bool_)
            found = lines_with(segment, self._tail) if self._tail else NOWHERE
            begun[found.lines[found.scores >= START]] = True
            inside |= begun & self._before[segment.folder]
        scores[inside & (scores == 0)] = INSIDE
        lines = np.flatnonzero(scores)
        return Lines(lines, scores[lines])

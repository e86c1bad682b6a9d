"""What a search asks besides its words: answered once for each node, folder, type and ending, then looked up by number.

Filters thin out lines of a segment one after another; a table of flags a column makes each of them one step.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
from msgspec.structs import replace

from mosaicfs.documents.names.accessed import Fitting
from mosaicfs.documents.names.columns import Array, Shared
from mosaicfs.documents.names.folding import fold
from mosaicfs.documents.names.globbing import lines_that_fit
from mosaicfs.documents.names.labelled import Labelled
from mosaicfs.documents.names.segment import Segment
from mosaicfs.model.file_type import FILE_TYPES
from mosaicfs.model.names import covers
from mosaicfs.model.search import Search
from mosaicfs.model.times import instant

_ANYTHING = Search(status=None)


def asked_of_each(search: Search) -> Search:
    """What decides whether a file is found, without order and page: searches that are equal here find the same."""
    return replace(
        search, sort="relevance", descending=False, facets=(), after=None, offset=0, limit=_ANYTHING.limit, counted=True
    )


class Filters:
    """`is_at` tells of a place in a segment whether the file there has exactly this path; asked of very few."""

    def __init__(
        self,
        search: Search,
        shared: Shared,
        labelled: Labelled,
        is_at: Callable[[Segment, int, str], bool],
        accessed: Fitting | None = None,
    ) -> None:
        self._search = search
        self._shared = shared
        self._labelled = labelled
        self._is_at = is_at
        self._accessed = accessed
        self._after = instant(search.mtime_after) if search.mtime_after is not None else None
        self._before = instant(search.mtime_before) if search.mtime_before is not None else None

    def kept(self, segment: Segment, lines: Array | None) -> Array:
        """Those of the lines, or of all, that every filter lets through."""
        search = self._search
        lines = self._there(segment, lines)
        lines = self._within(lines, segment.size, search.size_min, search.size_max)
        lines = self._within(lines, segment.mtime, self._after, self._before - 1 if self._before is not None else None)
        if self._accessed is not None:
            lines = lines[self._accessed.among(segment.n[lines])]
        if search.types:
            lines = lines[self._types[segment.type[lines]]]
        if search.mimes:
            lines = lines[self._mimes[segment.mime[lines]]]
        if search.extensions:
            lines = self._with_ending(segment, lines)
        if self._folders is not None:
            lines = self._in_folders(segment, lines)
        return self._with_labels(segment, lines)

    @property
    def are_open(self) -> bool:
        """Whether a status is all that is asked."""
        return replace(asked_of_each(self._search), status=None) == _ANYTHING

    def _there(self, segment: Segment, lines: Array | None) -> Array:
        status = self._search.status
        if lines is None:
            there = segment.live if status is None else segment.live & (segment.gone == (status == "deleted"))
            return np.flatnonzero(there)
        lines = lines[segment.live[lines]]
        return lines if status is None else lines[segment.gone[lines] == (status == "deleted")]

    @staticmethod
    def _within(lines: Array, column: Array, low: int | None, high: int | None) -> Array:
        if low is not None:
            lines = lines[column[lines] >= low]
        return lines[column[lines] <= high] if high is not None else lines

    # --- tables ------------------------------------------------------------------------------------------------

    @cached_property
    def _types(self) -> Array:
        return np.isin(FILE_TYPES, self._search.types)

    @cached_property
    def _mimes(self) -> Array:
        wanted = [re.compile(fnmatch.translate(mime.lower())).match for mime in self._search.mimes]
        return flags(bool(mime) and any(fits(mime) for fits in wanted) for mime in self._shared.mimes)

    @cached_property
    def _endings(self) -> Array:
        wanted = {fold(ending).encode() for ending in self._search.extensions} - {b""}
        return flags(ending in wanted for ending in self._shared.endings)

    @cached_property
    def _double_endings(self) -> list[str]:
        """`tar.gz`: the last part alone would say too little, and the column knows no more."""
        double = [ending for ending in self._search.extensions if "." in ending]
        return [re.sub(r"([\\*?\[{])", r"\\\1", ending) for ending in double]

    @cached_property
    def _folders(self) -> Array | None:
        search, folders = self._search, self._shared.folders
        tests: list[Callable[[str], bool]] = []
        if search.parent is not None:
            parent = search.parent
            tests.append(lambda path: path == parent)
        if search.path_prefix is not None:
            stem = search.path_prefix.rstrip("/")
            # The folder before the last part, for a prefix that is a file's own path.
            above = stem.rpartition("/")[0] or "/"
            tests.append(lambda path: covers(stem, path) or (bool(stem) and path == above))
        fit = flags(all(test(path) for test in tests) for _, path in folders) if tests else None
        if not search.nodes:
            return fit
        wanted = [number for node, number in self._shared.nodes.items() if node in search.nodes]
        there = np.isin(self._shared.node_of_folder(), wanted)
        return there if fit is None else there & fit

    # --- what needs more than a table ----------------------------------------------------------------------------

    def _with_ending(self, segment: Segment, lines: Array) -> Array:
        fits = self._endings[segment.ending[lines]]
        for ending in self._double_endings:
            fits |= np.isin(lines, lines_that_fit(segment, f"?*.{ending}"))
        return lines[fits]

    def _with_labels(self, segment: Segment, lines: Array) -> Array:
        search, have = self._search, self._labelled.have
        for label in search.labels:
            lines = lines[have(label, segment, lines)]
        if search.labels_any:
            lines = lines[np.any([have(label, segment, lines) for label in search.labels_any], axis=0)]
        for label in search.labels_not:
            lines = lines[~have(label, segment, lines)]
        return lines

    def _in_folders(self, segment: Segment, lines: Array) -> Array:
        assert self._folders is not None
        lines = lines[self._folders[segment.folder[lines]]]
        if self._search.path_prefix is None or not self._search.path_prefix.rstrip("/"):
            return lines
        whole = self._covered[segment.folder[lines]]
        path = self._search.path_prefix.rstrip("/")
        name = fold(path.rpartition("/")[2])
        for at in np.flatnonzero(~whole).tolist():
            line = int(lines[at])
            whole[at] = segment.name(line) == name and self._is_at(segment, line, path)
        return lines[whole]

    @cached_property
    def _covered(self) -> Array:
        prefix = self._search.path_prefix or "/"
        return flags(covers(prefix, path) for _, path in self._shared.folders)


def flags(each: Iterable[bool]) -> Array:
    """A table to look up by number."""
    return np.fromiter(each, np.bool_)

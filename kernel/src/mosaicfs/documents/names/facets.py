"""How a match is spread over nodes, types, years and so on: counted by number, named at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np

from mosaicfs.documents.names.columns import Array, Shared
from mosaicfs.documents.names.labelled import Labelled
from mosaicfs.documents.names.segment import Segment
from mosaicfs.model.file_type import FILE_TYPES
from mosaicfs.model.search import Facet, FacetValue

Numbered: TypeAlias = Literal["node", "type", "mime", "ext", "year", "size"]
"""Facets of which a file has one value. Of labels it may have many."""

MOST_VALUES: Final = 50
SIZES: Final = (
    ("0", 0),
    ("1..1K", 1 << 10),
    ("1K..1M", 1 << 20),
    ("1M..100M", 100 << 20),
    ("100M..1G", 1 << 30),
    ("1G..", None),
)
"""Name and greatest size of each class; a size belongs to the first that holds it."""

_FIRST_YEAR: Final = 1


class Counts:
    def __init__(self, facets: Sequence[Facet], shared: Shared, labelled: Labelled) -> None:
        self._shared = shared
        self._labelled = labelled
        self._labels: Counter[str] | None = Counter() if "label" in facets else None
        self._node_of_folder = shared.node_of_folder() if "node" in facets else shared.nodes.of([])
        self._names = {facet: self._values(facet) for facet in facets if facet != "label"}
        self._counts = {facet: np.zeros(len(names), np.int64) for facet, names in self._names.items()}

    def add(self, segment: Segment, lines: Array) -> None:
        for facet, known in self._counts.items():
            np.add(known, np.bincount(self._numbers(facet, segment, lines), minlength=len(known)), out=known)
        if self._labels is not None:
            self._labels += self._labelled.counted(segment, lines)

    def values(self) -> dict[str, list[FacetValue]]:
        found: dict[str, list[FacetValue]] = {
            facet: self._most(names, self._counts[facet]) for facet, names in self._names.items()
        }
        if self._labels is not None:
            found["label"] = _first(FacetValue(*each) for each in self._labels.items())
        return found

    @staticmethod
    def _most(names: list[str], counts: Array) -> list[FacetValue]:
        """Most first, then by name. Files without a type or an ending are under no value."""
        return _first(FacetValue(names[at], int(counts[at])) for at in np.flatnonzero(counts).tolist() if names[at])

    def _values(self, facet: Numbered) -> list[str]:
        match facet:
            case "node":
                return list(self._shared.nodes)
            case "type":
                return list(FILE_TYPES)
            case "mime":
                return list(self._shared.mimes)
            case "ext":
                return [ending.decode() for ending in self._shared.endings]
            case "year":
                return [f"{year:04}" for year in range(_FIRST_YEAR, 10_000)]
            case "size":
                return [name for name, _ in SIZES]

    def _numbers(self, facet: Numbered, segment: Segment, lines: Array) -> Array:
        match facet:
            case "node":
                return np.asarray(self._node_of_folder[segment.folder[lines]])
            case "type":
                return np.asarray(segment.type[lines])
            case "mime":
                return np.asarray(segment.mime[lines])
            case "ext":
                return np.asarray(segment.ending[lines])
            case "year":
                days = segment.mtime[lines].astype("datetime64[us]").astype("datetime64[Y]")
                return days.astype(np.int64) + 1970 - _FIRST_YEAR
            case "size":
                return np.searchsorted([most for _, most in SIZES if most is not None], segment.size[lines])


def _first(values: Iterable[FacetValue]) -> list[FacetValue]:
    return sorted(values, key=lambda each: (-each.count, each.value))[:MOST_VALUES]

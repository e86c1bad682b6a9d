"""The op `size`: bytes between two bounds, which count as inside."""

from __future__ import annotations

from math import inf

from mosaicfs.model.filing import FileRow
from mosaicfs.tree.steps.op import Asked, Op
from mosaicfs.tree.steps.parameters import Parameters


class Size(Op):
    def __init__(self, least: int | None, most: int | None) -> None:
        self._least = least or 0
        self._most = inf if most is None else most

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return self._least <= row.size <= self._most

    def measured(self, row: FileRow, asked: Asked) -> int:
        return row.size


def read(parameters: Parameters) -> Size:
    return Size(*parameters.bounds("min_bytes", "max_bytes"))

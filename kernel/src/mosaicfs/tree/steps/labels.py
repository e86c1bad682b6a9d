"""The op `label`: files that have all of the labels."""

from __future__ import annotations

from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import is_label
from mosaicfs.tree.steps.op import Asked, Needs, Op
from mosaicfs.tree.steps.parameters import Parameters

FORM = "a label: 1 to 200 bytes, composed (NFC), without control characters and spaces around it"


class Label(Op):
    needs = Needs(labels=True)

    def __init__(self, labels: frozenset[str]) -> None:
        self._labels = labels

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return self._labels.issubset(asked.labels(row))

    def measured(self, row: FileRow, asked: Asked) -> list[str]:
        return sorted(asked.labels(row))


def read(parameters: Parameters) -> Label:
    return Label(parameters.texts("labels", is_sound_label, FORM))


def is_sound_label(text: str) -> bool:
    try:
        return is_label(text)
    except UnicodeEncodeError:
        return False

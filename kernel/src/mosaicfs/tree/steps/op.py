"""What all ops have in common: asked of one file, they match or do not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import inf
from typing import NamedTuple, Protocol

from mosaicfs.model.filing import FileRow
from mosaicfs.model.json import Json, JsonObject


class Asked(Protocol):
    """What a step may need beside the file itself. Times are seconds since 1970."""

    @property
    def now(self) -> float: ...

    def labels(self, row: FileRow) -> Collection[str]:
        """The effective set."""

    def last_access(self, file_id: str) -> float | None: ...

    def replicas(self, file_id: str) -> Sequence[tuple[str, str]]:
        """Target and status."""

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        """The data, where its status is `ok`."""


class Needs(NamedTuple):
    """What verdicts rest on beside the files; `annotations` are names of plugins."""

    labels: bool = False
    access: bool = False
    replicas: bool = False
    annotations: frozenset[str] = frozenset()
    time: bool = False

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.labels or other.labels,
            self.access or other.access,
            self.replicas or other.replicas,
            self.annotations | other.annotations,
            self.time or other.time,
        )


class Op:
    needs = Needs()

    def matches(self, row: FileRow, asked: Asked) -> bool:
        raise NotImplementedError

    def until(self, row: FileRow, asked: Asked) -> float:
        """The earliest moment after `now` at which time alone may make `matches` answer otherwise."""
        return inf

    def measured(self, row: FileRow, asked: Asked) -> Json:
        """What a bound was compared with, for a person who asks why."""
        return None

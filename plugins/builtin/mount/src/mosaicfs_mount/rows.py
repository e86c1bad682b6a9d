"""One state of a directory, from when somebody begins to read it until he has come to its end.

An offset says in which state and which row: two that every directory has, then the names, directories first. So who
reads on reads what he began with, and what the system keeps of two states does not mix.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mosaicfs.model.tree import Shown
from mosaicfs_mount.known import KnownDirectory

DOTS: Final = (b".", b"..")
_SHIFT: Final = 32
_ROWS: Final = (1 << _SHIFT) - 1
_STATES: Final = 1 << 31
_MOST_NAMES: Final = 20_000
_READERS: Final = 16
"""So many may read at once however large their directories are. Not everybody comes to the end."""


class Rows(NamedTuple):
    """`turn` is the one in which they were asked for, `mark` stands for all of the names and what they mean."""

    node: KnownDirectory
    entries: Sequence[Shown]
    names: Sequence[bytes]
    turn: int
    mark: int

    @property
    def first_file(self) -> int:
        return len(DOTS) + bisect_left(self.entries, True, key=lambda each: each.kind == "file")


@dataclass(slots=True)
class BeingRead:
    """States that somebody may read on in; the oldest go where there are too many."""

    _states: OrderedDict[int, Rows] = field(default_factory=OrderedDict)
    _names: int = 0
    _last: int = 0

    def begin(self, rows: Rows) -> int:
        """The offset of its first row."""
        self._last = self._last % (_STATES - 1) + 1
        self._states[self._last] = rows
        self._names += len(rows.names)
        while len(self._states) > _READERS and self._names > _MOST_NAMES:
            self._names -= len(self._states.popitem(last=False)[1].names)
        return self._last << _SHIFT

    def at(self, offset: int) -> Rows | None:
        return self._states.get(offset >> _SHIFT)

    def end(self, offset: int) -> None:
        rows = self._states.pop(offset >> _SHIFT, None)
        if rows is not None:
            self._names -= len(rows.names)


def row_at(offset: int) -> int:
    return offset & _ROWS


def rows_of(node: KnownDirectory, entries: Sequence[Shown], turn: int) -> Rows:
    names = encoded(entries)
    return Rows(node, entries, (*DOTS, *names), turn, mark_of(names, entries))


def encoded(entries: Sequence[Shown]) -> list[bytes]:
    """Their names. No name that is shown has a zero in it."""
    return "\0".join([each.name for each in entries]).encode(errors="surrogatepass").split(b"\0") if entries else []


def mark_of(names: Sequence[bytes], entries: Sequence[Shown]) -> int:
    """Two listings with the same mark have the same names, which mean the same."""
    return hash((*names, *[each.inode for each in entries]))

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

from mosaicfs.model.filing import FolderFiles
from mosaicfs.model.tree import Brief, Listing, Shown
from mosaicfs_mount.known import KnownDirectory

DOTS: Final = (b".", b"..")
_SHIFT: Final = 32
_ROWS: Final = (1 << _SHIFT) - 1
_STATES: Final = 1 << 31
_MOST_NAMES: Final = 20_000
_READERS: Final = 16
"""So many may read at once however large their directories are. Not everybody comes to the end."""


class Rows(NamedTuple):
    """`turn` is the one in which they were asked for, `mark` stands for all of the names and what they mean.

    Where `own` says it of the files, there are only directories among `entries`.
    """

    node: KnownDirectory
    entries: Sequence[Shown]
    own: FolderFiles | None
    names: Sequence[bytes]
    first_file: int
    turn: int
    mark: int

    def inode(self, at: int) -> int:
        if at < len(DOTS):
            return self.node.inode
        return (
            self.own.inodes[at - self.first_file] if self.own and at >= self.first_file else self.entries[at - 2].inode
        )


@dataclass(slots=True)
class BeingRead:
    """States that somebody may read on in; the oldest go where there are too many."""

    _states: OrderedDict[int, Rows] = field(default_factory=OrderedDict)
    _names: int = 0
    _last: int = 0

    def new_offset(self) -> int:
        """The one of the first row of a state that may be read from now on."""
        self._last = self._last % (_STATES - 1) + 1
        return self._last << _SHIFT

    def begin(self, rows: Rows, offset: int | None = None) -> int:
        """The offset of its first row, unless it has one."""
        offset = self.new_offset() if offset is None else offset
        self._states[offset >> _SHIFT] = rows
        self._names += len(rows.names)
        while len(self._states) > _READERS and self._names > _MOST_NAMES:
            self._names -= len(self._states.popitem(last=False)[1].names)
        return offset

    def at(self, offset: int) -> Rows | None:
        return self._states.get(offset >> _SHIFT)

    def end(self, offset: int) -> None:
        rows = self._states.pop(offset >> _SHIFT, None)
        if rows is not None:
            self._names -= len(rows.names)


def row_at(offset: int) -> int:
    return offset & _ROWS


def rows_of(node: KnownDirectory, listing: Listing | Brief | None, turn: int) -> Rows:
    """Of nothing, too."""
    if isinstance(listing, Brief):
        return _of_brief(node, listing, turn)
    entries = listing.entries if listing is not None else ()
    names = encoded([each.name for each in entries])
    first_file = len(DOTS) + bisect_left(entries, True, key=lambda each: each.kind == "file")
    mark = mark_of(names, [each.inode for each in entries])
    return Rows(node, entries, None, (*DOTS, *names), first_file, turn, mark)


def _of_brief(node: KnownDirectory, brief: Brief, turn: int) -> Rows:
    entries, files = brief.directories, brief.files
    names = encoded([*[each.name for each in entries], *files.names])
    mark = mark_of(names, [*[each.inode for each in entries], *files.inodes])
    return Rows(node, entries, files, (*DOTS, *names), len(DOTS) + len(entries), turn, mark)


def encoded(names: Sequence[str]) -> list[bytes]:
    """No name that is shown has a zero in it."""
    return "\0".join(names).encode(errors="surrogatepass").split(b"\0") if names else []


def mark_of(names: Sequence[bytes], inodes: Sequence[int]) -> int:
    """Two listings with the same mark have the same names, which mean the same."""
    return hash((*names, *inodes))

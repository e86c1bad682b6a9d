"""Some ten thousand files in columns. Nothing in it changes but `live`: a file that changes is written behind anew."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from mosaicfs.documents.names import columns
from mosaicfs.documents.names.columns import Array, Folded, Ids, Rows, Shared
from mosaicfs.documents.names.postings import Postings

FULL = 65_536
POSTINGS_FROM = FULL // 4
"""Smaller segments are soon joined to others, and looked through in less than a millisecond."""
PIECE = 4_096
"""So many rows at once are read from a database; being small they are cheap to join."""

Spelling: TypeAlias = Literal["name", "path"]


@dataclass(eq=False)
class Segment:
    """Files by place in it. Numbers of `folder`, `mime` and `ending` are those of `Shared`."""

    names: Folded
    ids: Ids
    n: Array
    size: Array
    mtime: Array
    folder: Array
    mime: Array
    ending: Array
    type: Array
    gone: Array
    live: Array

    def __post_init__(self) -> None:
        self.data: Array = np.frombuffer(self.names.text, np.uint8)
        self.counts: Array = np.bincount(self.data, minlength=256)
        self.postings = Postings(self.names.text, self.names.bounds) if len(self.n) >= POSTINGS_FROM else None
        self._orders: dict[Spelling, Order] = {}
        self._arranged: dict[tuple[str, int], Array] = {}
        self._tallies: dict[str | None, int] = {}

    def __len__(self) -> int:
        return len(self.n)

    @property
    def used(self) -> int:
        return int(np.count_nonzero(self.live))

    def strike(self, lines: Array) -> None:
        """They are written elsewhere now, or gone."""
        self.live[lines] = False
        self._tallies.clear()

    def tally(self, status: str | None) -> int:
        """How many live files have this status, or any."""
        if status not in self._tallies:
            kept = self.live if status is None else self.live & (self.gone == (status == "deleted"))
            self._tallies[status] = int(np.count_nonzero(kept))
        return self._tallies[status]

    def name(self, line: int) -> str:
        return self.names.text[self.names.bounds[line] + 1 : self.names.bounds[line + 1]].decode()

    @cached_property
    def wide(self) -> bool:
        return not self.names.text.isascii()

    def characters(self) -> tuple[Array, Array]:
        """The code points of all names, and their bounds among them."""
        if not self.wide:
            return self.data, self.names.bounds
        codes = np.frombuffer(self.names.text.decode().encode("utf-32-le"), np.uint32)
        return codes, np.flatnonzero(codes == 0)

    def order(self, spelling: Spelling, folders: Sequence[str]) -> Order:
        """Made when somebody first sorts by it: most searches never do."""
        if spelling not in self._orders:
            names = self.names.text[1:-1].split(b"\0")
            if spelling == "path":
                encoded = {number: folders[number].encode() for number in set(self.folder.tolist())}
                names = [encoded[folder] + name for folder, name in zip(self.folder.tolist(), names, strict=True)]
            self._orders[spelling] = Order.of(names)
        return self._orders[spelling]

    def arranged(self, sort: str, sign: int, key_of: Callable[[Segment], Array]) -> Array:
        """All lines by a key and then by id; made when somebody first walks that way. Not where ids are odd."""
        if (sort, sign) not in self._arranged:
            lines = np.lexsort((self.ids.low, self.ids.high, key_of(self)))
            self._arranged[sort, sign] = lines.astype(np.int32)
        return self._arranged[sort, sign]


class Order:
    """Ranks of the names of a segment: equal names have equal ranks, and between two of them there is room."""

    def __init__(self, lines: Array, ranks: Array) -> None:
        self.ranks = ranks
        self._lines = lines

    @classmethod
    def of(cls, names: list[bytes]) -> Order:
        lines = sorted(range(len(names)), key=names.__getitem__)
        fresh = [names[a] != names[b] for a, b in zip(lines[1:], lines, strict=False)]
        ranks = np.zeros(len(names), np.int32)
        ranks[lines] = 2 * np.concatenate(([0], np.cumsum(fresh, dtype=np.int32)))
        return cls(np.array(lines, np.int32), ranks)

    def rank_of(self, text: str, names: Spelled) -> int:
        """An odd one, in the gap, where no name is equal."""
        key = names.__getitem__
        low, high = bisect_left(self._lines, text, key=key), bisect_right(self._lines, text, key=key)
        if low < high:
            return int(self.ranks[self._lines[low]])
        return int(self.ranks[self._lines[low]]) - 1 if low < len(self._lines) else 2 * len(self._lines) + 1


class Spelled:
    """Spelled names of a segment by place, decoded one by one."""

    def __init__(self, segment: Segment, spelling: Spelling, folders: Sequence[str]) -> None:
        self._segment = segment
        self._folders = folders if spelling == "path" else None

    def __getitem__(self, line: int) -> str:
        name = self._segment.name(line)
        return self._folders[self._segment.folder[line]] + name if self._folders is not None else name


def built(rows: Rows, shared: Shared) -> Segment:
    names = columns.folded(rows.names)
    folder = shared.folders.of(list(zip(rows.nodes, rows.parents, strict=True)))
    shared.nodes.of(list(dict.fromkeys(rows.nodes)))
    mime = shared.mimes.of([mime or "" for mime in rows.mimes])
    ending = columns.endings(names, shared)
    return Segment(
        names=names,
        ids=rows.ids if isinstance(rows.ids, Ids) else columns.identifiers(rows.ids),
        n=np.array(rows.n, np.int64),
        size=np.array(rows.sizes, np.int64),
        mtime=columns.instants(rows.mtimes),
        folder=folder,
        mime=mime,
        ending=ending,
        type=columns.types(ending, mime, shared),
        gone=np.array([status != "active" for status in rows.statuses], np.bool_),
        live=np.ones(len(rows.n), np.bool_),
    )


def merged(segments: Iterable[Segment]) -> Segment:
    """The live files of all of them, in their order."""
    parts = [(segment, np.flatnonzero(segment.live)) for segment in segments]

    def together(name: str) -> Array:
        return np.concatenate([getattr(segment, name)[kept] for segment, kept in parts])

    texts = [_kept_text(segment, kept) for segment, kept in parts]
    names = columns.of_text(b"\0" + b"".join(texts))
    odd: dict[int, str] = {}
    start = 0
    for segment, kept in parts:
        if segment.ids.odd:
            places = enumerate(kept.tolist(), start)
            odd |= {new: segment.ids.odd[old] for new, old in places if old in segment.ids.odd}
        start += len(kept)
    high = np.concatenate([segment.ids.high[kept] for segment, kept in parts])
    low = np.concatenate([segment.ids.low[kept] for segment, kept in parts])
    numbers = {name: together(name) for name in _NUMBERS}
    return Segment(names=names, ids=Ids(high, low, odd), **numbers)


_NUMBERS = ("n", "size", "mtime", "folder", "mime", "ending", "type", "gone", "live")


def _kept_text(segment: Segment, kept: Array) -> bytes:
    if len(kept) == len(segment):
        return segment.names.text[1:]
    names = segment.names.text[1:-1].split(b"\0")
    return b"".join(names[line] + b"\0" for line in kept.tolist())

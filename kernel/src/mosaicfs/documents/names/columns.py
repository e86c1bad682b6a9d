"""What is known of many files, turned into columns of numbers: times, identifiers, names behind one another.

Strings that many files share are numbered once for the whole index. Everything here is done to all rows at once; a
loop in Python over half a million files would take longer than reading them from the database.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from mosaicfs.documents.names.folding import SEPARATOR, fold
from mosaicfs.model.file_type import FILE_TYPES, type_of

Array: TypeAlias = npt.NDArray[Any]
Key = TypeVar("Key", bound=Hashable)

FILE = "file::"
_UUID_ID = len(FILE) + 36
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
_DAY = 86_400_000_000


class Ids(NamedTuple):
    """UUIDs in two halves, so that their order is that of the texts. `odd` keeps ids of any other form by place."""

    high: Array
    low: Array
    odd: dict[int, str]

    def text(self, place: int) -> str:
        if place in self.odd:
            return self.odd[place]
        tail = f"{int(self.high[place]):016x}{int(self.low[place]):016x}"
        return f"{FILE}{tail[:8]}-{tail[8:12]}-{tail[12:16]}-{tail[16:20]}-{tail[20:]}"

    def at(self, places: Array) -> Ids:
        odd = {}
        if self.odd:
            odd = {new: self.odd[old] for new, old in enumerate(places.tolist()) if old in self.odd}
        return Ids(self.high[places], self.low[places], odd)


class Rows(NamedTuple):
    """Files, one a place in each sequence. `mtimes` in the form of `times.ordered`; `n` is the driver's number."""

    n: Sequence[int]
    ids: Sequence[str] | Ids
    nodes: Sequence[str]
    parents: Sequence[str]
    names: Sequence[str]
    sizes: Sequence[int]
    mtimes: Sequence[str]
    mimes: Sequence[str | None]
    statuses: Sequence[str]

    def parts(self, most: int) -> Iterator[Rows]:
        """Of at most so many rows."""
        if len(self.n) <= most:
            yield self
            return
        columns = self._replace(ids=self.texts())
        for start in range(0, len(self.n), most):
            yield Rows(*(column[start : start + most] for column in columns))  # type: ignore[arg-type]  # as they were

    def texts(self) -> Sequence[str]:
        return [*map(self.ids.text, range(len(self.n)))] if isinstance(self.ids, Ids) else self.ids


class Numbered(dict[Key, int]):
    """Each value gets the next number when it is first asked for."""

    def __missing__(self, key: Key) -> int:
        number = self[key] = len(self)
        return number

    def of(self, keys: Sequence[Key]) -> Array:
        return np.fromiter(map(self.__getitem__, keys), np.int32, len(keys))


@dataclass
class Shared:
    """Numbered once for the whole index. Number 0 of `mimes` and `endings` is "none"."""

    nodes: Numbered[str] = field(default_factory=Numbered)
    folders: Numbered[tuple[str, str]] = field(default_factory=Numbered)
    mimes: Numbered[str] = field(default_factory=lambda: Numbered({"": 0}))
    endings: Numbered[bytes] = field(default_factory=lambda: Numbered({b"": 0}))
    folded: list[str] = field(default_factory=list)
    """Paths of `folders`, folded, with a `/` at the end; as far as somebody has asked."""

    nodes_of_folders: Array = field(default_factory=lambda: np.zeros(0, np.int32))

    def node_of_folder(self) -> Array:
        if len(self.nodes_of_folders) < len(self.folders):
            added = [node for node, _ in islice(self.folders, len(self.nodes_of_folders), None)]
            self.nodes_of_folders = np.concatenate((self.nodes_of_folders, self.nodes.of(added)))
        return self.nodes_of_folders

    def folded_folders(self) -> list[str]:
        if len(self.folded) < len(self.folders):
            self.folded += [f"{fold(path).rstrip('/')}/" for _, path in [*self.folders][len(self.folded) :]]
        return self.folded


class Folded(NamedTuple):
    """Names in one run of bytes. `bounds[i]` is the separator before name i; one more closes the last.

    `stems` are the places where names end when their extension is left out.
    """

    text: bytes
    bounds: Array
    stems: Array


def folded(names: Sequence[str]) -> Folded:
    joined = SEPARATOR.join(names)
    if joined.isascii() and joined.count(SEPARATOR) == len(names) - 1:
        together = joined.lower()
    else:
        together = SEPARATOR.join(map(fold, names))
    return of_text(f"\0{together}\0".encode())


def of_text(text: bytes) -> Folded:
    data = np.frombuffer(text, np.uint8)
    bounds = np.flatnonzero(data == 0).astype(np.int32)
    return Folded(text, bounds, _stems(data, bounds))


def _stems(data: Array, bounds: Array) -> Array:
    """A dot parts an extension when something else than dots is before it, and something at all behind."""
    starts, ends = bounds[:-1] + 1, bounds[1:]
    dots = np.flatnonzero(data == ord(".")).astype(np.int32)
    if not len(dots):
        return ends.copy()
    last = dots[np.maximum(np.searchsorted(dots, ends) - 1, 0)]
    parted = (last > starts) & (last < ends - 1)
    doubtful = np.flatnonzero(parted & (data[starts] == ord(".")))
    if len(doubtful):
        others = np.cumsum(data != ord("."), dtype=np.int32)
        parted[doubtful] = others[last[doubtful]] > others[starts[doubtful]]
    return np.where(parted, last, ends)


def endings(names: Folded, shared: Shared) -> Array:
    text, parted = names.text, np.flatnonzero(names.stems < names.bounds[1:])
    starts, ends = (names.stems[parted] + 1).tolist(), names.bounds[1:][parted].tolist()
    found = np.zeros(len(names.stems), np.int32)
    found[parted] = shared.endings.of([text[start:end] for start, end in zip(starts, ends, strict=True)])
    return found


def types(ending: Array, mime: Array, shared: Shared) -> Array:
    """Told once for each pair that occurs."""
    pairs, which = np.unique(ending.astype(np.int64) << 32 | mime, return_inverse=True)
    ending_text, mime_text = list(shared.endings), list(shared.mimes)
    told = [type_of(ending_text[pair >> 32].decode(), mime_text[pair & 0xFFFF_FFFF]) for pair in pairs.tolist()]
    return np.array([FILE_TYPES.index(each) for each in told], np.uint8)[which]


def instants(texts: Sequence[str]) -> Array:
    """`times.instant` of many times in the form of `mtime`, which always has 27 characters."""
    digits = np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), 27).astype(np.int64) - ord("0")

    def number(start: int, end: int) -> Array:
        value = np.zeros(len(texts), np.int64)
        for column in range(start, end):
            value = value * 10 + digits[:, column]
        return value

    seconds = (number(11, 13) * 60 + number(14, 16)) * 60 + number(17, 19)
    days = _days(number(0, 4), number(5, 7), number(8, 10))
    return np.asarray(np.clip(days * _DAY + seconds * 1_000_000 + number(20, 26), _FIRST, _LAST))


def _days(year: Array, month: Array, day: Array) -> Array:
    """Since 1970. The year begins in March here, so that the leap day is its last."""
    year = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    within, era = year % 400, year // 400
    return np.asarray(era * 146_097 + within * 365 + within // 4 - within // 100 + of_year - 719_468)


_HYPHENS = [len(FILE) + place for place in (8, 13, 18, 23)]
_HEX = [place for place in range(len(FILE), _UUID_ID) if place not in _HYPHENS]
_NIBBLE = np.full(256, 255, np.uint8)
_NIBBLE[[*b"0123456789abcdef"]] = range(16)
_STAND_IN = "-" * _UUID_ID


def identifiers(ids: Sequence[str]) -> Ids:
    long = [each if len(each) == _UUID_ID and each.isascii() else _STAND_IN for each in ids]
    table = np.frombuffer("".join(long).encode(), np.uint8).reshape(len(ids), _UUID_ID)
    nibbles = _NIBBLE[table[:, _HEX]]
    plain = (table[:, : len(FILE)] == [*FILE.encode()]).all(axis=1) & (table[:, _HYPHENS] == ord("-")).all(axis=1)
    plain &= (nibbles != 255).all(axis=1)
    halves = np.ascontiguousarray(nibbles[:, 0::2] << 4 | nibbles[:, 1::2] & 15).view(">u8").astype(np.uint64)
    odd = {place: ids[place] for place in np.flatnonzero(~plain).tolist()}
    return Ids(halves[:, 0], halves[:, 1], odd)

"""The files of one directory that the system knows: some fifty bytes for each, since there may be half a million.

A file has a slot from when the system is told of it until it has forgotten it as often as it was told, and nobody else
has that slot in between. A name means one slot at most; a slot whose name means something else by now has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import accumulate, repeat
from struct import Struct
from typing import Final, NamedTuple


class Kind(IntEnum):
    """`SURE`: what is kept here is all that its attributes are made of. `UNSURE`: they have to be asked for."""

    FREE = 0
    SURE = 1
    UNSURE = 2


class Row(NamedTuple):
    """What the system was told of a file. `name` is empty once the name means something else."""

    name: bytes
    inode: int
    size: int
    mtime_ns: int
    is_sure: bool


_record: Final = Struct("=QQqIIBB")
_facts: Final = Struct("=QQq")
_lookups: Final = Struct("=I")
_inode: Final = Struct("=Q")
_SIZE: Final = _record.size
_LOOKUPS: Final = _facts.size
_PLACE: Final = _LOOKUPS + _lookups.size
_KIND: Final = _SIZE - 1
_place: Final = Struct("=IB")


class Slots:
    """Names lie one behind the other in a text of their own; the records say where. `_index` is made when a name is
    asked for, and is given back by `rest`.
    """

    __slots__ = ("_free", "_index", "_names", "_records", "_wasted")

    def __init__(self) -> None:
        self._records = bytearray()
        self._names = bytearray()
        self._free: list[int] | None = None
        self._index: dict[bytes, int] | None = None
        self._wasted = 0

    def __len__(self) -> int:
        """Slots that the system knows, with a name or without."""
        return len(self._records) // _SIZE - len(self._free or ())

    # --- told to the system ----------------------------------------------------------------------------------------

    def tell(self, name: bytes, inode: int, size: int, mtime_ns: int, kind: int) -> int:
        """The slot of the name, which the system knows once more from now on."""
        index = self._index if self._index is not None else self._indexed()
        slot = index.get(name)
        if slot is not None:
            at = slot * _SIZE
            known, _, _, lookups, start, length, _ = _record.unpack_from(self._records, at)
            if known == inode:
                _record.pack_into(self._records, at, inode, size, mtime_ns, lookups + 1, start, length, kind)
                return slot
            self._unname(slot)
        names = self._names
        if self._free:
            slot = self._free.pop()
            at = slot * _SIZE
            self._records[at : at + _SIZE] = _record.pack(inode, size, mtime_ns, 1, len(names), len(name), kind)
        else:
            slot = len(self._records) // _SIZE
            self._records += _record.pack(inode, size, mtime_ns, 1, len(names), len(name), kind)
        names += name
        index[name] = slot
        return slot

    def tell_new(
        self, names: Sequence[bytes], inodes: Sequence[int], sizes: Sequence[int], mtimes_ns: Sequence[int], kind: int
    ) -> int:
        """The slot of the first name; the others follow. Only where `are_new`."""
        first = self.end
        starts = accumulate(map(len, names), initial=len(self._names) if self._records else 0)
        columns = inodes, sizes, mtimes_ns, repeat(1), starts, map(len, names), repeat(kind)
        records, text = b"".join(map(_record.pack, *columns)), b"".join(names)
        if self._records:
            self._records += records
            self._names += text
        else:
            self._records, self._names, self._wasted = bytearray(records), bytearray(text), 0
        if self._index is not None:
            self._index.update(zip(names, range(first, self.end), strict=True))
        return first

    def are_new(self, names: Iterable[bytes]) -> bool:
        """Nobody knows any of them, and they would get slots one behind the other, from `end` on."""
        return not self._free and (not self._records or self._indexed().keys().isdisjoint(names))

    @property
    def end(self) -> int:
        """The slot behind the last."""
        return len(self._records) // _SIZE

    def forget(self, slot: int, lookups: int) -> bool:
        """Whether the system has forgotten it altogether."""
        at = slot * _SIZE
        left = _lookups.unpack_from(self._records, at + _LOOKUPS)[0] - lookups
        if left > 0:
            _lookups.pack_into(self._records, at + _LOOKUPS, left)
            return False
        self._free_one(slot)
        return True

    # --- asked -----------------------------------------------------------------------------------------------------

    def find(self, name: bytes) -> int | None:
        return self._indexed().get(name)

    def row(self, slot: int) -> Row | None:
        """None of a slot that the system does not know."""
        at = slot * _SIZE
        if at + _SIZE > len(self._records):
            return None
        inode, size, mtime_ns, _, start, length, kind = _record.unpack_from(self._records, at)
        if kind == Kind.FREE:
            return None
        return Row(bytes(self._names[start : start + length]), inode, size, mtime_ns, kind == Kind.SURE)

    def lookups(self, slot: int) -> int:
        found: int = _lookups.unpack_from(self._records, slot * _SIZE + _LOOKUPS)[0]
        return found

    def named(self) -> list[tuple[bytes, int, int]]:
        """Names, with the slots that they mean and the inodes that are there."""
        records = self._records
        found = self._indexed().items()
        return [(name, slot, _inode.unpack_from(records, slot * _SIZE)[0]) for name, slot in found]

    # --- what has changed ------------------------------------------------------------------------------------------

    def renew(self, slot: int, size: int, mtime_ns: int, kind: int) -> bool:
        """Whether the system was told something else."""
        at = slot * _SIZE
        inode, before_size, before_ns = _facts.unpack_from(self._records, at)
        _facts.pack_into(self._records, at, inode, size, mtime_ns)
        self._records[at + _KIND] = kind
        return (before_size, before_ns) != (size, mtime_ns)

    def untell(self, name: bytes) -> None:
        """It means nothing any more, or something else; whoever holds what it meant goes on with that."""
        slot = self._indexed().get(name)
        if slot is not None:
            self._unname(slot)

    def rest(self) -> None:
        """Nobody asks for names for a while."""
        self._index = None

    # --- within ----------------------------------------------------------------------------------------------------

    def _indexed(self) -> dict[bytes, int]:
        if self._index is None:
            names = bytes(self._names)
            self._index = {
                names[start : start + length]: slot
                for slot, (*_, start, length, _) in enumerate(_record.iter_unpack(self._records))
                if length
            }
        return self._index

    def _unname(self, slot: int) -> None:
        at = slot * _SIZE + _PLACE
        start, length = _place.unpack_from(self._records, at)
        if not length:
            return
        if self._index is not None:
            del self._index[bytes(self._names[start : start + length])]
        _place.pack_into(self._records, at, 0, 0)
        self._wasted += length

    def _free_one(self, slot: int) -> None:
        self._unname(slot)
        self._records[slot * _SIZE : (slot + 1) * _SIZE] = bytes(_SIZE)
        if self._free is None:
            self._free = []
        self._free.append(slot)
        if not len(self):
            self.__init__()  # type: ignore[misc]
        elif self._wasted > len(self._names) // 2:
            self._close_gaps()

    def _close_gaps(self) -> None:
        names, self._names, self._wasted = bytes(self._names), bytearray(), 0
        for at in range(_PLACE, len(self._records), _SIZE):
            start, length = _place.unpack_from(self._records, at)
            if length:
                _place.pack_into(self._records, at, len(self._names), length)
                self._names += names[start : start + length]

"""Opening the data file of a complete entry, and the handle that reads from it.

Nothing of ours writes to such a file again, so another length or time of last write means that somebody meddled with
it: then it is no copy any more. A read looks at that too; it costs a tenth of the read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.index import Row
from mosaicfs_tiers.cache.shelf import Shelf
from mosaicfs_tiers.cache.straight import SPAN, Straight

MUCH: Final = 128 << 10
LARGE: Final = 32 << 20
"""Of files that are not, all may lie in the pages of the system."""
AHEAD: Final = 4 << 20
_advise: Final = getattr(os, "posix_fadvise", None)
_AT_ONCE: Final = getattr(os, "RWF_NOWAIT", 0)


def sealed_file(shelf: Shelf, entry: Entry, row: Row) -> int | None:
    """None for an entry that is not complete, not of this version, not what its row says, or gone by now."""
    found = sealed_now(shelf, entry)
    if found is not None and found[0].generation != row.generation:
        os.close(found[1])
        return None
    return None if found is None else found[1]


def sealed_now(shelf: Shelf, entry: Entry) -> tuple[Row, int] | None:
    """Its row as it was when the file was open already, so that nobody has taken it away in between."""
    if not (key := key_of(entry.file_id)):
        return None
    try:
        file = shelf.files.open(key)
    except OSError:
        return None
    row = shelf.index.row(key)
    if row is None or not row.is_complete or not row.is_version_of(entry) or not is_untouched(file, row):
        os.close(file)
        return None
    return row, file


def is_untouched(file: int, row: Row) -> bool:
    facts = os.fstat(file)
    return facts.st_size == row.file_size and facts.st_mtime_ns == row.sealed_ns


class SealedHandle:
    """`meddled` is told when the file is not what it was."""

    def __init__(self, entry: Entry, row: Row, file: int, shelf: Shelf, meddled: Callable[[Row], None]) -> None:
        self._entry = entry
        self._row = row
        self._file = file
        self._end = 0
        self._shelf = shelf
        self._meddled = meddled
        self._straight: Straight | None = None
        self.size = row.file_size
        self.version = row.source_version

    def fd(self) -> int:
        return self._file

    async def read(self, offset: int, length: int) -> bytes:
        return bytes(await self._found(offset, length))

    async def lend(self, offset: int, length: int) -> memoryview:
        return memoryview(await self._found(offset, length))

    def glance(self, offset: int, length: int) -> bytes | None:
        """Not of a large file, of which much may have to come from the disk. What is wrong is told by `read`."""
        wanted = max(0, min(length, self.size - offset))
        try:
            found = self._from_pages(offset, wanted) if self.size < LARGE else None
            is_right = found is not None and len(found) == wanted and self._is_untouched()
        except OSError:
            return None
        self._shelf.figures.hits += is_right
        return found if is_right else None

    async def _found(self, offset: int, length: int) -> bytes | memoryview:
        wanted = max(0, min(length, self.size - offset))
        try:
            is_much = MUCH <= wanted <= SPAN and self.size >= LARGE
            much = await self._much(offset, wanted) if is_much else None
            found = self._from_pages(offset, wanted) if much is None else much
            is_right = len(found) == wanted and self._is_untouched()
        except OSError as trouble:
            raise EntryUnreadableError(self._entry.file_id, f"its copy in the cache: {trouble.strerror}") from trouble
        if not is_right:
            self._meddled(self._row)
            raise EntryUnreadableError(self._entry.file_id, "its copy in the cache was changed by another program")
        self._shelf.figures.hits += 1
        return found

    def _is_untouched(self) -> bool:
        return os.fstat(self._file).st_mtime_ns == self._row.sealed_ns

    async def _much(self, offset: int, wanted: int) -> memoryview | None:
        """Of a large file, to who reads in order: from memory, or else straight from the disk."""
        straight = self._straight
        if straight is None or not straight.has(offset):
            if offset != self._end:
                return None
            if (found := self._in_memory(offset, wanted)) is not None:
                self._end = offset + wanted
                return found
            straight = self._straight = straight or Straight(self._shelf, self._file, self.size)
        self._end = offset + wanted
        return await straight.lend(offset, wanted)

    def _in_memory(self, offset: int, wanted: int) -> memoryview | None:
        """All of it, without a wait for the disk."""
        room = memoryview(bytearray(wanted))
        with suppress(OSError):
            if os.preadv(self._file, [room], offset, _AT_ONCE) == wanted:
                return room
        return None

    def _from_pages(self, offset: int, wanted: int) -> bytes:
        """In the thread of the event loop: another one would cost more than the read."""
        if wanted >= MUCH and offset == self._end and _advise is not None:
            _advise(self._file, offset + AHEAD, wanted, os.POSIX_FADV_WILLNEED)
        self._end = offset + wanted
        return os.pread(self._file, wanted, offset)

    async def close(self) -> None:
        self.leave()

    def leave(self) -> None:
        file, self._file = self._file, -1
        if self._straight is not None:
            self._straight.close()
        if file >= 0:
            os.close(file)

"""The bytes of one opened file, read in worker threads and found to be of one version from the first to the last.

An ordinary file of this machine is read by its descriptor. What it looked like when it was opened is compared before
the last byte goes out; whatever else opens files keeps that promise itself.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import trio

from mosaicfs.errors import EntryChangedError
from mosaicfs.model.content import Opened
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import mtime_text, ordered
from mosaicfs.wire.span_digests import SpanDigest, digest_of

PIECE = 1024 * 1024
OF_THE_FILE_ITSELF = "local"
"""The tier whose files are compared with their document; others keep copies, with times of their own."""

Seen: TypeAlias = Callable[[memoryview], object]
"""Called in a worker thread."""

AT_ONCE = 256 * 1024
"""So much of a file of this machine is read and hashed sooner than a thread is woken for it."""

_threads = trio.CapacityLimiter(16)


class Read(NamedTuple):
    """How much of the room was filled, and with what."""

    length: int
    sha256: bytes


class FileBytes:
    """`Opened` is closed by who opened it. `EntryChangedError` at once when the file is another one already."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._fd = opened.fd()
        self._seen = None if self._fd is None else _looks(self._fd)
        if self._seen is not None and opened.tier == OF_THE_FILE_ITSELF and not _fits(self._seen, opened.entry):
            raise self._changed()

    async def whole(self, start: int, room: memoryview, algorithm: str) -> tuple[memoryview, SpanDigest]:
        """All of a span, as long as the `room` that there is for it, and its digest."""
        if self._fd is None:
            found = memoryview(await self._opened.read(start, len(room)))
            return found, await trio.to_thread.run_sync(digest_of, found, algorithm, limiter=_threads)
        if len(room) <= AT_ONCE:
            found, digest = _read(self._fd, start, room, algorithm)
        else:
            found, digest = await trio.to_thread.run_sync(_read, self._fd, start, room, algorithm, limiter=_threads)
        self._require_same(found, len(room))
        return found, digest

    def into(self, room: memoryview) -> Read | None:
        """All of it, by its descriptor and in a worker thread; None where it is not what was opened, or too long."""
        length = self._opened.size
        if self._fd is None or length > len(room):
            return None
        try:
            found = _read_only(self._fd, 0, room[:length])
            self._require_same(found, length)
        except (OSError, EntryChangedError):
            return None
        return Read(length, sha256(found).digest())

    async def pieces(self, start: int, end: int, seen: Seen | None = None) -> AsyncGenerator[memoryview, None]:
        """In order; the last one only once it is known that the file has not changed. `seen` is given each, too."""
        while start < end:
            until = min(start + PIECE, end)
            yield await self._piece(start, until, seen, is_last=until == end)
            start = until

    async def _piece(self, start: int, end: int, seen: Seen | None, *, is_last: bool) -> memoryview:
        if self._fd is None:
            found = memoryview(await self._opened.read(start, end - start))
            if seen is not None:
                await trio.to_thread.run_sync(seen, found, limiter=_threads)
            return found
        found = await trio.to_thread.run_sync(_read_piece, self._fd, start, end, seen, limiter=_threads)
        if is_last or len(found) < end - start:
            self._require_same(found, end - start)
        return found

    def _require_same(self, found: memoryview, length: int) -> None:
        """Its document may have changed as well: then the content room lends the descriptor no longer."""
        fd = self._fd
        if fd is None or len(found) != length or self._opened.fd() != fd or _looks(fd) != self._seen:
            raise self._changed()

    def _changed(self) -> EntryChangedError:
        return EntryChangedError(self._opened.entry.file_id)


async def read_small(files: Sequence[FileBytes | None], room: memoryview) -> list[Read | None]:
    """All of them in one thread, one behind the other in the room; what cannot be read leaves no gap."""
    return await trio.to_thread.run_sync(_read_small, files, room, limiter=_threads)


def _read_small(files: Sequence[FileBytes | None], room: memoryview) -> list[Read | None]:
    found: list[Read | None] = []
    for each in files:
        read = None if each is None else each.into(room)
        room = room if read is None else room[read.length :]
        found.append(read)
    return found


def _looks(fd: int) -> tuple[int, int]:
    found = os.fstat(fd)
    return found.st_size, found.st_mtime_ns


def _fits(seen: tuple[int, int], entry: Entry) -> bool:
    size, mtime_ns = seen
    return (size == entry.size or not entry.size_known) and mtime_text(mtime_ns) == ordered(entry.mtime)


def _read(fd: int, start: int, room: memoryview, algorithm: str) -> tuple[memoryview, SpanDigest]:
    found = _read_only(fd, start, room)
    return found, digest_of(found, algorithm)


def _read_piece(fd: int, start: int, end: int, seen: Seen | None) -> memoryview:
    found = _read_only(fd, start, memoryview(bytearray(end - start)))
    if seen is not None:
        seen(found)
    return found


def _read_only(fd: int, start: int, room: memoryview) -> memoryview:
    """Shorter only where the file is."""
    filled = 0
    while filled < len(room):
        got = os.preadv(fd, [room[filled:]], start + filled)
        if not got:
            break
        filled += got
    return room[:filled]

"""Memory for the spans that come, used again once nobody looks at what is in it.

To be given a large piece by the system, page by page and cleared, takes longer than to decrypt a span into it. Who gets
a span keeps views of it as long as it likes, so a room is taken again only where no view is left. A large one begins
where a page does, so that the disk can be given it as it is.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

SPAN: Final = 8 << 20
SMALL: Final = 256 << 10
"""Up to this much costs nothing worth speaking of."""
KEPT: Final = 8
"""Those that wait to be read or written, and those that are on their way."""


@dataclass(slots=True)
class Rooms:
    _kept: list[mmap.mmap] = field(default_factory=list)

    def one(self, length: int) -> memoryview:
        """Of that length; what was in it before may still be."""
        if length <= SMALL:
            return memoryview(bytearray(length))
        room = next((each for each in self._kept if len(each) >= length and _is_free(each)), None)
        if room is None:
            room = _new(max(length, SPAN))
            if len(room) == SPAN and len(self._kept) < KEPT:
                self._kept.append(room)
        return memoryview(room)[:length]

    def clear(self) -> None:
        """What somebody still looks at goes with the last look."""
        self._kept.clear()


def _new(length: int) -> mmap.mmap:
    room = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # in large pages, where there are any: fewer have to be given
        room.madvise(mmap.MADV_HUGEPAGE)
    return room


def _is_free(room: mmap.mmap) -> bool:
    """Only what nobody has a view of lets its length be set, be it to the same."""
    try:
        room.resize(len(room))
    except BufferError:
        return False
    return True

"""Writing a span straight to the disk, past the pages in which the system keeps what files hold.

To be given fresh pages and to fill them costs more than everything else that is done with a span, and pushes out what
others read; a span that nobody looks for in the file for now needs none of them: one of a pin, and one that a reader is
given from memory. Where a file system cannot do that, or a part does not fit its rules, it is written like anything
else: bytes, order and errors are the same.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

UNIT: Final = 4096
"""Where a part begins, in the file and in memory, and how long it is, are multiples of it."""
_DIRECT: Final = getattr(os, "O_DIRECT", 0)


class PastPages:
    """Of one data file, by a second descriptor that is opened when it is first needed. One thread at a time."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._way: int | None = None
        self._is_open = bool(_DIRECT)

    def write(self, content: memoryview, offset: int) -> int:
        """How much of it went that way; the rest is left to the caller, who learns what is wrong with the disk."""
        content = content[: len(content) - len(content) % UNIT]
        if offset % UNIT or not content or not self._opened():
            return 0
        with suppress(OSError):
            return self._write(content, offset)
        self.close()
        return 0

    def _opened(self) -> bool:
        if self._is_open and self._way is None:
            try:
                self._way = os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_CLOEXEC | _DIRECT)
            except OSError:
                self._is_open = False
        return self._is_open

    def _write(self, content: memoryview, offset: int) -> int:
        """What stops within a unit cannot go on that way."""
        assert self._way is not None
        done = 0
        while done < len(content) and done % UNIT == 0:
            done += os.pwrite(self._way, content[done:], offset + done)
        return done

    def close(self) -> None:
        """From now on nothing goes that way."""
        way, self._way, self._is_open = self._way, None, False
        if way is not None:
            os.close(way)

"""An open file of a file system, read exactly, by many at once, and let go at any moment.

What its bytes mean, and whether they are still those that were asked for, is for whoever opened it.
"""

from __future__ import annotations

import os
from functools import partial
from threading import Lock

import trio

from mosaicfs.errors import EntryChangedError, EntryUnreadableError
from mosaicfs.local_files.slow_calls import SlowCalls

READ_S = 10.0


class OpenFile:
    """`calls` is for a file system that may not answer; without it reads are made at once, for a thread costs more
    than they do. `opened` are its facts at that moment: what is added later is not read, what is cut off is an error.
    """

    def __init__(self, descriptor: int, file_id: str, calls: SlowCalls | None = None) -> None:
        self.opened = self._seen = os.fstat(descriptor)
        self._descriptor = descriptor
        self._file_id = file_id
        self._calls = calls
        self._lock = Lock()
        self._reading = 0
        self._is_closed = False

    @property
    def size(self) -> int:
        return self.opened.st_size

    @property
    def facts(self) -> os.stat_result:
        """As they are now; where the file system may not answer, as they were after the last read."""
        if self._calls is None and not self._is_closed:
            self._seen = os.fstat(self._descriptor)
        return self._seen

    def fd(self) -> int:
        return self._descriptor

    async def read(self, offset: int, length: int) -> bytes:
        """`EntryChangedError` where the file has become shorter than that."""
        read = partial(self._read, offset, max(0, min(length, self.size - offset)))
        if self._calls is not None:
            return await self._calls.run(read, READ_S, "the file system")
        await trio.lowlevel.checkpoint_if_cancelled()
        return read()

    def close(self) -> None:
        """Never waits, not even for a file system that wants to hear of it and does not answer.

        A read that runs goes on: were its number given to another file, it would read that one's bytes.
        """
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
            if not was_closed and not self._reading:
                self._let_go()

    def _let_go(self) -> None:
        if self._calls is None:
            os.close(self._descriptor)
        else:
            self._calls.later(partial(os.close, self._descriptor))

    def _read(self, offset: int, size: int) -> bytes:
        self._hold()
        try:
            found = _exactly(self._descriptor, offset, size)
            if self._calls is not None:
                self._seen = os.fstat(self._descriptor)
        except OSError as trouble:
            raise EntryUnreadableError(self._file_id, trouble.strerror or str(trouble)) from None
        finally:
            self._release()
        if found is None:
            raise EntryChangedError(self._file_id)
        return found

    def _hold(self) -> None:
        """Until `_release` the descriptor stays this file's."""
        with self._lock:
            if self._is_closed:
                raise EntryUnreadableError(self._file_id, "it was closed")
            self._reading += 1

    def _release(self) -> None:
        with self._lock:
            self._reading -= 1
            if self._is_closed and not self._reading:
                self._let_go()


def _exactly(descriptor: int, offset: int, size: int) -> bytes | None:
    """None where the file ends before. The system hands over less than 2 GiB at once, and may stop at a signal."""
    found = os.pread(descriptor, size, offset)
    if len(found) == size:
        return found
    whole = bytearray(found)
    while len(whole) < size:
        more = os.pread(descriptor, size - len(whole), offset + len(whole))
        if not more:
            return None
        whole += more
    return bytes(whole)

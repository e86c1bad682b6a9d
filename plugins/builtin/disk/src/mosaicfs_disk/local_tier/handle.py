"""One open file of this machine, shown as it is."""

from __future__ import annotations

import os

from mosaicfs import OpenFile
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import mtime_text, ordered


class ShownFile:
    """`differs` tells at any moment whether it is still the version that its document names. Its own size is that of
    the moment when it was opened.
    """

    def __init__(self, file: OpenFile, entry: Entry) -> None:
        self._file = file
        self._entry = entry
        self._compared = (-1, -1)
        self._differs = True

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def version(self) -> str | None:
        return self._entry.version

    @property
    def differs(self) -> bool:
        facts = self._file.facts
        seen = facts.st_size, facts.st_mtime_ns
        if seen != self._compared:
            self._compared, self._differs = seen, is_other(facts, self._entry)
        return self._differs

    async def read(self, offset: int, length: int) -> bytes:
        return await self._file.read(offset, length)

    async def close(self) -> None:
        self._file.close()


class LocalFile(ShownFile):
    """On a disk of this machine, so whoever likes may read it by its descriptor and will not be held up."""

    def fd(self) -> int:
        return self._file.fd()

    def glance(self, offset: int, length: int) -> None:
        """Whoever is in a hurry has the descriptor."""

    def leave(self) -> None:
        self._file.close()


def is_other(found: os.stat_result, entry: Entry) -> bool:
    size = found.st_size if entry.size_known else entry.size
    return (size, mtime_text(found.st_mtime_ns)) != (entry.size, ordered(entry.mtime))

"""One file that was opened in such a folder, for as long as it stays what it was."""

from __future__ import annotations

from mosaicfs import OpenFile
from mosaicfs.errors import EntryChangedError
from mosaicfs.model.entry import Entry


class ShownFile:
    def __init__(self, file: OpenFile, entry: Entry) -> None:
        self._file = file
        self._entry = entry

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def version(self) -> str | None:
        return self._entry.version

    async def read(self, offset: int, length: int) -> bytes:
        """Looked at again after the bytes were read: those of two versions are never mixed."""
        found = await self._file.read(offset, length)
        then, now = self._file.opened, self._file.facts
        if (then.st_size, then.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
            raise EntryChangedError(self._entry.file_id)
        return found

    async def close(self) -> None:
        self._file.close()

"""The kernel's watches that this process may take: one limit, whichever watched folder needs them first."""

from __future__ import annotations

from mosaicfs_disk.watching.folders import Folders


class Budget:
    """Whoever takes watches joins with its table, and what is in the tables is what is taken."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._tables: set[Folders] = set()

    def join(self, folders: Folders) -> None:
        self._tables.add(folders)

    def leave(self, folders: Folders) -> None:
        self._tables.discard(folders)

    def room(self) -> int:
        """Less than none when the tables of two threads grew at once, which the next folder makes up for."""
        return self.limit - sum(len(folders.by_wd) for folders in tuple(self._tables))

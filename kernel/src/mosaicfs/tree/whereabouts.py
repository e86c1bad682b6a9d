"""In which folder a file was when it was read last: four bytes a file, so that a change finds the old place too."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from mosaicfs.model.filing import FileRow

Folder: TypeAlias = tuple[str, str]
"""A node and a path."""

_PAGE: Final = 1 << 12
_UNREAD: Final = -1
_BYTES_A_FOLDER: Final = 300


class Whereabouts:
    """Folders have numbers here, so that what is known of one is kept under an integer."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Only once nothing is kept that rests on its numbers."""
        self._pages: dict[int, array[int]] = {}
        self._folders: list[Folder] = []
        self._numbers: dict[Folder, int] = {}

    def note(self, rows: Iterable[FileRow]) -> None:
        folder, node_id, number = "", "", _UNREAD
        at, page = -1, array("i")
        for row in rows:
            if row.folder != folder or row.node_id != node_id:
                folder, node_id = row.folder, row.node_id
                number = self.number((node_id, folder))
            n = row.n
            if n // _PAGE != at:
                at, page = n // _PAGE, self._page(n)
            page[n % _PAGE] = number

    def note_folder(self, folder: Folder, numbers: Sequence[int]) -> None:
        """The same of many in one; files of one crawl lie together here too."""
        number, first = self.number(folder), numbers[0]
        offset, end = first % _PAGE, first % _PAGE + len(numbers)
        if end <= _PAGE and numbers[-1] - first == len(numbers) - 1 == max(numbers) - min(numbers):
            self._page(first)[offset:end] = array("i", (number,)) * len(numbers)
            return
        for n in numbers:
            self._page(n)[n % _PAGE] = number

    def of(self, n: int) -> Folder | None:
        """None of a file that nobody has read, or that is gone."""
        page = self._pages.get(n // _PAGE)
        number = page[n % _PAGE] if page is not None else _UNREAD
        return self._folders[number] if number != _UNREAD else None

    def number(self, folder: Folder) -> int:
        number = self._numbers.setdefault(folder, len(self._folders))
        if number == len(self._folders):
            self._folders.append(folder)
        return number

    @property
    def bytes(self) -> int:
        return len(self._pages) * _PAGE * 4 + len(self._folders) * _BYTES_A_FOLDER

    def _page(self, n: int) -> array[int]:
        page = self._pages.get(n // _PAGE)
        if page is None:
            page = self._pages[n // _PAGE] = array("i", [_UNREAD]) * _PAGE
        return page


def lies_below(folder: str, path: str) -> bool:
    """Whether a folder is at `path` or below."""
    return path in (folder, "/") or folder.startswith(f"{path}/")

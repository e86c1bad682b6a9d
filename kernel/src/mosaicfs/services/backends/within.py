"""The sink as a bridge meets it: what lies outside its backend, or under no path of ours, is skipped and counted.

A bridge that is mistaken, or lied to by its service, must not describe files of another place. One that knows nothing
of folders is not shown that the index does.
"""

from __future__ import annotations

from mosaicfs.model.crawling import Change, Skipped
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.sink import Sink

MOST_NAMED = 10_000


class WithinPrefix:
    def __init__(self, prefix: str, into: Sink) -> None:
        self._prefix = prefix
        self._into = into
        self.skipped: list[Skipped] = []

    async def send(self, change: Change) -> None:
        if self._is_inside(change.export_path) and self._is_inside(change.moved_from or change.export_path):
            await self._into.send(change)
        elif len(self.skipped) < MOST_NAMED:
            self.skipped.append(Skipped(change.export_path, "name"))
            self._into.progress()

    def progress(self) -> None:
        self._into.progress()

    def _is_inside(self, path: str) -> bool:
        return path != self._prefix and covers(self._prefix, path) and is_path(path) and _is_text(path)


def _is_text(path: str) -> bool:
    return path.isprintable() or not any(ord(char) < 0x20 or 0xD800 <= ord(char) < 0xE000 for char in path)

"""The sink as a plugin sees it: each thing that it sends gives its call the whole time again.

The wait for a slow database is not the plugin's, so the time stands still as long as any of its sendings is being
taken in; several may be at once. A sink that takes whole folders is shown as one, any other is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from mosaicfs.model.crawling import Change, Listed, Reason
from mosaicfs.model.sink import FolderSink, Sink
from mosaicfs.plugin_host.timer import Timer


def watched_sink(into: Sink, timer: Timer) -> Sink:
    """With the abilities of `into`."""
    if isinstance(into, FolderSink):
        return _WatchedFolderSink(into, into, timer)
    return _WatchedSink(into, timer)


class _WatchedSink:
    def __init__(self, into: Sink, timer: Timer) -> None:
        self._into = into
        self._timer = timer
        self._under_way = 0

    async def send(self, change: Change) -> None:
        with self._untimed():
            await self._into.send(change)

    def progress(self) -> None:
        self._into.progress()
        if not self._under_way:
            self._timer.restart()

    @contextmanager
    def _untimed(self) -> Iterator[None]:
        """The last that returns starts the time again, also when it fails: what the plugin does then takes time too."""
        self._under_way += 1
        self._timer.lift()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._timer.restart()


class _WatchedFolderSink(_WatchedSink):
    def __init__(self, into: Sink, folders: FolderSink, timer: Timer) -> None:
        super().__init__(into, timer)
        self._folders = folders

    async def marks(self) -> Mapping[str, bytes]:
        with self._untimed():
            return await self._folders.marks()

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        with self._untimed():
            await self._folders.folder(export_path, files, mark)

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        with self._untimed():
            await self._folders.no_folder(export_path, reason)

    async def seen(self, files: int) -> None:
        with self._untimed():
            await self._folders.seen(files)

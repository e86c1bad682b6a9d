"""Where a crawl sends what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from mosaicfs.model.crawling import Change, Listed, Reason


class Sink(Protocol):
    """Has no buffer: a slow database slows the crawl."""

    async def send(self, change: Change) -> None:
        """Return when the change is taken, in the order sent."""

    def progress(self) -> None:
        """Say that the crawl is alive although it has found nothing for a while."""


@runtime_checkable
class FolderSink(Protocol):
    """A sink that also takes whole folders, for places where most folders are as they were.

    `mark` is anything that is equal when a folder is as it was. It is kept, with what the folder held, only once
    everything that was sent for it is on disk; so a folder whose mark is known and equal need not be sent.
    """

    async def marks(self) -> Mapping[str, bytes]:
        """The marks of all folders of the source, by `export_path`, as of the last crawl that wrote them.

        A folder in which something is not settled is among them with its first byte turned, so that it equals no mark
        of that folder and what a plugin keeps behind it is not lost; one without any mark yet has an empty one.
        """

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        """All files that lie directly in a folder that could be read to its end.

        What was known there and is not among `files` is missing.
        """

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        """A folder that was seen to be gone, or that a rule leaves out now: all below it is missing."""

    async def seen(self, files: int) -> None:
        """So many files lie in folders that were as they were; for progress and for what is counted."""

"""What a part of the agent may ask of the index of this machine's files: take in what was seen, and count.

`services/indexing` answers it. All paths are `export_path`s. A missing file is never deleted at once: it is noted,
looked for elsewhere, and held if too many are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mosaicfs.model.crawling import Change, Source


class Hold(NamedTuple):
    """Deletions that wait for a person. `examples` are at most 20 paths."""

    hold_id: str
    path: str
    missing: int
    known: int
    since: str
    examples: tuple[str, ...] = ()


class CrawlCounts(NamedTuple):
    """How far a crawl is, or how it ended. `phase` is `idle`, `walking` or `deleting`."""

    phase: str = "idle"
    trigger: str = ""
    watch_path: str = ""
    seen: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    deleted: int = 0
    held: int = 0
    skipped_names: int = 0
    unreadable: int = 0
    errors: int = 0
    started_at: str = ""
    files_per_s: float = 0.0
    eta_s: float | None = None
    complete: bool = False


class Index(Protocol):
    """Of this machine. Calls wait for the disk where they write; a full or busy disk is waited out."""

    async def crawl(self, source: Source) -> CrawlCounts:
        """Ask the hook `crawl` for the source and take in what it sends. One crawl of watched folders at a time, and
        one of each backend; others wait.

        Raises what the plugin raised; nothing counts as missing then.
        """

    async def take(self, source: Source, changes: Sequence[Change]) -> None:
        """What a watcher saw: `create` and `update` of a path, `delete`, `move` with `moved_from`.

        A deletion is noted and written after the window for renames, through the brake. That of a folder, or a file
        where a folder was, holds for all that was known below. A `move` without `mtime` is of a file as it was.
        """

    async def move_folder(self, source: Source, moved_from: str, moved_to: str) -> int:
        """Everything below a folder that was renamed keeps its identity. Returns how many files moved."""

    async def leave(self, source: Source, kept: Sequence[str] = ()) -> None:
        """The source is no longer watched: its files go with reason `excluded`, through the brake.

        What lies at or below the paths `kept` is watched still, and stays.
        """

    async def relearn(self) -> None:
        """Forget what is remembered beside the documents, for they were changed by others than us. Not during a crawl.

        The next crawl of each source reads the documents, and writes what is not in them.
        """

    async def count(self, source: Source) -> int:
        """Active files of the source."""

    async def sample(self, source: Source, most: int) -> list[Change]:
        """Active files chosen at random, as they were last seen: to find out whether this is still the same place."""

    @property
    def counts(self) -> CrawlCounts:
        """Of the crawl that runs, else of the last one."""

    def holds(self) -> list[Hold]: ...

    async def confirm(self, hold_id: str) -> int:
        """Look at each held file once more and delete what is still missing. Returns how many; 0 for an unknown id."""

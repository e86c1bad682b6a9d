"""What the tree asks of a store: which files lie where, at one moment, quickly enough to list a directory from it.

A store that can show its files so answers `Filed`; what is handed in runs in a thread, over one state of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from mosaicfs.model.document import Document
from mosaicfs.model.json import JsonObject
from mosaicfs.model.search import Search
from mosaicfs.model.times import instant

T = TypeVar("T")


class FileRow(NamedTuple):
    """An active file. `n` is the store's own number of its document, the same while the store is open.

    `mtime` is in the form of `times.ordered`.
    """

    n: int
    file_id: str
    inode: int
    node_id: str
    folder: str
    name: str
    size: int
    mtime: str
    mime_type: str | None

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder != "/" else f"/{self.name}"


class FolderFiles(NamedTuple):
    """The active files directly in one folder, in the order of their names: by columns, for who looks at very many.

    `seconds` and `nanoseconds` are those of `mtime` since 1970.
    """

    folder: str
    numbers: list[int]
    names: list[str]
    inodes: list[int]
    sizes: list[int]
    seconds: list[int]
    nanoseconds: list[int]

    def part(self, begin: int, end: int) -> FolderFiles:
        return FolderFiles._make((self.folder, *(column[begin:end] for column in self[1:])))

    @property
    def mtimes_ns(self) -> list[int]:
        return [second * 1_000_000_000 + ns for second, ns in zip(self.seconds, self.nanoseconds, strict=True)]


def by_columns(folder: str, rows: Sequence[FileRow]) -> FolderFiles:
    """Of rows of one folder, in order."""
    times = [divmod(instant(row.mtime), 1_000_000) for row in rows]
    return FolderFiles(
        folder,
        [row.n for row in rows],
        [row.name for row in rows],
        [row.inode for row in rows],
        [row.size for row in rows],
        [second for second, _ in times],
        [micro * 1_000 for _, micro in times],
    )


class Place(NamedTuple):
    """Where a file lies at its source; places are in the order of their bytes, node first, then folder, then name."""

    node_id: str
    folder: str
    name: str


class Changed(NamedTuple):
    """A document as it is now; `kind` is the prefix of its id, such as `file` or `dir`."""

    seq: int
    n: int
    kind: str
    document: Document


class Filing(Protocol):
    """One state of the store. Nodes are those that files name in `source.node_id`; only active files count."""

    @property
    def seq(self) -> int:
        """Of the last commit. Greater after each change, and 0 only of an empty store."""

    def changed(self, since: int, limit: int) -> list[Changed] | None:
        """Documents that were written after `since`, each once, in the order of commits.

        None where that cannot be told (a document was forgotten): everything may be different then.
        """

    def documents(self, kind: str) -> Iterator[tuple[int, Document]]:
        """All live documents of a type by the prefix of their ids (`dir`, `label_rule`), with their numbers, by id."""

    def document(self, doc_id: str) -> tuple[int, Document] | None:
        """The live winner."""

    def nodes(self) -> list[str]:
        """Nodes that have files, in order."""

    def files_in(self, node_id: str, folder: str) -> list[FileRow]:
        """Of exactly this folder, by name."""

    def folders_in(self, node_id: str, folder: str) -> list[str]:
        """Names of the sub-folders that have a file below, at any depth, in order.

        One whose files below all have names that no directory can show is left out.
        """

    def files_at(self, node_id: str, path: str) -> list[FileRow]:
        """Of exactly this path. Two documents may claim one path for a while; by id."""

    def has_files(self, node_id: str, folder: str) -> bool:
        """At or below, with a name that can be shown."""

    def files_below(self, node_id: str, folder: str, after: Place | None, limit: int) -> list[FileRow]:
        """At any depth, in the order of places, from behind `after`.

        All files of the place that a page ends with are in it, so it may be a little longer than `limit`.
        """

    def whole_folders(self, node_id: str, top: str, first: str, least: int) -> list[FolderFiles]:
        """Of folders at or below `top`, from `first` on, that have files: as many as have `least` files together, or
        all that there are. In the order of paths.
        """

    def count_below(self, node_id: str, folder: str) -> int:
        """Files at any depth; costs the folders, not the files."""

    def folders_below(self, node_id: str, folder: str) -> Iterator[tuple[str, int]]:
        """The folder itself and those below that have files directly in them, with their number, in order."""

    def rows(self, numbers: Sequence[int]) -> list[FileRow]:
        """In any order; what is no active file is left out."""

    def rows_of(self, file_ids: Sequence[str]) -> list[FileRow]:
        """By document id; likewise."""

    def found(self, search: Search) -> list[FileRow]:
        """What `Store.search` finds, in its order, up to `search.limit`."""

    def newest(self, limit: int) -> list[FileRow]:
        """By `mtime`, the newest first, equal ones by id."""

    def access_times(self) -> Iterator[tuple[str, str]]:
        """Of every file that was ever read through MosaicFS: its id and the time, in the form of `times.ordered`."""

    def replicas(self, file_id: str) -> list[tuple[str, str]]:
        """Target and status."""

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        """The `data` of an annotation whose `status` is `ok`."""


@runtime_checkable
class Filed(Protocol):
    """A store that can show its files to the tree. All three kinds of stores do."""

    async def filed(self, work: Callable[[Filing], T]) -> T:
        """Run `work` in a thread over the state after the last commit; it may be run again if the store was busy."""

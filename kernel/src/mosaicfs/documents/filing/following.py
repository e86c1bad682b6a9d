"""`Filing` over documents in memory, for stores that can tell what has changed but not where files lie.

It follows a feed as the index of names does; who feeds it sees to it that nothing changes while it is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import chain, takewhile
from typing import NamedTuple, TypeAlias

from mosaicfs import wire
from mosaicfs.documents.filing.ranges import all_showable, exactly, inside, stem
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.filing import Changed, FileRow, FolderFiles, Place, by_columns
from mosaicfs.model.ids import annotation_id, file_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import showable
from mosaicfs.model.replica import Replica
from mosaicfs.model.search import Search
from mosaicfs.model.times import ordered

Folder: TypeAlias = dict[str, FileRow]
"""Its files by their ids."""


class _Known(NamedTuple):
    seq: int
    document: Document


class FollowedFiling:
    """`named` gives the ids of what a search finds, in its order, as of what was followed so far."""

    def __init__(self, named: Callable[[Search], Sequence[str]]) -> None:
        self._named = named
        self._seq = 0
        self._dropped_at = 0
        self._numbers: dict[str, int] = {}
        self._ids: list[str] = []
        self._forget_all()

    def _forget_all(self) -> None:
        self._known: dict[str, _Known] = {}
        self._files: dict[str, FileRow] = {}
        self._places: defaultdict[str, dict[str, Folder]] = defaultdict(dict)
        self._ordered: dict[str, list[str]] = {}

    # --- following -----------------------------------------------------------------------------------------------

    def follow(self, winners: Iterable[Document]) -> None:
        """In the order of commits."""
        for document in winners:
            self._seq += 1
            self._take_out(document.id)
            self._known[document.id] = _Known(self._seq, document)
            file = _noun(document)
            if isinstance(file, File) and file.status == "active":
                self._put_in(_row(self._number(document.id), document.id, file))

    def drop(self, doc_id: str) -> None:
        self._seq += 1
        self._dropped_at = self._seq
        self._take_out(doc_id)

    def begin_again(self) -> None:
        """Nothing is known any more; what is followed next are all documents."""
        if not self._seq:
            return
        self._seq += 1
        self._dropped_at = self._seq
        self._forget_all()

    def winner(self, doc_id: str) -> Document:
        known = self._known.get(doc_id)
        return known.document if known is not None else Document(doc_id, "", b"{}", deleted=True)

    def _number(self, doc_id: str) -> int:
        if doc_id not in self._numbers:
            self._numbers[doc_id] = len(self._ids)
            self._ids.append(doc_id)
        return self._numbers[doc_id]

    def _put_in(self, row: FileRow) -> None:
        folders = self._places[row.node_id]
        if row.folder not in folders:
            folders[row.folder] = {}
            self._ordered.pop(row.node_id, None)
        folders[row.folder][row.file_id] = self._files[row.file_id] = row

    def _take_out(self, doc_id: str) -> None:
        self._known.pop(doc_id, None)
        row = self._files.pop(doc_id, None)
        if row is None:
            return
        folders = self._places[row.node_id]
        del folders[row.folder][doc_id]
        if not folders[row.folder]:
            del folders[row.folder]
            self._ordered.pop(row.node_id, None)

    # --- what has changed ----------------------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        return self._seq

    def changed(self, since: int, limit: int) -> list[Changed] | None:
        if since < self._dropped_at:
            return None
        later = list(takewhile(lambda known: known.seq > since, reversed(self._known.values())))
        return [
            Changed(seq, self._number(document.id), document.id.partition("::")[0], document)
            for seq, document in later[::-1][:limit]
        ]

    # --- documents -----------------------------------------------------------------------------------------------

    def documents(self, kind: str) -> Iterator[tuple[int, Document]]:
        ids = sorted(doc_id for doc_id in self._known if doc_id.startswith(f"{kind}::"))
        return (found for doc_id in ids if (found := self.document(doc_id)) is not None)

    def document(self, doc_id: str) -> tuple[int, Document] | None:
        document = self.winner(doc_id)
        return (self._number(doc_id), document) if not document.deleted else None

    # --- files by their places -----------------------------------------------------------------------------------

    def files_in(self, node_id: str, folder: str) -> list[FileRow]:
        return sorted(self._folder(node_id, folder).values(), key=_by_name)

    def files_at(self, node_id: str, path: str) -> list[FileRow]:
        folder, _, name = path.rpartition("/")
        return [row for row in self.files_in(node_id, folder or "/") if row.name == name]

    def files_below(self, node_id: str, folder: str, after: Place | None, limit: int) -> list[FileRow]:
        behind = after if after is not None else Place("", "", "")
        found: list[FileRow] = []
        for path in self._paths(node_id, folder):
            rows = self.files_in(node_id, path) if (node_id, path) >= behind[:2] else []
            for row in rows:
                if after is not None and _place(row) <= behind:
                    continue
                if len(found) >= limit and _place(row) != _place(found[-1]):
                    return found
                found.append(row)
        return found

    def whole_folders(self, node_id: str, top: str, first: str, least: int) -> list[FolderFiles]:
        found: list[FolderFiles] = []
        for path in self._paths(node_id, top):
            if sum(len(each.names) for each in found) >= least:
                break
            if path >= first:
                found.append(by_columns(path, self.files_in(node_id, path)))
        return found

    def _folder(self, node_id: str, folder: str) -> Folder:
        return self._places[node_id].get(folder, {}) if node_id in self._places else {}

    # --- folders -------------------------------------------------------------------------------------------------

    def nodes(self) -> list[str]:
        return sorted(node_id for node_id, folders in self._places.items() if folders)

    def folders_in(self, node_id: str, folder: str) -> list[str]:
        begin, found = len(stem(folder)), set[str]()
        for path in self._between(node_id, *inside(folder)):
            name = path[begin:].partition("/")[0]
            if name not in found and self._can_show(node_id, path, begin):
                found.add(name)
        return sorted(found)

    def has_files(self, node_id: str, folder: str) -> bool:
        begin = len(stem(folder))
        return any(self._can_show(node_id, path, begin) for path in self._paths(node_id, folder))

    def count_below(self, node_id: str, folder: str) -> int:
        return sum(count for _, count in self.folders_below(node_id, folder))

    def folders_below(self, node_id: str, folder: str) -> Iterator[tuple[str, int]]:
        return ((path, len(self._folder(node_id, path))) for path in self._paths(node_id, folder))

    def _can_show(self, node_id: str, path: str, begin: int) -> bool:
        """Whether a file of this folder can be shown at a place that is above it by all that follows `begin`."""
        rest = f"/{path[begin:]}" if len(path) >= begin and path != "/" else ""
        names = (row.name for row in self._folder(node_id, path).values())
        return all_showable(rest) and any(map(showable, names))

    def _paths(self, node_id: str, folder: str) -> Iterator[str]:
        return chain(self._between(node_id, *exactly(folder)), self._between(node_id, *inside(folder)))

    def _between(self, node_id: str, low: str, high: str) -> Sequence[str]:
        if node_id not in self._ordered:
            self._ordered[node_id] = sorted(self._places.get(node_id, {}))
        paths = self._ordered[node_id]
        return paths[bisect_left(paths, low) : bisect_left(paths, high)]

    # --- files by their documents --------------------------------------------------------------------------------

    def rows(self, numbers: Sequence[int]) -> list[FileRow]:
        return self.rows_of([self._ids[n] for n in numbers if 0 <= n < len(self._ids)])

    def rows_of(self, file_ids: Sequence[str]) -> list[FileRow]:
        return [row for doc_id in dict.fromkeys(file_ids) if (row := self._files.get(doc_id)) is not None]

    def found(self, search: Search) -> list[FileRow]:
        return self.rows_of(self._named(search))

    def newest(self, limit: int) -> list[FileRow]:
        return nsmallest(limit, self._files.values(), key=lambda row: (_Latest(row.mtime), row.file_id))

    # --- what other documents say of files -----------------------------------------------------------------------

    def access_times(self) -> Iterator[tuple[str, str]]:
        for _, document in self.documents("access"):
            noun = _noun(document)
            if isinstance(noun, Access):
                yield file_id(tail_of(document.id)), ordered(noun.last_access)

    def replicas(self, file_id: str) -> list[tuple[str, str]]:
        found = (_noun(document) for _, document in self.documents(f"replica::{tail_of(file_id)}"))
        return [(noun.target_name, noun.status) for noun in found if isinstance(noun, Replica)]

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        noun = _noun(self.winner(annotation_id(tail_of(file_id), plugin_name)))
        return noun.data if isinstance(noun, Annotation) and noun.status == "ok" else None


class _Latest(str):
    """A time whose order is turned round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _noun(document: Document) -> object:
    """None for a tombstone and for what a peer sent and nobody here can read."""
    if document.deleted:
        return None
    try:
        return wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None


def _row(n: int, doc_id: str, file: File) -> FileRow:
    source, mtime = file.source, ordered(file.mtime)
    return FileRow(
        n, doc_id, file.inode, source.node_id, source.export_parent, file.name, file.size, mtime, file.mime_type
    )


def _by_name(row: FileRow) -> tuple[str, str]:
    return row.name, row.file_id


def _place(row: FileRow) -> Place:
    return Place(row.node_id, row.folder, row.name)

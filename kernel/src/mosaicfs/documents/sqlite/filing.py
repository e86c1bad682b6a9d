"""What the tree asks, answered from the tables of `facts` inside one read transaction.

Files come by their places, folders by skipping through `folders`; a body is read only where a place has to be told of a
document that is known by its number or id.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from itertools import chain
from typing import Final

import apsw
import msgspec

from mosaicfs.documents.filing.ranges import NEXT, all_showable, exactly, inside, stem
from mosaicfs.documents.sqlite import facts, sql, writing
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.filing import Changed, FileRow, FolderFiles, Place, by_columns
from mosaicfs.model.ids import annotation_id, file_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import showable
from mosaicfs.model.replica import Replica
from mosaicfs.model.search import Search

_MOST_AT_ONCE: Final = 64


class IndexAheadError(Exception):
    """The index of names has seen more than this transaction can see: the work has to be done in a newer one."""


class _Source(msgspec.Struct):
    export_parent: str


class _Placed(msgspec.Struct):
    """Of a file's body, what `files` does not say."""

    name: str
    source: _Source


_placed = msgspec.json.Decoder(_Placed).decode
_numbers = msgspec.json.Decoder(list[int]).decode


def note_drop(connection: apsw.Connection) -> None:
    """A drop has no sequence. So drops are counted, and a number of the filing is the sequence and the count."""
    count = drops(connection)[0] + 1
    sql.run(connection, "REPLACE INTO meta VALUES ('drops', ?)", (count,))
    sql.run(connection, "REPLACE INTO meta VALUES ('dropped_at', ?)", (writing.sequence_end(connection) + count,))


def drops(connection: apsw.Connection) -> tuple[int, int]:
    """How many there were, and the number of the last one."""
    found: dict[str, int] = dict(
        sql.select(connection, "SELECT key, value FROM meta WHERE key IN ('drops', 'dropped_at')")
    )
    return found.get("drops", 0), found.get("dropped_at", 0)


class SqliteFiling:
    """`Filing` over one transaction, to be closed before it ends: an iterator that is left open would hold it.

    `named` gives the numbers of what a search finds, in its order.
    """

    def __init__(self, connection: apsw.Connection, named: Callable[[apsw.Connection, Search], list[int]]) -> None:
        self._connection = connection
        self._named = named
        self._cursors: set[apsw.Cursor] = set()

    def close(self) -> None:
        for cursor in self._cursors:
            cursor.close()

    def _stream(self, statement: str, values: sql.Values = ()) -> Generator[sql.Row, None, None]:
        cursor = self._connection.cursor()
        self._cursors.add(cursor)
        try:
            yield from cursor.execute(statement, values)
        finally:
            self._cursors.discard(cursor)
            cursor.close()

    # --- what has changed ----------------------------------------------------------------------------------------

    @cached_property
    def _dropped(self) -> tuple[int, int]:
        return drops(self._connection)

    @cached_property
    def seq(self) -> int:
        return writing.sequence_end(self._connection) + self._dropped[0]

    def changed(self, since: int, limit: int) -> list[Changed] | None:
        drops, dropped_at = self._dropped
        if since < dropped_at:
            return None
        return [
            Changed(seq + drops, n, doc_id.partition("::")[0], Document(doc_id, rev, body, bool(deleted)))
            for seq, n, doc_id, rev, deleted, body in sql.select(self._connection, _CHANGED, (since - drops, limit))
        ]

    # --- documents -----------------------------------------------------------------------------------------------

    def documents(self, kind: str) -> Iterator[tuple[int, Document]]:
        for n, *document in self._stream(_OF_KIND, (f"{kind}::", f"{kind}:;")):
            yield n, Document(*document)

    def document(self, doc_id: str) -> tuple[int, Document] | None:
        for n, *document in sql.select(self._connection, _DOCUMENT, (doc_id,)):
            return n, Document(*document)
        return None

    # --- files by their places -----------------------------------------------------------------------------------

    def files_in(self, node_id: str, folder: str) -> list[FileRow]:
        return self._files(_IN, node_id, folder)

    def files_at(self, node_id: str, path: str) -> list[FileRow]:
        folder, _, name = path.rpartition("/")
        return self._files(_AT, node_id, folder or "/", name)

    def files_below(self, node_id: str, folder: str, after: Place | None, limit: int) -> list[FileRow]:
        if after is not None and after.node_id > node_id:
            return []
        behind = (after.folder, after.name, _LAST) if after is not None and after.node_id == node_id else ("", "", -1)
        found: list[FileRow] = []
        for low, high in (exactly(folder), inside(folder)):
            begin = max(behind, (low, "", -1))
            if begin[0] < high and len(found) <= limit:
                found += self._files(_BELOW, node_id, *begin, high, limit + 1 - len(found))
        if len(found) <= limit:
            return found
        page, behind_page = found[:limit], found[limit]
        together = bool(page) and (page[-1].folder, page[-1].name) == (behind_page.folder, behind_page.name)
        return page + self._also_at(page[-1]) if together else page

    def _also_at(self, last: FileRow) -> list[FileRow]:
        """Files of the very place that a page ends with: the next page begins behind it."""
        end = (last.folder, last.name, last.n)
        return [row for row in self._files(_AT, last.node_id, *end[:2]) if row.n > last.n]

    def whole_folders(self, node_id: str, top: str, first: str, least: int) -> list[FolderFiles]:
        """One row a folder: a file costs SQLite a microsecond and Python, which others wait for, next to nothing."""
        found: list[FolderFiles] = []
        for low, high in (exactly(top), inside(top)):
            with closing(self._stream(_WHOLE, (node_id, max(first, low), high))) as folders:
                while least > 0 and (row := next(folders, None)) is not None:
                    found.append(self._whole(node_id, *row))
                    least -= len(found[-1].names)
        return found

    def _whole(self, node_id: str, folder: str, count: int, names: str, *columns: str | None) -> FolderFiles:
        """Where a slash is in a name, or a time is none, the text of a column says something else than its rows."""
        numbers, *others = (_numbers(f"[{each or ''}]") for each in columns)
        found = FolderFiles._make((folder, numbers, names.split("/"), *others))
        if all(len(each) == count for each in found[1:]):
            return found
        return by_columns(folder, self.files_in(node_id, folder))

    def _files(self, statement: str, *values: str | int) -> list[FileRow]:
        return list(map(FileRow._make, sql.select(self._connection, statement, values)))

    # --- folders -------------------------------------------------------------------------------------------------

    def nodes(self) -> list[str]:
        return [node_id for (node_id,) in self._stream(_NODES)]

    def folders_in(self, node_id: str, folder: str) -> list[str]:
        """About one seek a sub-folder. Where one lies beside the other, the next ones are taken along."""
        begin, (at, high), found = stem(folder), inside(folder), set[str]()
        most = 1
        while rows := sql.select(self._connection, _FOLDERS, (node_id, at, high, most)):
            for path, can_show in rows:
                name, deeper, rest = path[len(begin) :].partition("/")
                if name not in found and self._leads_on(node_id, begin + name, deeper + rest, can_show=can_show):
                    found.add(name)
                if deeper:
                    at, most = f"{begin}{name}0", 1
                    break
                at = path + NEXT
            else:
                if len(rows) < most:
                    break
                most = min(2 * most, _MOST_AT_ONCE)
        return sorted(found)

    def _leads_on(self, node_id: str, folder: str, rest: str, *, can_show: bool) -> bool:
        """Whether a sub-folder is shown. `rest` is how its first row goes on, which mostly settles it."""
        if not showable(folder.rpartition("/")[2]):
            return False
        if can_show and all_showable(rest):
            return True
        return bool(rest) and self.has_files(node_id, folder)

    def has_files(self, node_id: str, folder: str) -> bool:
        begin = len(stem(folder))
        for low, high in (exactly(folder), inside(folder)):
            for (path,) in self._stream(_SHOWING, (node_id, low, high)):
                if path == folder or all_showable(f"/{path[begin:]}"):
                    return True
        return False

    def count_below(self, node_id: str, folder: str) -> int:
        parts = (exactly(folder), inside(folder))
        return sum(sql.one_value(self._connection, _COUNT, (node_id, *part)) for part in parts)

    def folders_below(self, node_id: str, folder: str) -> Iterator[tuple[str, int]]:
        parts = (exactly(folder), inside(folder))
        return chain.from_iterable(self._stream(_COUNTED, (node_id, *part)) for part in parts)

    # --- files by their documents --------------------------------------------------------------------------------

    def rows(self, numbers: Sequence[int]) -> list[FileRow]:
        return list(map(_row, sql.matching(self._connection, _BY_NUMBER, numbers)))

    def rows_of(self, file_ids: Sequence[str]) -> list[FileRow]:
        return list(map(_row, sql.matching(self._connection, _BY_ID, file_ids)))

    def found(self, search: Search) -> list[FileRow]:
        return self._in_order(self._named(self._connection, search))

    def newest(self, limit: int) -> list[FileRow]:
        through = facts.listed_through(self._connection)
        found = sql.select(self._connection, _NEWEST_LISTED, (limit,))
        found += sql.select(self._connection, _NEWEST_UNLISTED, {"through": through, "limit": limit})
        found.sort(key=lambda each: each[1])
        found.sort(key=lambda each: each[0], reverse=True)
        return self._in_order([n for _, _, n in found[:limit]])

    def _in_order(self, numbers: Sequence[int]) -> list[FileRow]:
        known = {row.n: row for row in self.rows(numbers)}
        return [known[n] for n in numbers if n in known]

    # --- what other documents say of files -----------------------------------------------------------------------

    def access_times(self) -> Iterator[tuple[str, str]]:
        for doc_id, time in self._stream(_ACCESSES):
            yield file_id(tail_of(doc_id)), time

    def replicas(self, file_id: str) -> list[tuple[str, str]]:
        found = (self._noun(document) for _, document in self.documents(f"replica::{tail_of(file_id)}"))
        return [(noun.target_name, noun.status) for noun in found if isinstance(noun, Replica)]

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        found = self.document(annotation_id(tail_of(file_id), plugin_name))
        noun = self._noun(found[1]) if found is not None else None
        return noun.data if isinstance(noun, Annotation) and noun.status == "ok" else None

    def _noun(self, document: Document) -> object:
        return facts.decoded(document.id, document.body, deleted=False)


def _row(found: sql.Row) -> FileRow:
    n, doc_id, inode, node_id, size, mtime, mime, body = found
    place = _placed(body)
    return FileRow(n, doc_id, inode, node_id, place.source.export_parent, place.name, size, mtime, mime)


_LAST: Final = 2**63 - 1

_CHANGED: Final = "SELECT seq, n, id, rev, deleted, body FROM docs WHERE seq > ? ORDER BY seq LIMIT ?"
_OF_KIND: Final = "SELECT n, id, rev, body FROM docs WHERE deleted = 0 AND id >= ? AND id < ? ORDER BY id"
_DOCUMENT: Final = "SELECT n, id, rev, body FROM docs WHERE deleted = 0 AND id = ?"

_FILES: Final = """
SELECT p.n, d.id, f.inode, p.node, p.parent, p.name, f.size, f.mtime, f.mime
FROM places p CROSS JOIN files f ON f.n = p.n CROSS JOIN docs d ON d.n = p.n
WHERE p.status = 'active' AND p.node = ?
"""
_IN: Final = f"{_FILES} AND p.parent = ? ORDER BY p.name, p.n"
_AT: Final = f"{_FILES} AND p.parent = ? AND p.name = ? ORDER BY d.id"
_BELOW: Final = f"""
{_FILES} AND (p.parent, p.name, p.n) > (?, ?, ?) AND p.parent < ? ORDER BY p.parent, p.name, p.n LIMIT ?
"""

_WHOLE: Final = """
SELECT
  p.parent, count(*), group_concat(p.name, '/'), group_concat(p.n), group_concat(f.inode), group_concat(f.size),
  group_concat(max(unixepoch(f.mtime), -62135596800)), group_concat(substr(f.mtime, 21, 6) * 1000)
FROM places p CROSS JOIN files f ON f.n = p.n
WHERE p.status = 'active' AND p.node = ? AND p.parent >= ? AND p.parent < ? GROUP BY p.parent ORDER BY p.parent
"""
"""Files of a group come in the order of their key, for that is how they lie."""
_NODES: Final = """
WITH RECURSIVE nodes (node) AS (
  SELECT min(node) FROM folders
  UNION ALL SELECT (SELECT min(node) FROM folders WHERE node > nodes.node) FROM nodes WHERE node IS NOT NULL
) SELECT node FROM nodes WHERE node IS NOT NULL
"""
_FOLDERS: Final = """
SELECT path, files > odd FROM folders WHERE node = ? AND path >= ? AND path < ? ORDER BY path LIMIT ?
"""
_SHOWING: Final = "SELECT path FROM folders WHERE node = ? AND path >= ? AND path < ? AND files > odd"
_COUNT: Final = "SELECT coalesce(sum(files), 0) FROM folders WHERE node = ? AND path >= ? AND path < ?"
_COUNTED: Final = "SELECT path, files FROM folders WHERE node = ? AND path >= ? AND path < ? ORDER BY path"

_OF_DOCUMENTS: Final = "SELECT f.n, d.id, f.inode, f.node, f.size, f.mtime, f.mime, d.body FROM"
_BY_NUMBER: Final = f"{_OF_DOCUMENTS} files f CROSS JOIN docs d ON d.n = f.n WHERE f.status = 'active' AND f.n IN"
_BY_ID: Final = f"{_OF_DOCUMENTS} docs d CROSS JOIN files f ON f.n = d.n WHERE f.status = 'active' AND d.id IN"
_NEWEST_LISTED: Final = """
SELECT t.a, d.id, t.n FROM facts t CROSS JOIN docs d ON d.n = t.n
WHERE t.topic = 'mtime' ORDER BY t.a DESC, d.id LIMIT ?
"""
_NEWEST_UNLISTED: Final = """
SELECT f.mtime, d.id, f.n FROM files f CROSS JOIN docs d ON d.n = f.n
WHERE f.n > :through AND f.status = 'active' AND f.mtime >= coalesce((
  SELECT mtime FROM files WHERE n > :through AND status = 'active' ORDER BY mtime DESC LIMIT 1 OFFSET :limit - 1
), '')
"""
_ACCESSES: Final = "SELECT d.id, t.a FROM facts t CROSS JOIN docs d ON d.n = t.n WHERE t.topic = 'access'"

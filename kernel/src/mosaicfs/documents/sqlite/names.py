"""The index of names over this database: made from the question tables, then kept in step along the sequence.

Each search first reads what was committed since the one before, by whichever process, in the transaction that also
reads the documents of its hits; so its answer is exact. A document that was dropped leaves nothing to read behind: then
there are fewer files than were met, and the index is made anew. It never goes back: who asks from a transaction that is
older than the index asks again in a newer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from threading import RLock
from time import time

import apsw
import numpy as np

from mosaicfs.documents.names.accessed import Fitting, asks_accesses, bounds, fitting
from mosaicfs.documents.names.columns import FILE, Ids, Rows, identifiers
from mosaicfs.documents.names.following import ACCESS, file_of, follow, page
from mosaicfs.documents.names.index import Match, NameIndex
from mosaicfs.documents.names.segment import PIECE
from mosaicfs.documents.sqlite import sql, writing
from mosaicfs.documents.sqlite.filing import IndexAheadError
from mosaicfs.documents.sqlite.labels import KINDS, SqliteLabels, asks_labels
from mosaicfs.model.document import Document
from mosaicfs.model.search import Search, SearchPage
from mosaicfs.model.times import Clock

_TOO_FAR_BEHIND = 100_000
"""So many changed files are read from the tables as quickly as from their bodies."""
_AT_ONCE = 5_000
_NEVER = -1


class SqliteNames:
    """Each call inside a read transaction of its connection.

    One thread at a time: who has to be it for longer holds `alone`, from before its transaction reads anything.
    """

    def __init__(self, clock: Clock = time) -> None:
        self.alone = RLock()
        self._clock = clock
        self._index = NameIndex(self._path_of)
        self._labels = SqliteLabels()
        self._seq = 0
        self._last_n = 0
        self._met = _NEVER
        self._connection: apsw.Connection | None = None

    def search(self, connection: apsw.Connection, search: Search) -> SearchPage:
        match = self._match(connection, search)
        return page(search, match, documents(connection, [n for n, _ in match.hits]))

    def numbers(self, connection: apsw.Connection, search: Search) -> list[int]:
        return [n for n, _ in self._match(connection, search).hits]

    def _match(self, connection: apsw.Connection, search: Search) -> Match:
        with self.alone:
            self._connection = connection
            try:
                self.catch_up(connection)
                if asks_labels(search) and not self._labels.loaded:
                    self._labels.load(connection, self._index)
                accessed = _fitting(connection, search) if asks_accesses(search) else None
                return self._index.search(search, int(self._clock() * 1_000_000), accessed)
            finally:
                self._connection = None

    def catch_up(self, connection: apsw.Connection) -> None:
        with self.alone:
            end = writing.sequence_end(connection)
            if self._met != _NEVER and end < self._seq:
                raise IndexAheadError
            try:
                self._catch_up(connection, end)
            except BaseException:
                self._met = _NEVER  # what has been half put in is not trusted again
                raise

    def _catch_up(self, connection: apsw.Connection, end: int) -> None:
        if self._met == _NEVER or end - self._seq > _TOO_FAR_BEHIND:
            self._make_anew(connection)
        elif end != self._seq:
            self._read_on(connection)
        if self._met != _files(connection) or self._labels.misses_a_drop(connection):
            self._make_anew(connection)
        self._seq = end

    def _read_on(self, connection: apsw.Connection) -> None:
        last_n = self._last_n
        labels = KINDS if self._labels.loaded else ("",) * len(KINDS)
        while part := sql.select(connection, _CHANGED, (self._seq, *labels, _AT_ONCE)):
            winners = [(n, Document(doc_id, rev, body, bool(gone))) for n, doc_id, rev, gone, body, _ in part]
            files = [(n, document) for n, document in winners if document.id.startswith(FILE)]
            follow(self._index, files)
            for n, document in files:
                if n > last_n:
                    self._met += 1
                    self._labels.meet(self._index, n, document.id)
            others = (document for _, document in winners if not document.id.startswith(FILE))
            self._labels.follow(connection, self._index, others)
            self._seq = part[-1][-1]
        self._last_n = writing.next_number(connection) - 1

    def _make_anew(self, connection: apsw.Connection) -> None:
        self._index = NameIndex(self._path_of)
        self._labels.forget()
        self._index.fill(_all_rows(connection))
        self._met = _files(connection)
        self._last_n = writing.next_number(connection) - 1

    def _path_of(self, n: int) -> str:
        assert self._connection is not None
        file = file_of(documents(self._connection, [n])[n])
        return file.source.export_path if file is not None else ""


def documents(connection: apsw.Connection, numbers: Sequence[int]) -> dict[int, Document]:
    """Winners by their numbers."""
    found = sql.matching(connection, "SELECT n, id, rev, deleted, body FROM docs WHERE n IN", numbers)
    return {n: Document(doc_id, rev, body, bool(gone)) for n, doc_id, rev, gone, body in found}


def _fitting(connection: apsw.Connection, search: Search) -> Fitting:
    found = sql.stream(connection, _ACCESSED, (FILE, len(ACCESS) + 1, *bounds(search)))
    return fitting(search, (n for (n,) in found))


def _files(connection: apsw.Connection) -> int:
    """All documents of the kind, tombstones and what cannot be read included."""
    found = sql.select(connection, "SELECT live + deleted FROM counts WHERE kind = 'file'")
    return int(found[0][0]) if found else 0


def _all_rows(connection: apsw.Connection) -> Iterator[Rows]:
    """By folder, so that names that lie together are alike and a rare word touches few blocks of the index."""
    ids = _all_ids(connection)
    for part in _parts(connection, _FILES):
        numbers, *others = zip(*part, strict=True)
        yield Rows(numbers, ids.at(np.array(numbers)), *others)


def _all_ids(connection: apsw.Connection) -> Ids:
    """By number, from the index of ids alone: by way of the documents, every body would be passed.

    Taken apart at once, because half a million strings would be more than the whole index.
    """
    high, low = (np.zeros(writing.next_number(connection), np.uint64) for _ in range(2))
    odd: dict[int, str] = {}
    for part in _parts(connection, _IDS):
        numbers, texts = zip(*part, strict=True)
        found = identifiers(texts)
        places = np.array(numbers)
        high[places], low[places] = found.high, found.low
        odd |= {numbers[place]: text for place, text in found.odd.items()}
    return Ids(high, low, odd)


def _parts(connection: apsw.Connection, statement: str) -> Iterator[list[sql.Row]]:
    with closing(connection.cursor()) as cursor:
        rows = cursor.execute(statement)
        while part := list(islice(rows, PIECE)):
            yield part


_CHANGED = """
SELECT n, id, rev, deleted, body, seq FROM docs WHERE seq > ? AND kind IN ('file', ?, ?, ?, ?) ORDER BY seq LIMIT ?
"""
_ACCESSED = """
SELECT f.n FROM facts t CROSS JOIN docs d ON d.n = t.n CROSS JOIN docs f ON f.id = ? || substr(d.id, ?)
WHERE t.topic = 'access' AND t.a >= ? AND t.a < ?
"""
_IDS = "SELECT n, id FROM docs WHERE id >= 'file::' AND id < 'file:;'"
_FILES = """
SELECT n, places.node, parent, name, size, mtime, mime, places.status FROM places CROSS JOIN files USING (n)
ORDER BY places.node, parent, name
"""

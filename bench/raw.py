"""The peer of the store: the rows of a database, written again by hand.

Everything is taken from the database that the store made, so both sides fill the same tables and indexes under the
same pragmas; what is missing here is all that decides what the rows say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import apsw

from mosaicfs.documents.sqlite.opening import connect

WRITER_CACHE_KIB = 32 << 10
Row = tuple[Any, ...]


class Rows(NamedTuple):
    """Rows of one table. `n` is the place of the document's number in them, None where they belong to no document."""

    insert: str
    n: int | None
    rows: list[Row]

    def between(self, first: int, last: int) -> list[Row]:
        """What documents `first` up to, not including, `last` gave this table."""
        if self.n is None:
            return self.rows if first == 1 else []
        number = itemgetter(self.n)
        return self.rows[bisect_left(self.rows, first, key=number) : bisect_left(self.rows, last, key=number)]


class CopyOf:
    """`batch` documents go into one transaction."""

    def __init__(self, database: Path, batch: int) -> None:
        self._database = database
        self._batch = batch

    def insert_into(self, path: Path) -> float:
        """The seconds of the inserts and commits alone."""
        batches = self._batches
        path.unlink(missing_ok=True)
        connection = self._emptied(path)
        try:
            begun = perf_counter()
            for batch in batches:
                connection.execute("BEGIN IMMEDIATE").fetchall()
                for insert, rows in batch:
                    connection.executemany(insert, rows)
                connection.execute("COMMIT").fetchall()
            return perf_counter() - begun
        finally:
            connection.close()

    def _emptied(self, path: Path) -> apsw.Connection:
        connection = apsw.Connection(str(path))
        for name in ("page_size", "auto_vacuum"):
            connection.pragma(name, self._pragmas[name])
        connection.pragma("journal_mode", "WAL")
        connection.execute(self._schema).fetchall()
        connection.close()
        return connect(path, cache_kib=WRITER_CACHE_KIB)

    @cached_property
    def _batches(self) -> list[list[tuple[str, list[Row]]]]:
        """Made once, before anything is timed."""
        tables = list(self._tables())
        end = max(rows[-1][table.n] for table in tables if table.n is not None and (rows := table.rows)) + 1
        starts = range(1, end, self._batch)
        return [[(t.insert, t.between(first, min(first + self._batch, end))) for t in tables] for first in starts]

    def _tables(self) -> Iterator[Rows]:
        with closing(apsw.Connection(str(self._database))) as connection:
            for (table,) in connection.execute(_TABLES).fetchall():
                columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall()]
                n = columns.index("n") if "n" in columns else None
                rows = connection.execute(f"SELECT * FROM {table} {'ORDER BY n' if n is not None else ''}").fetchall()
                yield Rows(f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})", n, rows)

    @cached_property
    def _schema(self) -> str:
        with closing(apsw.Connection(str(self._database))) as connection:
            return ";\n".join(str(sql) for (sql,) in connection.execute(_SCHEMA).fetchall())

    @cached_property
    def _pragmas(self) -> dict[str, Any]:
        with closing(apsw.Connection(str(self._database))) as connection:
            return {name: connection.pragma(name) for name in ("page_size", "auto_vacuum")}


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
_SCHEMA = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"

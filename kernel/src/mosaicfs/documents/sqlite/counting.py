"""How many live documents there are, by type and status. Files are counted anew only after one of them has changed:
with many of them that takes longer than all else that a page asks at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import apsw

from mosaicfs.documents.sqlite import facts, filing, sql, writing

Counts: TypeAlias = dict[tuple[str, str], int]


class _Counted(NamedTuple):
    """Of files, as they were at a sequence and after so many drops, which have none."""

    seq: int
    drops: int
    files: Counts


class Counting:
    """Of one store. Threads may share it: whichever state is kept, it is whole."""

    def __init__(self) -> None:
        self._last: _Counted | None = None

    def counts(self, connection: apsw.Connection) -> Counts:
        seq, (drops, _) = writing.sequence_end(connection), filing.drops(connection)
        last = self._last
        if last is None or last.drops != drops or last.seq > seq or _has_changed_file(connection, last.seq):
            last = _Counted(seq, drops, _files(connection))
        self._last = last._replace(seq=seq)
        others = sql.select(connection, _COUNTS.format("id < 'file::' OR id >= 'file:;'"))
        return {**last.files, **_by_key(others)}


def _has_changed_file(connection: apsw.Connection, since: int) -> bool:
    return bool(sql.one_value(connection, _FILE_SINCE, (since,)))


def _files(connection: apsw.Connection) -> Counts:
    """From their table. Files that nobody can read are not in it, and looked for only where some are missing."""
    files = sql.select(connection, "SELECT 'file', status, count(*) FROM files GROUP BY status")
    known = sum(counted.live for counted in facts.counted(connection) if counted.kind == "file")
    unread = sql.select(connection, _COUNTS.format(_UNREAD)) if known > sum(row[2] for row in files) else []
    return _by_key((*files, *unread))


def _by_key(rows: Iterable[sql.Row]) -> Counts:
    return {(kind, status): count for kind, status, count in rows}


_FILE_SINCE = "SELECT EXISTS (SELECT 1 FROM docs WHERE seq > ? AND kind = 'file')"
_UNREAD = "kind = 'file' AND n NOT IN (SELECT n FROM files)"
_COUNTS = """
SELECT coalesce(json_extract(text, '$.type'), ''), coalesce(json_extract(text, '$.status'), '') AS status, count(*)
FROM (SELECT CAST(body AS TEXT) AS text FROM docs WHERE deleted = 0 AND ({}))
GROUP BY 1, 2
"""

"""Rows of documents: read in bulk by id, as one value that reading and writing share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import apsw

from mosaicfs.documents.revision import Rev, Tree
from mosaicfs.documents.sqlite import sql, trees
from mosaicfs.model.document import Document

COLUMNS = "n, id, seq, kind, rev, deleted, live, tree, body"
_AT_ONCE = 250


class Row(NamedTuple):
    n: int
    id: str
    seq: int
    kind: str
    rev: str
    deleted: int
    live: int
    tree_text: str | None
    body: bytes

    @property
    def branched(self) -> bool:
        return trees.branched(self.tree_text)

    def tree(self) -> Tree:
        return trees.read(self.tree_text, self.rev, deleted=bool(self.deleted))

    def winner(self) -> Document:
        return Document(self.id, self.rev, self.body, bool(self.deleted))

    def winner_with_path(self) -> Document:
        return Document(self.id, self.rev, self.body, bool(self.deleted), trees.path(self.tree_text, self.rev))


def one(connection: apsw.Connection, doc_id: str) -> Row | None:
    for found in sql.select(connection, f"SELECT {COLUMNS} FROM docs WHERE id = ?", (doc_id,)):  # noqa: S608 - fixed text
        return Row._make(found)
    return None


def by_ids(connection: apsw.Connection, ids: Iterable[str]) -> dict[str, Row]:
    """Those that exist. The statement has a fixed number of places, so that it is prepared once."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) < 8:
        return {row.id: row for doc_id in wanted if (row := one(connection, doc_id)) is not None}
    found: dict[str, Row] = {}
    for part in _parts(wanted):
        padded = [*part, *[None] * (_AT_ONCE - len(part))]
        found.update((row[1], Row._make(row)) for row in sql.stream(connection, _BY_IDS, padded))
    return found


def leaf_bodies(connection: apsw.Connection, row: Row) -> dict[Rev, tuple[bool, bytes]]:
    """Each leaf's tombstone flag and body."""
    found = {Rev.parse(row.rev): (bool(row.deleted), row.body)}
    if row.branched:
        others = sql.select(connection, "SELECT rev, deleted, body FROM leaves WHERE n = ?", (row.n,))
        found.update((Rev.parse(rev), (bool(deleted), body)) for rev, deleted, body in others)
    return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


_BY_IDS = f"SELECT {COLUMNS} FROM docs WHERE id IN ({','.join('?' * _AT_ONCE)})"  # noqa: S608 - fixed text

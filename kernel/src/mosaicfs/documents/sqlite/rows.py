"""Rows of documents: read in bulk by id, as one value that reading and writing share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import apsw

from mosaicfs.documents.revision import Rev, Tree
from mosaicfs.documents.sqlite import sql, trees
from mosaicfs.model.document import Document

COLUMNS = "n, id, seq, kind, rev, deleted, live, tree, body"


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
    for row in sql.select(connection, _BY_ID, (doc_id,)):
        return Row._make(row)
    return None


def by_ids(connection: apsw.Connection, ids: Iterable[str]) -> dict[str, Row]:
    """Those that exist."""
    found = sql.matching(connection, _BY_IDS, list(dict.fromkeys(ids)))
    return {row[1]: Row._make(row) for row in found}


def leaf_bodies(connection: apsw.Connection, row: Row) -> dict[Rev, tuple[bool, bytes]]:
    """Each leaf's tombstone flag and body."""
    found = {Rev.parse(row.rev): (bool(row.deleted), row.body)}
    if row.branched:
        others = sql.select(connection, "SELECT rev, deleted, body FROM leaves WHERE n = ?", (row.n,))
        found.update((Rev.parse(rev), (bool(deleted), body)) for rev, deleted, body in others)
    return found


_BY_IDS = f"SELECT {COLUMNS} FROM docs WHERE id IN"  # noqa: S608 - fixed text
_BY_ID = f"SELECT {COLUMNS} FROM docs WHERE id = ?"  # noqa: S608 - fixed text

"""Labels brought into the index of names: from the tables when somebody first asks by label, then along the sequence.

Labels that were assigned to a file whose document is not here yet wait until it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import apsw

from mosaicfs.documents.names.columns import FILE
from mosaicfs.documents.names.following import ABOUT_LABELS, ASSIGNMENT, follow_rules, labels_of
from mosaicfs.documents.names.index import NameIndex
from mosaicfs.documents.scopes import scope_key
from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.filing import drops
from mosaicfs.model.document import Document
from mosaicfs.model.ids import file_id, tail_of
from mosaicfs.model.search import Search

KINDS: Final = tuple(map(scope_key, ABOUT_LABELS))
_OF_RULES: Final = [scope_key(prefix) for prefix in ABOUT_LABELS if prefix != ASSIGNMENT]


def asks_labels(search: Search) -> bool:
    return bool(search.labels or search.labels_any or search.labels_not or "label" in search.facets)


class SqliteLabels:
    """Each call inside the transaction that the index is brought up to."""

    def __init__(self) -> None:
        self._drops = 0
        self._waiting: dict[str, tuple[str, ...]] = {}
        self.loaded = False

    def forget(self) -> None:
        """With the index that knew them."""
        self.loaded = False
        self._waiting.clear()

    def misses_a_drop(self, connection: apsw.Connection) -> bool:
        """A label document that was dropped leaves nothing to follow."""
        return self.loaded and self._drops != drops(connection)[0]

    def load(self, connection: apsw.Connection, index: NameIndex) -> None:
        given: defaultdict[tuple[str, int | None], list[str]] = defaultdict(list)
        for doc_id, n, label in sql.stream(connection, _ASSIGNED, (FILE, len(ASSIGNMENT) + 1)):
            given[doc_id, n].append(label)
        for (doc_id, n), labels in given.items():
            self._assign(index, doc_id, n, tuple(labels))
        for doc_id, rev, body in sql.matching(connection, _RULES, _OF_RULES):
            follow_rules(index, Document(doc_id, rev, body))
        self._drops = drops(connection)[0]
        self.loaded = True

    def follow(self, connection: apsw.Connection, index: NameIndex, documents: Iterable[Document]) -> None:
        """Label documents as they are now."""
        for document in documents:
            if not document.id.startswith(ASSIGNMENT):
                follow_rules(index, document)
            else:
                found = sql.select(connection, "SELECT n FROM docs WHERE id = ?", (file_id(tail_of(document.id)),))
                self._assign(index, document.id, found[0][0] if found else None, labels_of(document))

    def meet(self, index: NameIndex, n: int, doc_id: str) -> None:
        """A file that may have been waited for."""
        if self._waiting and (labels := self._waiting.pop(doc_id, None)) is not None:
            index.assign(n, labels)

    def _assign(self, index: NameIndex, doc_id: str, n: int | None, labels: tuple[str, ...]) -> None:
        if n is not None:
            index.assign(n, labels)
        elif labels:
            self._waiting[file_id(tail_of(doc_id))] = labels
        else:
            self._waiting.pop(file_id(tail_of(doc_id)), None)


_ASSIGNED: Final = """
SELECT d.id, f.n, t.a FROM facts t CROSS JOIN docs d ON d.n = t.n
LEFT JOIN docs f ON f.id = ? || substr(d.id, ?) WHERE t.topic = 'label'
"""
_RULES: Final = "SELECT id, rev, body FROM docs WHERE deleted = 0 AND kind IN"

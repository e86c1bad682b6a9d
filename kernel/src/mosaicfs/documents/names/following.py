"""Between the index of names and a store: rows from documents, and pages with the documents of their hits.

For drivers that read documents; how they learn what has changed is their own matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time

import msgspec

from mosaicfs import wire
from mosaicfs.documents.names.accessed import Fitting, asks_accesses, bounds, fitting
from mosaicfs.documents.names.columns import FILE, Rows
from mosaicfs.documents.names.index import Match, NameIndex
from mosaicfs.documents.names.marking import marked_words, ranges
from mosaicfs.documents.names.peers import IMPORT, NODE
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import access_id, file_id, label_assignment_id, label_rule_id, tail_of
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.search import Hit, Search, SearchPage
from mosaicfs.model.times import Clock, ordered

ASSIGNMENT = label_assignment_id("")
RULE = label_rule_id("")
ABOUT_LABELS = (ASSIGNMENT, RULE, NODE, IMPORT)
ACCESS = access_id("")


class _Named(msgspec.Struct):
    name: str


_named = msgspec.json.Decoder(_Named).decode


def file_of(doc: Document) -> File | None:
    """None for a tombstone, for other types, and for what a peer sent and nobody here can read."""
    noun = _noun(doc) if doc.id.startswith(FILE) else None
    return noun if isinstance(noun, File) else None


def labels_of(doc: Document) -> tuple[str, ...]:
    """Those that an assignment gives; none once it is gone."""
    noun = _noun(doc)
    return noun.labels if isinstance(noun, LabelAssignment) else ()


def access_of(doc: Document) -> str | None:
    """When the file was last read, in the form of `ordered`; None where nobody has."""
    noun = _noun(doc)
    return ordered(noun.last_access) if isinstance(noun, Access) else None


def follow_rules(index: NameIndex, doc: Document) -> None:
    """A rule, or a node or an import: these tell whom rules for every node leave out."""
    noun = _noun(doc)
    if doc.id.startswith(RULE):
        index.rule(doc.id, noun if isinstance(noun, LabelRule) else None)
    else:
        index.party(doc.id, noun)


def _noun(doc: Document) -> object:
    if doc.deleted:
        return None
    try:
        return wire.decode(doc.id, doc.body)
    except MalformedDocumentError:
        return None


def follow(index: NameIndex, documents: Iterable[tuple[int, Document]]) -> None:
    """Bring the index in step with winners, each number once."""
    files, gone = [], []
    for n, doc in documents:
        file = file_of(doc)
        if file is not None:
            files.append((n, doc.id, file))
        else:
            gone.append(n)
    index.forget(gone)
    if files:
        index.put(rows(files))


def rows(files: Sequence[tuple[int, str, File]]) -> Rows:
    return Rows(
        n=[n for n, _, _ in files],
        ids=[doc_id for _, doc_id, _ in files],
        nodes=[file.source.node_id for _, _, file in files],
        parents=[file.source.export_parent for _, _, file in files],
        names=[file.name for _, _, file in files],
        sizes=[file.size for _, _, file in files],
        mtimes=[ordered(file.mtime) for _, _, file in files],
        mimes=[file.mime_type for _, _, file in files],
        statuses=[file.status for _, _, file in files],
    )


def page(search: Search, match: Match, documents: Mapping[int, Document]) -> SearchPage:
    words, hits = marked_words(search), []
    for n, score in match.hits:
        doc = documents[n]
        hits.append(Hit(doc, score, ranges(words, _named(doc.body).name) if words else ()))
    return SearchPage(hits, match.total, match.facets, match.next)


@dataclass
class FollowedNames:
    """An index over documents that are known by their ids alone, each of which gets a number here.

    `read` gives the present winner of a document that the index knows.
    """

    read: Callable[[str], Document]
    clock: Clock = time
    _numbers: dict[str, int] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    _accessed: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._index = NameIndex(self._path_of)

    def follow(self, winners: Iterable[Document]) -> None:
        latest = {doc.id: doc for doc in winners if doc.id.startswith((FILE, ACCESS, *ABOUT_LABELS))}
        files = [doc for doc in latest.values() if doc.id.startswith(FILE)]
        follow(self._index, [(self._number(doc.id), doc) for doc in files])
        for doc in latest.values():
            if doc.id.startswith(ASSIGNMENT):
                self._index.assign(self._number(file_id(tail_of(doc.id))), labels_of(doc))
            elif doc.id.startswith(ACCESS):
                self._follow_access(self._number(file_id(tail_of(doc.id))), access_of(doc))
            elif not doc.id.startswith(FILE):
                follow_rules(self._index, doc)

    def found(self, search: Search) -> Match:
        return self._index.search(search, int(self.clock() * 1_000_000), self._fitting(search))

    def _follow_access(self, number: int, at: str | None) -> None:
        if at is None:
            self._accessed.pop(number, None)
        else:
            self._accessed[number] = at

    def _fitting(self, search: Search) -> Fitting | None:
        if not asks_accesses(search):
            return None
        first, behind = bounds(search)
        return fitting(search, (n for n, at in self._accessed.items() if first <= at < behind))

    def ids(self, match: Match) -> list[str]:
        return [self._ids[n] for n, _ in match.hits]

    def shown(self, search: Search, match: Match, documents: Mapping[str, Document]) -> SearchPage:
        return page(search, match, {n: documents[self._ids[n]] for n, _ in match.hits})

    def page(self, search: Search) -> SearchPage:
        match = self.found(search)
        return self.shown(search, match, {doc_id: self.read(doc_id) for doc_id in self.ids(match)})

    def _path_of(self, n: int) -> str:
        file = file_of(self.read(self._ids[n]))
        return file.source.export_path if file is not None else ""

    def _number(self, doc_id: str) -> int:
        if doc_id not in self._numbers:
            self._numbers[doc_id] = len(self._ids)
            self._ids.append(doc_id)
        return self._numbers[doc_id]

"""Cutting a feed into requests of a size that peers take, and knowing up to where everything has arrived.

Values only; which request is sent when is decided in `replication`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Final

from mosaicfs.model.document import Document, Wanted
from mosaicfs.model.replication import CompareRevisions, FetchRevisions, Request, WriteDocuments

REVISIONS_A_FETCH: Final = 500
DOCUMENTS_A_WRITE: Final = 500
BYTES_A_WRITE: Final = 4 << 20


@dataclass(slots=True)
class Batch:
    """A page of the feed on its way. `open` counts its requests that are not answered yet.

    `last_seq` is empty for documents that are tried again: they move nothing.
    """

    last_seq: str
    rows: int
    open: int = 0


@dataclass(slots=True)
class Progress:
    """Batches may finish in any order; `through` moves only over those before which nothing is open."""

    through: str
    rows: int = 0
    """Passed since the last checkpoint."""
    _batches: dict[int, Batch] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __len__(self) -> int:
        return len(self._batches)

    @property
    def rows_open(self) -> int:
        """Of batches that are still on their way."""
        return sum(batch.rows for batch in self._batches.values())

    def opened(self, last_seq: str, rows: int) -> int:
        number = next(self._numbers)
        self._batches[number] = Batch(last_seq, rows)
        return number

    def changed(self, number: int, requests: int) -> None:
        """So many requests of a batch came or, below zero, were answered for good."""
        self._batches[number].open += requests
        while self._batches and (first := next(iter(self._batches.values()))).open == 0:
            self.through = first.last_seq or self.through
            self.rows += first.rows
            del self._batches[next(iter(self._batches))]


def fetches(batch: int, wanted: Sequence[Wanted]) -> list[FetchRevisions]:
    """Requests of at most 500 revisions each; a document with more has a request of its own."""
    parts: list[list[Wanted]] = []
    room = 0
    for one in wanted:
        size = len(one.revs or ())
        if not parts or size > room:
            parts.append([])
            room = REVISIONS_A_FETCH
        parts[-1].append(one)
        room -= size
    return [FetchRevisions(batch, tuple(part)) for part in parts]


def writes(batch: int, documents: Sequence[Document], tries: int = 0) -> list[WriteDocuments]:
    """Requests of at most 500 documents and 4 MiB each; a larger document has a request of its own."""
    parts: list[list[Document]] = []
    room = 0
    for document in documents:
        size = len(document.body)
        if not parts or size > room or len(parts[-1]) == DOCUMENTS_A_WRITE:
            parts.append([])
            room = BYTES_A_WRITE
        parts[-1].append(document)
        room -= size
    return [WriteDocuments(batch, tuple(part), tries) for part in parts]


def halves(request: Request) -> list[Request]:
    """Two requests for what one was too large for; none where it cannot be cut."""
    match request:
        case CompareRevisions(batch, asked, at_hand) if len(asked) > 1:
            middle = len(asked) // 2
            first, last = dict(islice(asked.items(), middle)), dict(islice(asked.items(), middle, None))
            return [CompareRevisions(batch, first, at_hand), CompareRevisions(batch, last, at_hand)]
        case FetchRevisions(batch, wanted) if len(wanted) > 1:
            middle = len(wanted) // 2
            return [FetchRevisions(batch, wanted[:middle]), FetchRevisions(batch, wanted[middle:])]
        case FetchRevisions(batch, (Wanted(doc_id, revs),)) if revs and len(revs) > 1:
            return [FetchRevisions(batch, (Wanted(doc_id, (rev,)),)) for rev in revs]
        case WriteDocuments(batch, documents, tries) if len(documents) > 1:
            middle = len(documents) // 2
            parts = (documents[:middle], documents[middle:])
            return [WriteDocuments(batch, part, tries) for part in parts]
    return []


def revisions_of(request: Request) -> dict[str, tuple[str, ...]]:
    """The revisions that a request is about, by document."""
    match request:
        case CompareRevisions(_, asked):
            return dict(asked)
        case FetchRevisions(_, wanted):
            return {one.id: one.revs or () for one in wanted}
        case WriteDocuments(_, documents):
            found: dict[str, tuple[str, ...]] = {}
            for document in documents:
                found[document.id] = (*found.get(document.id, ()), document.rev)
            return found
    return {}

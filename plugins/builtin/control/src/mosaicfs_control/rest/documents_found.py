"""All documents of one kind within a range of ids, for kinds that are few."""

from __future__ import annotations

from typing import TypeVar

from mosaicfs import Store
from mosaicfs.model.document import Document
from mosaicfs.model.noun import Noun
from mosaicfs.model.store import IdRange
from mosaicfs_control.rest.reading import noun_of

N = TypeVar("N", bound=Noun)

_AT_ONCE = 500


async def nouns_within(store: Store, within: IdRange, kind: type[N]) -> list[tuple[Document, N]]:
    """In the order of their ids, without what this version cannot read."""
    found: list[tuple[Document, N]] = []
    while True:
        rows = await store.ids(within, _AT_ONCE, include_docs=True)
        for row in rows:
            noun = noun_of(row.document, kind)
            if row.document is not None and noun is not None:
                found.append((row.document, noun))
        if len(rows) < _AT_ONCE:
            return found
        within = within._replace(start=rows[-1].id + "\0")

"""Documents as nouns. One that this version cannot read looks as if it were not there: the store's check names it."""

from __future__ import annotations

from typing import TypeVar

from mosaicfs import Store, wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.noun import Noun
from mosaicfs.model.questions import Question
from mosaicfs_control.rest.lists import answers_of

N = TypeVar("N", bound=Noun)


def noun_of(document: Document | None, kind: type[N]) -> N | None:
    """None where there is no live document of that kind."""
    if document is None or document.deleted:
        return None
    try:
        found = wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None
    return found if isinstance(found, kind) else None


async def nouns_of(
    store: Store, question: Question, kind: type[N], most: int | None = None
) -> list[tuple[Document, N]]:
    """All that answer the question, in its order, or the first `most`."""
    documents = await answers_of(store, question, most)
    return [(document, noun) for document in documents if (noun := noun_of(document, kind)) is not None]

"""Changing one document of ours: read it, decide, write it, and decide anew where somebody was quicker.

For the few documents that a duty keeps up to date about itself. Files are written in batches elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mosaicfs import wire
from mosaicfs.errors import ConflictError, GiveUpError
from mosaicfs.model.document import Document
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import Role
from mosaicfs.model.store import Store

N = TypeVar("N", bound=Noun)

MOST_TRIES = 20
"""Only a defect loses so many races in a row."""


class WriteRefusedError(GiveUpError):
    def __init__(self, doc_id: str, reason: str) -> None:
        super().__init__(f"The store does not take {doc_id}: {reason}. It stays as it was.")


async def revise(
    store: Store, doc_id: str, writer: Role, noun: type[N], decide: Callable[[N | None], N | None]
) -> N | None:
    """The document as it is now. `decide` is given what is there, and answers None to leave it alone.

    A document that cannot be read counts as absent. `decide` may be called more than once.
    """
    for _ in range(MOST_TRIES):
        found = await store.get(doc_id)
        before = wire.noun_in(found, noun)
        after = decide(before)
        if after is None or after == before:
            return before
        rev = "" if found is None else found.rev
        (row,) = await store.write([Document(doc_id, rev, wire.encode(after))], writer=writer)
        if not row.error:
            return after
        if row.error != "conflict":
            raise WriteRefusedError(doc_id, row.reason)
    raise ConflictError(doc_id)

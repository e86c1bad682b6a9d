"""Changing one document for a caller: bound to the revision that the caller has seen, or else to the newest.

`If-Match` with a stale tag is 412 and shows the present object; without it, whoever was overtaken decides anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from mosaicfs import wire
from mosaicfs.errors import ConflictError
from mosaicfs.model.document import Document
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.rest.routing import Call
from mosaicfs_control.rest.validators import is_of_revision

N = TypeVar("N", bound=Noun)

MOST_TRIES = 20
"""Only a defect loses so many races in a row."""

NOTHING = b"{}"


async def change(
    call: Call,
    doc_id: str,
    kind: type[N],
    decide: Callable[[N | None], N | None],
    shown: Callable[[Document], bytes],
) -> Document:
    """The document as it is now. `decide` may be called more than once, and answers None for one to be deleted.

    `decide` is given None where there is no such document, and raises what the caller is to be told. `shown` makes the
    object that a caller with a stale tag is shown.
    """
    for _ in range(MOST_TRIES):
        found = await call.store.get(doc_id)
        before = noun_of(found, kind)
        require_match(call, found if before is not None else None, shown)
        after = decide(before)
        if before is not None and after == before:
            assert found is not None
            return found
        written = _revision(doc_id, "" if found is None else found.rev, after)
        (row,) = await call.store.write([written], writer=CONTROL)
        if not row.error:
            return written._replace(rev=row.rev)
        if row.error != "conflict":
            raise ApiError("validation_failed", f"This cannot be stored: {row.reason}.", {"reason": row.error})
    raise ConflictError(doc_id)


def require_match(call: Call, found: Document | None, shown: Callable[[Document], bytes]) -> None:
    """`ApiError` 412 unless `If-Match` is absent or names the revision that is there."""
    asked = call.headers.get("if-match")
    if asked is None or is_of_revision(asked, "" if found is None else found.rev):
        return
    current = None if found is None else msgspec.json.decode(shown(found))
    message = "This has changed since it was read. Look at its present state in detail.current and try again."
    raise ApiError("precondition_failed", message, {"current": current})


def _revision(doc_id: str, rev: str, after: Noun | None) -> Document:
    if after is None:
        return Document(doc_id, rev, NOTHING, deleted=True)
    return Document(doc_id, rev, wire.encode(after))

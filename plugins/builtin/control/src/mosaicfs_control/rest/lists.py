"""The one shape of lists, written from items that are bytes already, and the parameters that every list takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.document import Document
from mosaicfs.model.questions import Question
from mosaicfs.model.store import Store
from mosaicfs_control.answers import Ready

MOST_ITEMS = 500
FURTHEST = 1_000_000

Limit = Annotated[int, Meta(ge=1, le=MOST_ITEMS, description="Most items of one page.")]
Offset = Annotated[int, Meta(ge=0, le=FURTHEST, description="Items to step over.")]
Counted = Annotated[Literal["none"] | None, Meta(description="`none`: `total` is null, which saves the count.")]


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Limit = 100
    offset: Offset = 0
    count: Counted = None


def list_body(items: Sequence[bytes], total: int | None, limit: int, members: Mapping[str, Any]) -> bytes:
    """`members` come after the known ones."""
    rest = msgspec.json.encode({"total": total, "limit": limit, **members})
    return b'{"items":[%s],%s' % (b",".join(items), rest[1:])


def page_answer(items: Sequence[bytes], page: Page, total: int, tag: str) -> Ready:
    """Of a list that is paged by offset; `items` are those of the page."""
    counted = None if page.count == "none" else total
    return Ready(list_body(items, counted, page.limit, {"offset": page.offset}), headers={"etag": tag})


def slice_of(items: Sequence[bytes], page: Page, tag: str) -> Ready:
    """Of a list that is short enough to be found as a whole."""
    return page_answer(items[page.offset : page.offset + page.limit], page, len(items), tag)


async def answers_of(store: Store, question: Question, most: int | None = None) -> list[Document]:
    """All documents that answer, or the first `most`."""
    found: list[Document] = []
    after = None
    while most is None or len(found) < most:
        page = await store.ask(question, after=after, limit=1000 if most is None else min(1000, most - len(found)))
        found += page.documents
        after = page.next
        if after is None:
            break
    return found

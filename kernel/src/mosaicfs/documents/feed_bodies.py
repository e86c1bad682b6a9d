"""Documents that come along with the feed: when they are asked for, and which of them are written without a look.

A copy that begins at the beginning will miss nearly everything, so to be given first revisions at once saves it two
questions a document. When most of what came along turns out to be there already, it stops asking for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from mosaicfs.model.document import ChangePage, Document

PAGES_A_LOOK: Final = 10


class Unpacked(NamedTuple):
    """A page of the feed: what to compare, which documents of that are at hand, and what to write straight away."""

    asked: dict[str, tuple[str, ...]]
    at_hand: Mapping[str, Document]
    straight: list[Document]


class FeedBodies:
    def __init__(self) -> None:
        self.wanted = False
        """Whether the feed is asked for documents too."""
        self._pages = 0

    def unpacked(self, page: ChangePage) -> Unpacked:
        """Most were missing a few pages ago, and to be given a document twice does no harm. Every tenth page is looked
        at again."""
        self._pages += 1
        asked = {row.id: row.revs for row in page.rows}
        at_hand = {row.id: row.document for row in page.rows if row.document and _is_whole(row.document)}
        if self._pages % PAGES_A_LOOK == 1:
            return Unpacked(asked, at_hand, [])
        straight = [document for document in at_hand.values() if asked[document.id] == (document.rev,)]
        for document in straight:
            del asked[document.id]
        return Unpacked(asked, at_hand, straight)

    def looked(self, asked: int, of_use: int) -> None:
        """Of so many documents that were compared, so many were at hand and missing."""
        self.wanted = self.wanted and 2 * of_use >= asked


def _is_whole(document: Document) -> bool:
    """A feed tells no ancestors; a first revision has none."""
    return document.rev.startswith("1-")

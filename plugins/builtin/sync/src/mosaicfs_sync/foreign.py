"""Documents that were just pulled and name this node nowhere: the push passes them over without reading them again.

While a node fetches its first copy, nearly all that is new in its database came from the server. To look for an owner
in each of those bodies a second time would be a good part of the work.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from mosaicfs.model.document import ChangeRow, Document

MOST: Final = 10_000
"""The push is rarely further behind; what was forgotten is read as before."""


class Foreign:
    """Only of revisions that are the whole of their document: another leaf may be ours."""

    def __init__(self, node_id: str) -> None:
        self._name = node_id.encode()
        self._revs: OrderedDict[str, str] = OrderedDict()

    def note(self, documents: Iterable[Document]) -> None:
        revs, name = self._revs, self._name
        for document in documents:
            if name not in document.body:
                revs[document.id] = document.rev
                revs.move_to_end(document.id)  # the oldest are forgotten first
        while len(revs) > MOST:
            revs.popitem(last=False)  # a plain dict would look for its first one through all that are gone

    def knows(self, row: ChangeRow) -> bool:
        return len(row.revs) == 1 and self._revs.get(row.id) == row.revs[0]

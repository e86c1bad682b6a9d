"""Label documents read for the routes of labels: all rules, and assignments a page at a time, in the order of ids."""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs import Store
from mosaicfs.model.document import Document
from mosaicfs.model.ids import label_assignment_id, label_rule_id
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.questions import AssignmentsWithLabel, Key
from mosaicfs.model.store import IdRange
from mosaicfs_control.rest.reading import noun_of

AT_ONCE = 500

_ALL_ASSIGNMENTS = IdRange(label_assignment_id(""), label_assignment_id("\U0010ffff"))
_ALL_RULES = IdRange(label_rule_id(""), label_rule_id("\U0010ffff"))


async def rules_of(store: Store) -> list[tuple[Document, LabelRule]]:
    """Those that are disabled too, by id."""
    found: list[tuple[Document, LabelRule]] = []
    within = _ALL_RULES
    while True:
        rows = await store.ids(within, AT_ONCE, include_docs=True)
        for row in rows:
            rule = noun_of(row.document, LabelRule)
            if row.document is not None and rule is not None:
                found.append((row.document, rule))
        if len(rows) < AT_ONCE:
            return found
        within = within._replace(start=rows[-1].id + "\0")


class AssignmentPage(NamedTuple):
    """`after` is where the next page begins; None at the end."""

    rows: list[tuple[Document, LabelAssignment]]
    after: str | None


async def assignments(store: Store, label: str | None, after: str, at_once: int = AT_ONCE) -> AssignmentPage:
    """Those from behind the document `after`; with a label only those that give it."""
    documents, more = await _page(store, label, after, at_once)
    read = ((document, noun_of(document, LabelAssignment)) for document in documents)
    rows = [(document, noun) for document, noun in read if noun is not None]
    return AssignmentPage(rows, documents[-1].id if more else None)


async def _page(store: Store, label: str | None, after: str, at_once: int) -> tuple[list[Document], bool]:
    if label is not None:
        place: Key | None = (after,) if after else None
        page = await store.ask(AssignmentsWithLabel(label), after=place, limit=at_once)
        return page.documents, page.next is not None
    within = _ALL_ASSIGNMENTS._replace(start=after + "\0") if after else _ALL_ASSIGNMENTS
    rows = await store.ids(within, at_once, include_docs=True)
    return [row.document for row in rows if row.document is not None], len(rows) == at_once

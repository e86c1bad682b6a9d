"""Long work on labels: many files labelled at once, and a label that gets another name.

Both may be cancelled between batches and begun again: what is done already is met as done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
from msgspec import structs

from mosaicfs import Store, revise, wire
from mosaicfs.errors import ConflictError
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import file_id, label_assignment_id, tail_of
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.questions import AssignmentsWithLabel
from mosaicfs.model.role import CONTROL
from mosaicfs.model.search import Search
from mosaicfs.model.times import now_text
from mosaicfs_control.jobs.job import JobError, Tally
from mosaicfs_control.jobs.jobs import Run, Work
from mosaicfs_control.rest.changing import MOST_TRIES
from mosaicfs_control.rest.label_rows import assignments, rules_of
from mosaicfs_control.rest.label_words import MOST_LABELS
from mosaicfs_control.rest.reading import noun_of

BATCH = 500

Relabel: TypeAlias = Callable[[tuple[str, ...]], tuple[str, ...]]


def label_files(store: Store) -> Run:
    """`add` and `remove` of the request, at its `file_ids` or at what its `search` finds."""

    async def run(work: Work) -> JsonObject:
        add, remove = _texts(work.request["add"]), _texts(work.request["remove"])

        def relabelled(before: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys((*(label for label in before if label not in remove), *add)))

        progress = _Progress(work)
        if "file_ids" in work.request:
            await _label_named(store, _texts(work.request["file_ids"]), relabelled, progress)
        else:
            await _label_found(store, msgspec.convert(work.request["search"], Search), relabelled, progress)
        return {"files": progress.done}

    return run


def rename_label(store: Store) -> Run:
    """`from` and `to` of the request, at assignments and in rules."""

    async def run(work: Work) -> JsonObject:
        old, new = str(work.request["from"]), str(work.request["to"])

        def renamed(before: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(new if label == old else label for label in before))

        rules = [document.id for document, rule in await rules_of(store) if old in rule.labels]
        files = (await store.tally(AssignmentsWithLabel(old))).documents
        progress = _Progress(work, planned=len(rules) + files)
        for rule_id in rules:
            await revise(store, rule_id, CONTROL, LabelRule, lambda rule: _renamed(rule, renamed))
            progress.count(done=1)
        after: str | None = ""
        while after is not None:
            rows, after = await assignments(store, old, after)
            await _relabel(store, [file_id(tail_of(document.id)) for document, _ in rows], renamed, progress)
        return {"rules": len(rules), "files": progress.done - len(rules)}

    return run


@dataclass
class _Progress:
    work: Work
    planned: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = field(default=0, init=False)

    def count(self, done: int = 0, skipped: int = 0) -> None:
        self.done += done
        self.skipped += skipped
        planned = max(self.planned, self.done + self.skipped + self.failed)
        counts = Tally(planned=planned, done=self.done, skipped=self.skipped, failed=self.failed)
        self.work.progress("running", counts=counts)

    def fail(self, error: JobError) -> None:
        self.failed += 1
        self.work.error(error)


# --- which files ---------------------------------------------------------------------------------------------------


async def _label_named(store: Store, ids: Sequence[str], relabel: Relabel, progress: _Progress) -> None:
    progress.planned = len(ids)
    for start in range(0, len(ids), BATCH):
        known = await _known(store, ids[start : start + BATCH], progress)
        await _relabel(store, known, relabel, progress)


async def _label_found(store: Store, search: Search, relabel: Relabel, progress: _Progress) -> None:
    """In the order of ids, which no label changes: a file is met once although its labels decide whether it is."""
    search = structs.replace(search, sort="indexed_at", descending=False, facets=(), limit=BATCH)
    while True:
        page = await store.search(search)
        progress.planned = max(progress.planned, page.total or 0)
        await _relabel(store, [hit.document.id for hit in page.hits], relabel, progress)
        if page.next is None:
            return
        search = structs.replace(search, after=page.next, counted=False)


async def _known(store: Store, ids: Sequence[str], progress: _Progress) -> list[str]:
    files = await store.get_many(ids)
    known = [doc_id for doc_id, file in zip(ids, files, strict=True) if noun_of(file, File) is not None]
    for doc_id in sorted(set(ids) - set(known)):
        progress.fail(JobError(code="not_found", message="No such file is known here.", file_id=doc_id))
    return known


# --- writing -------------------------------------------------------------------------------------------------------


async def _relabel(store: Store, ids: Sequence[str], relabel: Relabel, progress: _Progress) -> None:
    """Whoever was overtaken is decided anew."""
    left = list(ids)
    for _ in range(MOST_TRIES):
        if not left:
            progress.count()
            return
        left = await _written(store, left, relabel, progress)
    raise ConflictError(label_assignment_id(tail_of(left[0])))


async def _written(store: Store, ids: Sequence[str], relabel: Relabel, progress: _Progress) -> list[str]:
    """The files whose assignments somebody else was quicker with."""
    present = await store.get_many([label_assignment_id(tail_of(doc_id)) for doc_id in ids])
    changes: dict[str, Document] = {}
    for doc_id, document in zip(ids, present, strict=True):
        before = noun_of(document, LabelAssignment)
        old = () if before is None else before.labels
        new = relabel(old)
        if len(new) > MOST_LABELS:
            problem = f"The file would have {len(new)} labels; {MOST_LABELS} are the most."
            progress.fail(JobError(code="validation_failed", message=problem, file_id=doc_id))
        elif new == old:
            progress.count(skipped=1)
        else:
            changes[doc_id] = _revision(doc_id, document, before, new, progress.work.job.created_by)
    rows = await store.write(list(changes.values()), writer=CONTROL)
    overtaken: list[str] = []
    for doc_id, row in zip(changes, rows, strict=True):
        if row.error == "conflict":
            overtaken.append(doc_id)
        elif row.error:
            progress.fail(JobError(code="validation_failed", message=row.reason, file_id=doc_id))
        else:
            progress.count(done=1)
    return overtaken


def _revision(
    doc_id: str, document: Document | None, before: LabelAssignment | None, labels: tuple[str, ...], who: str
) -> Document:
    assignment, rev = label_assignment_id(tail_of(doc_id)), "" if document is None else document.rev
    if not labels:
        return Document(assignment, rev, b"{}", deleted=True)
    made = before or LabelAssignment(file_id=doc_id, labels=(), updated_at="", updated_by="")
    changed = structs.replace(made, labels=labels, updated_at=now_text(), updated_by=who)
    return Document(assignment, rev, wire.encode(changed))


def _renamed(rule: LabelRule | None, relabel: Relabel) -> LabelRule | None:
    if rule is None:
        return None
    labels = relabel(rule.labels)
    return rule if labels == rule.labels else structs.replace(rule, labels=labels, updated_at=now_text())


def _texts(value: Json) -> tuple[str, ...]:
    return msgspec.convert(value, tuple[str, ...])

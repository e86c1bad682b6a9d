"""Reading the memory back from the documents: all of a source where it is lost, or those that a kill left in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import structlog

from mosaicfs.model.crawling import Source
from mosaicfs.model.document import Document
from mosaicfs.model.questions import FilesUnder, Key
from mosaicfs.services.indexing import describing
from mosaicfs.services.indexing.identity import Known
from mosaicfs.services.indexing.intake import Intake, Work
from mosaicfs.services.indexing.memory import Learned

PAGE = 2_000

log = structlog.get_logger(component="crawler")


async def recover(intake: Intake) -> None:
    """What was being written when the process was killed is written, or it is not; the documents know."""
    for intention, ids in await intake.memory.intended():
        found = await intake.patiently(partial(intake.store.get_many, ids))
        rows = _rows(intake, (document for document in found if document is not None))
        marks = {row.folder: None for row in rows}
        await intake.memory.replace_documents(ids, Learned(rows=rows, marks=marks, intention=intention))


async def rebuild(intake: Intake, source: Source) -> None:
    """Once for each source.

    Two active documents of one path, which only a hand can have made, become one: the smaller id stays.
    """
    if await intake.memory.is_whole(source.prefix):
        return
    question = FilesUnder(source.node_id, source.prefix, status=None)
    after: Key | None = None
    total = 0
    while True:
        page = await intake.store.ask(question, after=after, limit=PAGE)
        rows, doubles = _one_each(_rows(intake, page.documents))
        present = await intake.memory.known((), {row.path for row in rows})
        rows, more = _one_each([*present.values(), *rows])
        await intake.settle(source, [Work(row, None, "gone") for row in (*doubles, *more) if not row.gone])
        await intake.memory.learn(Learned(rows=rows, marks={row.folder: None for row in rows}))
        total += len(rows)
        if page.next is None:
            break
        after = page.next
    await intake.memory.whole(source.prefix)
    if total:
        log.info("what is known of files was read back from the documents", files=total)


def _rows(intake: Intake, documents: Iterable[Document]) -> list[Known]:
    found = ((document.id, describing.file_in(document)) for document in documents)
    return [
        describing.remembered(doc_id, noun)
        for doc_id, noun in found
        if noun is not None and noun.source.node_id == intake.node_id
    ]


def _one_each(rows: Iterable[Known]) -> tuple[list[Known], list[Known]]:
    """One row a path, active before deleted, the smaller id first; and the others."""
    kept: dict[str, Known] = {}
    others = []
    for row in sorted(rows, key=lambda row: (row.gone, row.file_id)):
        before = kept.setdefault(row.path, row)
        if before.file_id != row.file_id:
            others.append(row)
    return list(kept.values()), others

"""Forgetting the files of a node that is gone: each becomes deleted, as if its agent had found it missing."""

from __future__ import annotations

from msgspec import structs

from mosaicfs import Store, wire
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.json import JsonObject
from mosaicfs.model.questions import FilesOf, Key
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import now_text
from mosaicfs_control.jobs.job import JobError, Tally
from mosaicfs_control.jobs.jobs import Run, Work
from mosaicfs_control.rest.reading import noun_of

BATCH = 500


def forget_files(store: Store) -> Run:
    """A job that may be cancelled between batches, and goes on after a restart: it finds what is left."""

    async def run(work: Work) -> JsonObject:
        node_id = str(work.request["node_id"])
        planned = (await store.tally(FilesOf(node_id))).documents
        done = failed = 0
        after: Key | None = None
        work.progress("running", counts=Tally(planned=planned))
        while True:
            page = await store.ask(FilesOf(node_id), after=after, limit=BATCH)
            for refused in await _delete(store, page.documents):
                failed += 1
                work.error(refused)
            done += len(page.documents)
            work.progress(counts=Tally(planned=max(planned, done), done=done - failed, failed=failed))
            after = page.next
            if after is None:
                return {"node_id": node_id, "files": done - failed}

    return run


async def _delete(store: Store, documents: list[Document]) -> list[JobError]:
    """What the store did not take. A file that changed meanwhile belongs to a node that was enabled again."""
    now, deleted = now_text(), []
    for document in documents:
        if (file := noun_of(document, File)) is not None:
            gone = structs.replace(file, status="deleted", deleted_at=now, deleted_reason="node_removed")
            deleted.append(Document(document.id, document.rev, wire.encode(gone)))
    rows = await store.write(deleted, writer=CONTROL)
    return [JobError(code="conflict", message=row.reason or row.error, file_id=row.id) for row in rows if row.error]

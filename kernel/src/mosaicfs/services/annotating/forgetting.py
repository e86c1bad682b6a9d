"""What hangs on a file goes a day after the file was deleted, unless it came back: facts of plugins, and accesses.

The owner of the file does it. Labels and copies stay for as long as others say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import wire
from mosaicfs.documents.ownership import owner_of
from mosaicfs.errors import MosaicError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import kind_of, tail_of
from mosaicfs.model.questions import DocumentsOfFile, FilesDeletedBefore, Key
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, time_text

DAY_S = 86_400
BETWEEN_S = 3_600.0
PAGE = 500

_GOING = frozenset({"annotation", "access"})

_log = structlog.get_logger(component="plugin_jobs")


@dataclass(slots=True, eq=False)
class Forgetting:
    """Each hour goes on behind the last file of the hour before."""

    store: Store
    node_id: str
    clock: Clock = time
    _behind: Key | None = field(default=None)

    async def run(self) -> NoReturn:
        while True:
            try:
                await self.once()
            except MosaicError as trouble:
                _log.info("what hangs on deleted files stays until the store answers", cause=str(trouble))
            await trio.sleep(BETWEEN_S)

    async def once(self) -> int:
        """How many documents went."""
        before = time_text(int((self.clock() - DAY_S) * 1_000_000))
        gone = 0
        while True:
            page = await self.store.ask(FilesDeletedBefore(before), after=self._behind, limit=PAGE)
            for document in page.documents:
                if owner_of(document) == self.node_id:
                    gone += await self._forget(document)
            if page.documents:
                self._behind = FilesDeletedBefore(before).key(page.documents[-1].id, _noun(page.documents[-1]))
            if page.next is None:
                return gone

    async def _forget(self, file: Document) -> int:
        hanging = await self.store.ask(DocumentsOfFile(tail_of(file.id)))
        going = [each for each in hanging.documents if kind_of(each.id) in _GOING]
        if not going:
            return 0
        rows = await self.store.write(list(map(_tombstone, going)), writer=node_role(self.node_id))
        return _count(row.error for row in rows)


def _noun(document: Document) -> object:
    return wire.decode(document.id, document.body)


def _count(errors: Iterable[str]) -> int:
    return sum(not error for error in errors)


def _tombstone(document: Document) -> Document:
    body = wire.canonical({"type": kind_of(document.id), "source": {"node_id": owner_of(document)}})
    return Document(document.id, document.rev, body, deleted=True)

"""Documents of one type kept in memory, in step with the store: who may sign is asked at every request.

A change that this process makes is taken over at once by `refresh`; what others write arrives with the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import structlog
import trio

from mosaicfs import Store, wire
from mosaicfs.errors import MalformedDocumentError, MosaicError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import prefix_of, tail_of
from mosaicfs.model.noun import Noun
from mosaicfs.model.retry import wait_after
from mosaicfs.model.store import IdRange

N = TypeVar("N", bound=Noun)

PAGE = 1000
WAIT_S = 60.0

log = structlog.get_logger(component="auth")


class Followed(Generic[N]):
    """By the part of the id that follows the prefix. What cannot be read is not there: it proves nobody's rights."""

    def __init__(self, store: Store, kind: str, noun: type[N], changed: Callable[[str, N | None], None]) -> None:
        """`changed` is called with the name after each change, also of what was there before; None is gone."""
        self.prefix = prefix_of(kind)
        self._store = store
        self._noun = noun
        self._changed = changed
        self._known: dict[str, N] = {}

    def get(self, name: str) -> N | None:
        return self._known.get(name)

    def __iter__(self) -> Iterator[N]:
        return iter([self._known[name] for name in sorted(self._known)])

    async def refresh(self, name: str) -> None:
        """As it is in the store now."""
        self._take(name, await self._store.get(self.prefix + name))

    async def load(self) -> None:
        """All of them; who is not in the store any more is forgotten."""
        found: set[str] = set()
        start = self.prefix
        end = f"{self.prefix[:-1]};"  # the character after the colon
        while True:
            rows = await self._store.ids(IdRange(start, end, inclusive_end=False), PAGE, include_docs=True)
            for row in rows:
                found.add(tail_of(row.id))
                self._take(tail_of(row.id), row.document)
            if len(rows) < PAGE:
                break
            start = f"{rows[-1].id}\0"
        for name in self._known.keys() - found:
            self._take(name, None)

    def _take(self, name: str, document: Document | None) -> None:
        read = self._read(document)
        before = self._known.get(name)
        if read is None:
            self._known.pop(name, None)
        else:
            self._known[name] = read
        if read != before:
            self._changed(name, read)

    def _read(self, document: Document | None) -> N | None:
        if document is None or document.deleted:
            return None
        try:
            noun = wire.decode(document.id, document.body)
        except MalformedDocumentError:
            log.warning("a document that proves rights cannot be read", document=document.id)
            return None
        return noun if isinstance(noun, self._noun) else None


async def follow(
    store: Store,
    all_followed: Sequence[Followed[Any]],
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Until cancelled. Started once everything that is in the store now is known."""
    since = (await store.info()).update_seq
    for followed in all_followed:
        await followed.load()
    task_status.started()
    failures = 0
    while True:
        try:
            since = await _catch_up(store, all_followed, since)
            failures = 0
            await store.wait_until_changed(since, WAIT_S)
        except MosaicError as trouble:
            failures += 1
            log.warning("changes of keys and nodes cannot be read", cause=str(trouble), attempt=failures)
            await trio.sleep(wait_after(failures))


async def _catch_up(store: Store, all_followed: Sequence[Followed[Any]], since: str) -> str:
    while True:
        page = await store.changes(since, PAGE)
        for row in page.rows:
            for followed in all_followed:
                if row.id.startswith(followed.prefix):
                    await followed.refresh(tail_of(row.id))
        if not page.pending:
            return page.last_seq
        since = page.last_seq

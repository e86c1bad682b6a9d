"""How many documents a role may read: counted along the feed, because CouchDB only counts all of them.

The first question reads the whole feed once; later ones only what is new. Kept in memory: one flag an id.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import trio

from mosaicfs import may_read_kind, scope_key
from mosaicfs.model.role import Role
from mosaicfs_couchdb.reading import Reading

_ROWS = 10_000


class Count(NamedTuple):
    live: int
    deleted: int


class Census:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._deleted: dict[str, bool] = {}
        self._counts: Counter[tuple[str, bool]] = Counter()
        self._since = "0"
        self._alone = trio.Lock()

    async def count(self, role: Role) -> Count:
        async with self._alone:
            await self._catch_up()
        visible = {kind for kind, _ in self._counts if may_read_kind(role, kind)}
        return Count(*(sum(self._counts[kind, deleted] for kind in visible) for deleted in (False, True)))

    def forget(self, doc_id: str) -> None:
        self._note(doc_id, None)

    def _note(self, doc_id: str, deleted: bool | None) -> None:
        kind, before = scope_key(doc_id), self._deleted.pop(doc_id, None)
        if before is not None:
            self._counts[kind, before] -= 1
        if deleted is not None:
            self._deleted[doc_id] = deleted
            self._counts[kind, deleted] += 1

    async def _catch_up(self) -> None:
        while True:
            page = await self._reading.changes(self._since, _ROWS, descending=False, bodies=False)
            for row in page.rows:
                self._note(row.id, row.deleted)
            self._since = page.last_seq
            if len(page.rows) < _ROWS:
                return

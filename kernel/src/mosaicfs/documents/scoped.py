"""A store as one role sees it: an id outside its scope looks as if it did not exist, in every answer.

Which ids those are is said in `scopes`; what a role may change is judged inside the write by the guard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mosaicfs.documents.scopes import OF_FILES, may_read, may_read_kind
from mosaicfs.model.document import (
    ChangePage,
    Document,
    LocalDocument,
    Missing,
    MissingRevision,
    StoreInfo,
    Wanted,
    Written,
)
from mosaicfs.model.role import Role
from mosaicfs.model.store import Find, Found, IdRange, IdRow, PassesOverFiles, Store

_RAW_ROWS = 1000
_RAW_ROWS_WITH_BODIES = 200


class ScopedStore:
    """The calls of `Store` that a peer has a use for, with the same promises within the scope.

    Local documents are kept apart by the name of the role, so two peers never meet each other's.
    """

    def __init__(self, store: Store, role: Role) -> None:
        self.role = role
        self._store = store
        self._caller = str(role)
        self._reads_files = any(may_read_kind(role, kind) for kind in OF_FILES)

    def sees(self, doc_id: str) -> bool:
        return may_read(self.role, doc_id)

    async def info(self) -> StoreInfo:
        return await self._store.info(self.role)

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        return await self._store.get(doc_id, rev) if self.sees(doc_id) else None

    async def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        visible = list(filter(self.sees, ids))
        found = dict(zip(visible, await self._store.get_many(visible), strict=True))
        return [found.get(doc_id) for doc_id in ids]

    async def open_revs(
        self, wanted: Sequence[Wanted], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        found = iter(await self._store.open_revs([one for one in wanted if self.sees(one.id)], latest=latest))
        return [next(found) if self.sees(one.id) else _unknown(one) for one in wanted]

    async def ids(self, within: IdRange, limit: int, *, skip: int = 0, include_docs: bool = False) -> list[IdRow]:
        """Looks on through raw pages until `limit` visible rows are found, so a short answer is always the end."""
        found: list[IdRow] = []
        most = min(limit + skip + 1, _RAW_ROWS_WITH_BODIES if include_docs else _RAW_ROWS)
        last: str | None = None  # begins the next page again, so a page holds at least two
        while len(found) < limit:
            page = await self._store.ids(within, most, include_docs=include_docs)
            visible = [row for row in page if row.id != last and self.sees(row.id)]
            found += visible[skip:]
            skip = max(0, skip - len(visible))
            if len(page) < most:
                break
            last = page[-1].id
            within = within._replace(start=last)
        return found[:limit]

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        """The visible rows of a raw page: perhaps none although more will come, which `pending` tells.

        Backwards there is no going on from a page, so that one grows until it has `limit` visible rows or all.
        """
        if not (descending or self._reads_files) and isinstance(self._store, PassesOverFiles):
            page = await self._store.changes_beside_files(since, limit, bodies=bodies)
            return page._replace(rows=[row for row in page.rows if self.sees(row.id)])
        asked = limit
        while True:
            page = await self._store.changes(since, asked, descending=descending, bodies=bodies)
            visible = [row for row in page.rows if self.sees(row.id)]
            if not descending or len(visible) >= limit or len(page.rows) < asked:
                return page._replace(rows=visible[:limit])
            asked *= 4

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        return await self._store.wait_until_changed(since, timeout_s)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        visible = {doc_id: revs for doc_id, revs in asked.items() if self.sees(doc_id)}
        hidden = {doc_id: Missing(tuple(dict.fromkeys(asked[doc_id]))) for doc_id in asked.keys() - visible.keys()}
        return hidden | await self._store.revs_diff(visible)

    async def find(self, query: Find) -> Found:
        return await self._store.find(query, role=self.role)

    async def write(self, docs: Sequence[Document], *, new_edits: bool = True) -> list[Written]:
        """What the writer cannot see is refused before the store compares revisions: `conflict` would tell.

        A refusal of a replicated document is always `forbidden`: peers take that as "denied, go on" and stop at
        anything else.
        """
        visible = [doc for doc in docs if self.sees(doc.id)]
        written = await self._store.write(visible, writer=self.role, new_edits=new_edits) if visible else []
        rows = iter(written if new_edits else [row._replace(error=row.error and "forbidden") for row in written])
        return [next(rows) if self.sees(doc.id) else self._refused(doc) for doc in docs]

    async def local_get(self, local_id: str) -> LocalDocument | None:
        return await self._store.local_get(self._caller, local_id)

    async def local_put(self, local_id: str, body: bytes, rev: str = "") -> str:
        return await self._store.local_put(self._caller, local_id, body, rev)

    async def local_delete(self, local_id: str, rev: str) -> None:
        await self._store.local_delete(self._caller, local_id, rev)

    async def local_ids(self) -> list[str]:
        return await self._store.local_ids(self._caller)

    async def compact(self) -> None:
        await self._store.compact()

    def _refused(self, doc: Document) -> Written:
        return Written(doc.id, doc.rev, "forbidden", f"{self.role} may not write {doc.id}")


def _unknown(wanted: Wanted) -> list[Document | MissingRevision]:
    return [MissingRevision(wanted.id, rev) for rev in wanted.revs or ("",)]

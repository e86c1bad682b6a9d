"""The store over a CouchDB database. This room only connects; each noun of the store has a file beside it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import trio

from mosaicfs import open_store as open_sqlite_store
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
from mosaicfs.model.filing import Filing
from mosaicfs.model.questions import Key, Question
from mosaicfs.model.role import CONTROL, UPSTREAM, Role
from mosaicfs.model.search import Search, SearchPage
from mosaicfs.model.store import Answer, Find, Found, IdRange, IdRow, Store, StoreTrouble, Tally
from mosaicfs_couchdb.asking import Asking
from mosaicfs_couchdb.census import Census
from mosaicfs_couchdb.design import missing_designs
from mosaicfs_couchdb.local import LocalDocuments
from mosaicfs_couchdb.meta import Meta, prepared, read_meta, write_meta
from mosaicfs_couchdb.names import Names
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.sequences import Sequences, number
from mosaicfs_couchdb.server import Server, connected
from mosaicfs_couchdb.waiting import Waiting
from mosaicfs_couchdb.writing import Writing

T = TypeVar("T")

DATABASE: Final = "mosaicfs"
_BACKUP_ROWS: Final = 500


@asynccontextmanager
async def open_couch_store(
    url: str, *, user: str = "", secret: str = "", database: str = DATABASE
) -> AsyncIterator[CouchStore]:
    """The database, made if absent. `StoreUnreachableError` where there is no server that answers."""
    async with connected(url, database, user, secret) as server:
        store = CouchStore(server, await prepared(server, user))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.waiting.listen, await store.waiting.end())
            yield store
            nursery.cancel_scope.cancel()


class CouchStore:
    """`Store` over one database; see the interface for what each call promises."""

    def __init__(self, server: Server, meta: Meta) -> None:
        self._server = server
        self._meta = meta
        self._sequences = Sequences(meta.epoch)
        self._reading = Reading(server, self._sequences)
        self._writing = Writing(server, self._reading)
        self._local = LocalDocuments(server)
        self._asking = Asking(server, self._reading)
        self._census = Census(self._reading)
        self._names = Names(self._reading, self._purged)
        self.waiting = Waiting(server, self._reading)

    # --- reading -----------------------------------------------------------------------------------------------

    async def info(self, role: Role = CONTROL) -> StoreInfo:
        count = await self._census.count(role)
        found = await self._reading.database()
        return StoreInfo(
            uuid=self._meta.uuid,
            epoch=self._meta.epoch,
            schema=self._meta.schema,
            update_seq=self._sequences.token(found.update_seq),
            purge_seq=self._sequences.token(self._meta.purged),
            live=count.live,
            deleted=count.deleted,
            file_bytes=found.sizes.file,
            active_bytes=found.sizes.active,
            external_bytes=found.sizes.external,
        )

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        return await self._reading.whole(doc_id, rev)

    async def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        found = await self._reading.winners(ids)
        return [found.get(doc_id) for doc_id in ids]

    async def open_revs(
        self, wanted: Sequence[Wanted], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        return await self._reading.opened(wanted, latest=latest)

    async def ids(self, within: IdRange, limit: int, *, skip: int = 0, include_docs: bool = False) -> list[IdRow]:
        return await self._reading.slice(within, limit, skip=skip, include_docs=include_docs)

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        return await self._reading.revs_diff(asked)

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        return await self._reading.changes(since, max(limit, 1), descending=descending, bodies=bodies)

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        return await self.waiting.until_changed(since, timeout_s)

    # --- writing -----------------------------------------------------------------------------------------------

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        return await self._writing.write(docs, writer, new_edits=new_edits)

    async def drop(self, doc_id: str, revs: Sequence[str] | None = None) -> None:
        """Noted before it is done: who is told too early only looks once more, who is not told misses it for good."""
        leaves = await self._reading.leaves(doc_id)
        gone = [leaf.rev for leaf in leaves if revs is None or leaf.rev in revs]
        if not gone:
            return
        seq = await self._reading.sequence_of(doc_id)
        if number(seq) > number(self._meta.purged):
            self._meta = await write_meta(self._server, msgspec.structs.replace(self._meta, purged=seq))
        await self._server.ask("POST", "/_purge", {doc_id: gone})
        if len(gone) == len(leaves):
            self._census.forget(doc_id)
            self._names.forget(doc_id)

    async def _purged(self) -> str:
        """By whichever process."""
        meta = await read_meta(self._server)
        return meta.purged if meta is not None else self._meta.purged

    # --- local documents ---------------------------------------------------------------------------------------

    async def local_get(self, caller: str, local_id: str) -> LocalDocument | None:
        return await self._local.get(caller, local_id)

    async def local_put(self, caller: str, local_id: str, body: bytes, rev: str = "") -> str:
        return await self._local.put(caller, local_id, body, rev)

    async def local_delete(self, caller: str, local_id: str, rev: str) -> None:
        await self._local.delete(caller, local_id, rev)

    async def local_ids(self, caller: str) -> list[str]:
        return await self._local.ids(caller)

    # --- questions ---------------------------------------------------------------------------------------------

    async def find(self, query: Find, *, role: Role = CONTROL) -> Found:
        return await self._asking.find(query, role)

    async def search(self, search: Search) -> SearchPage:
        return await self._names.search(search)

    async def filed(self, work: Callable[[Filing], T]) -> T:
        return await self._names.filed(work)

    async def warm(self) -> None:
        """The names are read, so that the first search is like any other."""
        await self._names.warm()

    async def ask(self, question: Question, *, after: Key | None = None, limit: int = 1000) -> Answer:
        return await self._asking.ask(question, after, limit)

    async def tally(self, question: Question) -> Tally:
        return await self._asking.tally(question)

    async def labels(self) -> list[str]:
        return await self._asking.labels()

    async def counts(self) -> dict[tuple[str, str], int]:
        return await self._asking.counts()

    async def conflicts(self, after: str = "", limit: int = 1000) -> list[str]:
        return await self._asking.conflicts(after, limit)

    # --- upkeep ------------------------------------------------------------------------------------------------

    async def compact(self) -> None:
        await self._server.ask("POST", "/_compact", {})

    async def check(self, *, deep: bool = False) -> list[StoreTrouble]:
        """CouchDB looks after its own files; here is looked whether what is ours is there and can be read."""
        troubles = [StoreTrouble("", f"the index {name} is missing") for name in await missing_designs(self._server)]
        if await read_meta(self._server) is None:
            troubles.append(StoreTrouble("", "the name and the epoch of the database are missing"))
        if deep:
            troubles += [StoreTrouble(doc_id, "cannot be read") async for doc_id in self._reading.unreadable()]
        return troubles

    async def backup(self, path: Path) -> None:
        """A database of the embedded driver, with everything up to one sequence."""
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        end = number((await self._reading.database()).update_seq)
        with tempfile.TemporaryDirectory() as bell:
            async with open_sqlite_store(part, Path(bell)) as copy:
                await self._copy(copy, end)
        part.rename(path)

    async def _copy(self, copy: Store, end: int) -> None:
        since = "0"
        while number(since) < end:
            page = await self.changes(since, _BACKUP_ROWS)
            opened = await self.open_revs([Wanted(row.id) for row in page.rows])
            leaves = [leaf for found in opened for leaf in found if isinstance(leaf, Document)]
            await copy.write(leaves, writer=UPSTREAM, new_edits=False)
            if len(page.rows) < _BACKUP_ROWS:
                return
            since = page.last_seq

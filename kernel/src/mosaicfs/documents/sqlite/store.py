"""The embedded store: one SQLite file that all duties of a machine share.

This room only connects: what is written is decided in `writing`, what is read in `reading` and `asking`, in which
thread in `lanes`, and who hears of it in `bell`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import apsw
import structlog
import trio

from mosaicfs.documents.scopes import may_read_kind
from mosaicfs.documents.sequence import Sequences
from mosaicfs.documents.sqlite import asking, facts, local, opening, planting, reading, schema, sql, upkeep, writing
from mosaicfs.documents.sqlite.bell import Bell
from mosaicfs.documents.sqlite.counting import Counting
from mosaicfs.documents.sqlite.filing import IndexAheadError, SqliteFiling
from mosaicfs.documents.sqlite.health import Health
from mosaicfs.documents.sqlite.interpreter import set_for_many_rows
from mosaicfs.documents.sqlite.lanes import MOST_IN_ONE_TRANSACTION, ReadingLanes, WritingLane, interruptible
from mosaicfs.errors import MosaicError, StoreCorruptError, TryLaterError
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
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.search import Search, SearchPage
from mosaicfs.model.store import Ailment, Answer, Find, Found, IdRange, IdRow, NewFile, OnDamage, StoreTrouble, Tally

if TYPE_CHECKING:
    from mosaicfs.documents.sqlite.names import SqliteNames

T = TypeVar("T")

QUIET_S = 0.25
MOST_UNLISTED = 500_000
"""So many files are looked through in some 50 ms."""

MOST_LOOKED_INTO = 50_000
"""Bodies a page, so that a long look lets go of its reading thread now and then."""
AFTER_TROUBLE_S = 60.0
LAST_WORDS_S = 5.0
MOST_PLANTED = 4_000
"""A transaction: a first crawl waits for the disk less often, and others never long for it."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_store(path: Path, bell: Path) -> AsyncIterator[SqliteStore]:
    """The database at `path`, made if absent. `bell` is the folder where processes tell each other of commits.

    Raises `StoreForeignError`, `StoreTooNewError` or `StoreCorruptError` without having touched the file.
    """
    set_for_many_rows()
    unclean = opening.left_unclean(path)
    await trio.to_thread.run_sync(opening.prepare, path)
    ringing = Bell(bell)
    store = SqliteStore(path, ringing, unclean=unclean and not ringing.others())
    trouble: Exception | None = None
    try:
        async with trio.open_nursery() as nursery:
            await store.start(nursery)
            try:
                yield store
            except Exception as raised:  # noqa: BLE001 - goes on below, not wrapped into a group by the nursery
                trouble = raised
            nursery.cancel_scope.cancel()
    finally:
        store.close()
        ringing.close()
    if trouble is not None:
        raise trouble


class SqliteStore:
    """`Store` over one file; see the interface for what each call promises."""

    def __init__(self, path: Path, bell: Bell, *, unclean: bool = False) -> None:
        self._path = path
        self._bell = bell
        self._unclean = unclean
        self.health = Health()
        self.on_damage: OnDamage = _tell_nobody
        self._writing = WritingLane(path, bell, self.health)
        self._reading = ReadingLanes(path, self.health)
        self._counting = Counting()
        meta: dict[str, str | int] = dict(self._reading.here(lambda c: sql.select(c, "SELECT key, value FROM meta")))
        self._uuid = str(meta["uuid"])
        self._epoch = str(meta["epoch"])
        self._names: SqliteNames | None = None
        self._making_names = Lock()
        self._one_search = trio.Lock()

    async def start(self, nursery: trio.Nursery) -> None:
        nursery.start_soon(self._writing.serve)
        nursery.start_soon(self._bell.listen)
        if not self._reading.here(facts.present):
            await self._writing.run(facts.rebuild)
        self.health.is_looked_over = not (self._unclean or self._reading.here(upkeep.long_unseen))
        nursery.start_soon(self._keep_watch)
        nursery.start_soon(self._list_files)

    @property
    def refusal(self) -> MosaicError | None:
        """Why nothing is written any more; None as long as all is well."""
        return self._writing.refusal

    @property
    def ailment(self) -> Ailment | None:
        return self.health.ailment

    @property
    def is_looked_over(self) -> bool:
        return self.health.is_looked_over

    def close(self) -> None:
        self._reading.close()
        self._writing.close()

    @property
    def _sequences(self) -> Sequences:
        return Sequences(self._epoch)

    # --- reading -----------------------------------------------------------------------------------------------

    async def info(self, role: Role = CONTROL) -> StoreInfo:
        await trio.lowlevel.checkpoint()
        return self._reading.here(functools.partial(self._info, role=role))

    def _info(self, connection: apsw.Connection, role: Role) -> StoreInfo:
        visible = [counted for counted in facts.counted(connection) if may_read_kind(role, counted.kind)]
        pages, free, size = (connection.pragma(name) for name in ("page_count", "freelist_count", "page_size"))
        token = self._sequences.token
        purge = sql.one_value(connection, "SELECT value FROM meta WHERE key = 'purge_seq'")
        return StoreInfo(
            uuid=self._uuid,
            epoch=self._epoch,
            schema=schema.NUMBER,
            update_seq=token(writing.sequence_end(connection)),
            purge_seq=token(purge),
            live=sum(counted.live for counted in visible),
            deleted=sum(counted.deleted for counted in visible),
            file_bytes=pages * size,
            active_bytes=(pages - free) * size,
            external_bytes=sum(counted.bytes for counted in visible),
        )

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        await trio.lowlevel.checkpoint()
        return self._reading.here(lambda c: reading.document(c, doc_id, rev, self._sequences.token))

    async def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        return await self._reading.run(lambda c: reading.winners(c, ids))

    async def open_revs(
        self, wanted: Sequence[Wanted], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        return await self._reading.run(lambda c: reading.open_revs(c, wanted, latest=latest))

    async def ids(self, within: IdRange, limit: int, *, skip: int = 0, include_docs: bool = False) -> list[IdRow]:
        return await self._reading.run(
            lambda c: reading.id_rows(c, within, limit, skip=skip, include_docs=include_docs)
        )

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        return await self._reading.run(lambda c: reading.revs_diff(c, asked))

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        return await self._reading.run(
            lambda c: self._changes(c, since, max(limit, 1), descending=descending, bodies=bodies)
        )

    async def changes_beside_files(self, since: str, limit: int, *, bodies: bool = False) -> ChangePage:
        return await self._reading.run(
            lambda c: self._changes(c, since, max(limit, 1), descending=False, bodies=bodies, beside_files=True)
        )

    def _changes(
        self,
        connection: apsw.Connection,
        since: str,
        limit: int,
        *,
        descending: bool,
        bodies: bool,
        beside_files: bool = False,
    ) -> ChangePage:
        token, end = self._sequences.token, writing.sequence_end(connection)
        start = 0 if descending else self._sequences.number(since, end)
        found = reading.feed(
            connection, start, limit, descending=descending, bodies=bodies, token=token, beside_files=beside_files
        )
        last = end
        if len(found) == limit:
            last = found[-1][0]
        pending = 0 if descending else end - last
        return ChangePage([row for _, row in found], token(last), pending)

    async def changes_naming(self, text: str, since: str, limit: int) -> ChangePage:
        return await self._reading.run(lambda c: self._naming(c, text, since, max(limit, 1)))

    def _naming(self, connection: apsw.Connection, text: str, since: str, limit: int) -> ChangePage:
        token, end = self._sequences.token, writing.sequence_end(connection)
        start = self._sequences.number(since, end)
        last = min(end, start + MOST_LOOKED_INTO)
        found = reading.feed_naming(connection, text, start, last, limit=limit, token=token)
        if len(found) == limit:
            last = found[-1][0]
        return ChangePage([row for _, row in found], token(last), end - last)

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        await trio.lowlevel.checkpoint()
        start = self._sequences.number(since, self._reading.here(writing.sequence_end))
        with trio.move_on_after(timeout_s):
            while self._reading.here(writing.sequence_end) == start:
                await self._bell.wait()
            return True
        return False

    # --- writing -----------------------------------------------------------------------------------------------

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        written: list[Written] = []
        for start in range(0, len(docs), MOST_IN_ONE_TRANSACTION):
            part = docs[start : start + MOST_IN_ONE_TRANSACTION]
            put = functools.partial(_put, docs=part, writer=writer, new_edits=new_edits)
            written += await self._writing.run(put, weight=len(part))
        return written

    async def plant(self, node_id: str, files: Sequence[NewFile]) -> None:
        for start in range(0, len(files), MOST_PLANTED):
            part = files[start : start + MOST_PLANTED]
            await self._writing.run(functools.partial(planting.plant, node_id=node_id, files=part), weight=len(part))

    async def drop(self, doc_id: str, revs: Sequence[str] | None = None) -> None:
        await self._writing.run(lambda c: upkeep.drop(c, doc_id, revs))

    # --- local documents ---------------------------------------------------------------------------------------

    async def local_get(self, caller: str, local_id: str) -> LocalDocument | None:
        await trio.lowlevel.checkpoint()
        return self._reading.here(lambda c: local.get(c, caller, local_id))

    async def local_put(self, caller: str, local_id: str, body: bytes, rev: str = "") -> str:
        return await self._writing.run(lambda c: local.put(c, caller, local_id, body, rev))

    async def local_delete(self, caller: str, local_id: str, rev: str) -> None:
        await self._writing.run(lambda c: local.delete(c, caller, local_id, rev))

    async def local_ids(self, caller: str) -> list[str]:
        return await self._reading.run(lambda c: local.ids(c, caller))

    # --- questions ---------------------------------------------------------------------------------------------

    async def find(self, query: Find, *, role: Role = CONTROL) -> Found:
        return await self._reading.run(lambda c: asking.find(c, query, role))

    async def ask(self, question: Question, *, after: Key | None = None, limit: int = 1000) -> Answer:
        return await self._reading.run(lambda c: asking.ask(c, question, after, limit))

    async def tally(self, question: Question) -> Tally:
        return await self._reading.run(lambda c: asking.tally(c, question))

    async def labels(self) -> list[str]:
        return await self._reading.run(asking.labels)

    async def counts(self) -> dict[tuple[str, str], int]:
        return await self._reading.run(self._counting.counts)

    async def conflicts(self, after: str = "", limit: int = 1000) -> list[str]:
        return await self._reading.run(lambda c: asking.conflicts(c, after, limit))

    # --- searches ----------------------------------------------------------------------------------------------

    async def search(self, search: Search) -> SearchPage:
        return await self._with_names(lambda names, connection: names.search(connection, search))

    async def warm(self) -> None:
        """Make the index of names now, so that the first search does not wait for it."""
        await self._with_names(lambda names, connection: names.catch_up(connection))

    async def _with_names(self, work: Callable[[SqliteNames, apsw.Connection], T]) -> T:
        """One after the other: the index has no room for two, and waiting searches must not hold all the lanes."""
        async with self._one_search:
            return await self._reading.run(lambda c: work(self._own_names(), c))

    def _own_names(self) -> SqliteNames:
        """In the thread that searches: numpy is loaded by the first search and by nothing else."""
        from mosaicfs.documents.sqlite.names import SqliteNames  # noqa: PLC0415

        with self._making_names:
            self._names = self._names or SqliteNames()
            return self._names

    # --- the tree ----------------------------------------------------------------------------------------------

    async def filed(self, work: Callable[[Filing], T]) -> T:
        try:
            return await self._reading.run(lambda c: self._filed(c, work))
        except IndexAheadError:
            async with self._one_search:
                return await self._reading.run(lambda c: self._filed_alone(c, work))

    def _filed(self, connection: apsw.Connection, work: Callable[[Filing], T]) -> T:
        with closing(SqliteFiling(connection, lambda c, search: self._own_names().numbers(c, search))) as filing:
            return work(filing)

    def _filed_alone(self, connection: apsw.Connection, work: Callable[[Filing], T]) -> T:
        """Nobody takes the index further while this transaction lasts: it begins with what is read first."""
        with self._own_names().alone:
            return self._filed(connection, work)

    # --- upkeep ------------------------------------------------------------------------------------------------

    async def compact(self) -> None:
        await self._writing.run(upkeep.forget_old_checkpoints)
        await self._writing.outside_transactions(upkeep.give_room_back)

    async def check(self, *, deep: bool = False) -> list[StoreTrouble]:
        def look(connection: apsw.Connection) -> list[StoreTrouble]:
            found = upkeep.engine_troubles(connection)
            return found or (list(upkeep.document_troubles(connection)) if deep else [])

        return await interruptible(self._path, look)

    async def backup(self, path: Path) -> None:
        await trio.to_thread.run_sync(upkeep.back_up, self._path, path)

    async def _list_files(self) -> None:
        """Once nobody writes, or when too many files would have to be looked through."""
        while True:
            try:
                waiting = self._reading.here(facts.unlisted)
                if waiting <= MOST_UNLISTED:
                    with trio.move_on_after(QUIET_S if waiting else math.inf) as quiet:
                        await self._writing.until_written()
                    if not quiet.cancelled_caught:
                        continue
                await self._writing.run(facts.list_more)
            except MosaicError as trouble:
                log.info("files are not listed yet", cause=str(trouble))
                await trio.sleep(AFTER_TROUBLE_S)

    async def _keep_watch(self) -> None:
        """Looked over after an unclean stop, once a week, and when reading or writing has met damage."""
        while self.refusal is None:
            if self.health.is_looked_over:
                await self.health.suspicion.wait()
            try:
                await self._look_over()
            except TryLaterError as trouble:
                log.info("the database is not looked over yet", cause=str(trouble))
            await trio.sleep(AFTER_TROUBLE_S)

    async def _look_over(self) -> None:
        """Damage makes the store read-only; what can be read is read on, and each start looks again."""
        damage = await self._damage()
        self.health.looked(damage)
        if damage is not None:
            await self._say_last_words(damage)
            self._writing.refusal = damage
        else:
            with suppress(MosaicError):  # then it is looked over once more than it need be
                await self._writing.run(upkeep.seen)

    async def _damage(self) -> StoreCorruptError | None:
        try:
            troubles = [found.trouble for found in await self.check(deep=True)]
        except StoreCorruptError as damage:
            log.error("store_corrupt", path=str(self._path), troubles=[str(damage)])
            return damage
        if not troubles:
            return None
        log.error("store_corrupt", path=str(self._path), troubles=troubles[:20])
        return StoreCorruptError(self._path, troubles[0])

    async def _say_last_words(self, damage: StoreCorruptError) -> None:
        """So much was written while it was looked over that one document more, which tells of it, does no harm."""
        with trio.move_on_after(LAST_WORDS_S), suppress(MosaicError):
            await self._writing.run(upkeep.unseen)
            await self.on_damage(Ailment("corrupt", str(damage)))


async def _tell_nobody(damage: Ailment) -> None:
    """Until somebody wants to know."""


def _put(connection: apsw.Connection, docs: Sequence[Document], writer: Role, *, new_edits: bool) -> list[Written]:
    return writing.Batch(connection, writer, new_edits=new_edits).write(docs)

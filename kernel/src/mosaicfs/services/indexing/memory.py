"""The agent's own table, `agent.db`: how each file looked when it was last seen, and the marks of folders.

Nothing here is shared and all of it can be lost, at the price of one slow crawl. It is only ever as new as the store:
what is about to be written there is announced here first (`intend`), so that after a kill between the two the rows of
exactly those documents are read back, and no file gets a second document.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import apsw
import trio

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.documents.sqlite.own_file import move_aside
from mosaicfs.errors import MosaicError, StoreCorruptError
from mosaicfs.services.indexing.identity import Known, parted
from mosaicfs.services.indexing.memory_file import IDENTITIES, opened

_COLUMNS = "folder, name, file_id, size, mtime_ns, native_id, face, gone, coarse"
_BELOW = "folder >= ? AND folder < ? AND (folder = ? OR folder >= ?)"

T = TypeVar("T")


class LastCrawl(NamedTuple):
    cursor: str | None
    ended_at: str
    seen: int


class Learned(NamedTuple):
    """One step forward: rows that are no more, rows as they are now, and marks; None says "do not trust it"."""

    dropped: Sequence[Known] = ()
    rows: Sequence[Known] = ()
    marks: Mapping[str, bytes | None] = {}
    intention: int | None = None


@asynccontextmanager
async def open_memory(path: Path, store: str) -> AsyncIterator[Memory]:
    """`store` names the store that the rows speak of; the memory of another one is begun anew.

    A file that is damaged or not ours is moved aside.
    """
    memory = Memory(path, await trio.to_thread.run_sync(opened, path, store))
    try:
        yield memory
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(memory.close)


class Memory:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self._path = path
        self._connection = connection
        self._thread = trio.CapacityLimiter(1)
        self._damaged = False
        self.knows_identities = True
        self._fulfilled: list[tuple[int]] = []

    def close(self) -> None:
        with suppress(MosaicError, apsw.Error):
            self._work(self._forget_fulfilled)
        self._connection.close()
        if self._damaged:
            move_aside(self._path, "it is damaged")

    async def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        return await trio.to_thread.run_sync(self._work, work, limiter=self._thread)

    def _work(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            with speaking_sqlite(self._path):
                return work(self._connection)
        except StoreCorruptError:
            self._damaged = True
            raise

    # --- files -------------------------------------------------------------------------------------------------

    async def known(self, folders: Sequence[str], paths: Iterable[str] = ()) -> dict[str, Known]:
        """All rows of the folders, and those at the paths, by path."""
        return await self._run(lambda c: {row.path: row for row in _known(c, folders, paths)})

    async def holding(self, folders: Sequence[str]) -> set[str]:
        """Those of the folders that have a row, of whatever kind."""
        statement = "SELECT DISTINCT folder FROM files WHERE folder IN"
        return await self._run(lambda c: {folder for (folder,) in sql.matching(c, statement, folders)})

    async def with_native_ids(self, native_ids: Sequence[str]) -> list[Known]:
        """Active rows."""
        statement = f"SELECT {_COLUMNS} FROM files WHERE NOT gone AND native_id IN"  # noqa: S608 - parts are ours
        return await self._run(lambda c: [_row(each) for each in sql.matching(c, statement, native_ids)])

    async def below(self, prefix: str, *, most: int = -1, after: Known | None = None) -> list[Known]:
        """Active rows below a folder, in order."""
        last = (after.folder, after.name) if after else ("", "")
        order = "AND (folder, name) > (?, ?) AND NOT gone ORDER BY folder, name LIMIT ?"
        statement = f"SELECT {_COLUMNS} FROM files WHERE {_BELOW} {order}"  # noqa: S608 - parts are ours
        return await self._run(lambda c: [_row(r) for r in sql.select(c, statement, (*_bounds(prefix), *last, most))])

    async def under(self, paths: Iterable[str]) -> dict[str, Known]:
        """Active rows below paths that were folders, by path."""
        statement = f"SELECT {_COLUMNS} FROM files WHERE {_BELOW} AND NOT gone"  # noqa: S608 - parts are ours

        def read(connection: apsw.Connection) -> dict[str, Known]:
            rows = (_row(row) for path in paths for row in sql.select(connection, statement, _bounds(path)))
            return {row.path: row for row in rows}

        return await self._run(read)

    async def count(self, prefix: str) -> int:
        statement = f"SELECT count(*) FROM files WHERE {_BELOW} AND NOT gone"  # noqa: S608 - parts are ours
        return await self._run(lambda c: int(sql.one_value(c, statement, _bounds(prefix))))

    async def sample(self, prefix: str, most: int) -> list[Known]:
        statement = f"SELECT {_COLUMNS} FROM files WHERE {_BELOW} AND NOT gone ORDER BY random() LIMIT ?"  # noqa: S608
        return await self._run(lambda c: [_row(each) for each in sql.select(c, statement, (*_bounds(prefix), most))])

    async def marks(self, prefix: str) -> dict[str, bytes]:
        """Of all folders that are known."""
        statement = f"SELECT path, mark, stale FROM folders WHERE {_BELOW.replace('folder', 'path')}"  # noqa: S608

        def read(connection: apsw.Connection) -> dict[str, bytes]:
            rows = sql.select(connection, statement, _bounds(prefix))
            return {path: spoiled(mark) if stale else mark for path, mark, stale in rows}

        return await self._run(read)

    # --- writing -----------------------------------------------------------------------------------------------

    async def intend(self, ids: Sequence[str]) -> int:
        """On disk when it returns, with everything that was learned before."""

        def announce(connection: apsw.Connection) -> int:
            self._forget_fulfilled(connection)
            connection.pragma("synchronous", "FULL")
            try:
                sql.run(connection, "INSERT INTO intended (ids) VALUES (?)", (" ".join(ids),))
                return connection.last_insert_rowid()
            finally:
                connection.pragma("synchronous", "NORMAL")

        return await self._run(announce)

    def fulfil(self, intention: int) -> None:
        """It was written and learned. The next announcement takes it off the disk."""
        self._fulfilled.append((intention,))

    def _forget_fulfilled(self, connection: apsw.Connection) -> None:
        connection.executemany("DELETE FROM intended WHERE n = ?", self._fulfilled)
        self._fulfilled.clear()

    async def intended(self) -> list[tuple[int, list[str]]]:
        """What was announced and may not have come about: the process was killed meanwhile, or the crawl cut off."""

        def read(connection: apsw.Connection) -> list[tuple[int, list[str]]]:
            self._forget_fulfilled(connection)
            return [(n, ids.split()) for n, ids in sql.select(connection, "SELECT n, ids FROM intended")]

        return await self._run(read)

    async def learn(self, learned: Learned) -> None:
        await self._in_transaction(lambda c: _learn(c, learned))

    async def replace_documents(self, ids: Sequence[str], learned: Learned) -> None:
        """Forget every row of these documents first, wherever it says they lie."""

        def replace(connection: apsw.Connection) -> None:
            statement = f"SELECT {_COLUMNS} FROM files WHERE file_id IN"  # noqa: S608 - parts are ours
            rows = [_row(each) for each in sql.matching(connection, statement, ids)]
            marks = {**{row.folder: None for row in rows}, **learned.marks}
            _learn(connection, learned._replace(dropped=[*rows, *learned.dropped], marks=marks))

        await self._in_transaction(replace)

    async def forget_folders(self, prefixes: Sequence[str]) -> None:
        """Those below that hold no active file any more."""

        def forget(connection: apsw.Connection) -> None:
            below = _BELOW.replace("folder", "path")
            empty = "NOT EXISTS (SELECT 1 FROM files f WHERE f.folder = path AND NOT f.gone)"
            for prefix in prefixes:
                sql.run(connection, f"DELETE FROM folders WHERE {below} AND {empty}", _bounds(prefix))  # noqa: S608

        await self._in_transaction(forget)

    async def forget_files(self) -> None:
        """All but what is held for a person and what is just being written. The documents tell the rest again."""

        def forget(connection: apsw.Connection) -> None:
            for table in ("files", "folders", "crawls"):
                sql.run(connection, f"DELETE FROM {table}")  # noqa: S608 - parts are ours
            sql.run(connection, "DELETE FROM others WHERE key LIKE 'whole:%'")

        await self._in_transaction(forget)

    async def _in_transaction(self, work: Callable[[apsw.Connection], None]) -> None:
        def run(connection: apsw.Connection) -> None:
            sql.run(connection, "BEGIN IMMEDIATE")
            try:
                work(connection)
                sql.run(connection, "COMMIT")
            except BaseException:
                if connection.in_transaction:
                    sql.run(connection, "ROLLBACK")
                raise

        await self._run(run)

    # --- a first crawl -----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def identities_later(self) -> AsyncIterator[None]:
        """Where nothing is known yet, half a million identities are sorted at the end and not one by one.

        Until then nothing that is listed can be a rename, for there is nothing that it could have been. A process that
        is killed meanwhile makes up for it when it opens the file again.
        """
        is_empty = await self._run(lambda c: not sql.select(c, "SELECT 1 FROM files LIMIT 1"))
        if not is_empty:
            yield
            return
        await self._run(lambda c: sql.run(c, "DROP INDEX IF EXISTS files_by_native_id"))
        self.knows_identities = False
        try:
            yield
        finally:
            with trio.CancelScope(shield=True):
                await self._run(lambda c: sql.run(c, IDENTITIES))
            self.knows_identities = True

    # --- crawls and holds --------------------------------------------------------------------------------------

    async def last_crawl(self, prefix: str) -> LastCrawl | None:
        rows = await self._run(
            lambda c: sql.select(c, "SELECT cursor, ended_at, seen FROM crawls WHERE prefix = ?", (prefix,))
        )
        return LastCrawl(*rows[0]) if rows else None

    async def crawled(self, prefix: str, last: LastCrawl) -> None:
        await self._run(lambda c: sql.run(c, "REPLACE INTO crawls VALUES (?, ?, ?, ?)", (prefix, *last)))

    async def is_whole(self, prefix: str) -> bool:
        """Whether everything that the documents tell of this place was read once."""
        return await self.last_crawl(prefix) is not None or bool(
            await self._run(lambda c: sql.select(c, "SELECT 1 FROM others WHERE key = ?", (f"whole:{prefix}",)))
        )

    async def whole(self, prefix: str) -> None:
        await self._run(lambda c: sql.run(c, "REPLACE INTO others VALUES (?, '1')", (f"whole:{prefix}",)))

    async def holds(self) -> list[tuple[dict[str, str | int], list[tuple[str, str]]]]:
        """The facts of each hold, and its paths with the reason of each."""

        def read(connection: apsw.Connection) -> list[tuple[dict[str, str | int], list[tuple[str, str]]]]:
            paths = "SELECT path, reason FROM held WHERE hold_id = ? ORDER BY path"
            return [
                (json.loads(facts), [(path, reason) for path, reason in sql.select(connection, paths, (hold_id,))])
                for hold_id, facts in sql.select(connection, "SELECT hold_id, facts FROM holds")
            ]

        return await self._run(read)

    async def hold(self, hold_id: str, facts: Mapping[str, str | int], held: Sequence[tuple[str, str]]) -> None:
        def put(connection: apsw.Connection) -> None:
            sql.run(connection, "REPLACE INTO holds VALUES (?, ?)", (hold_id, json.dumps(facts)))
            sql.insert(connection, _HELD, [(path, hold_id, reason) for path, reason in held])
            _distrust(connection, {parted(path)[0] for path, _ in held})

        await self._in_transaction(put)

    async def release(self, paths: Sequence[str], resolved: Sequence[str]) -> None:
        """Paths that are not held any more, and holds that are over."""

        def take_out(connection: apsw.Connection) -> None:
            connection.executemany("DELETE FROM held WHERE path = ?", [(path,) for path in paths])
            for table in ("held", "holds"):
                connection.executemany(f"DELETE FROM {table} WHERE hold_id = ?", [(each,) for each in resolved])  # noqa: S608

        await self._in_transaction(take_out)


def _learn(connection: apsw.Connection, learned: Learned) -> None:
    connection.executemany(_DROP, [(row.folder, row.name, row.file_id) for row in learned.dropped])
    sql.insert(connection, _PUT, learned.rows)
    sql.insert(connection, _MARKS, [(path, mark, 0) for path, mark in learned.marks.items() if mark is not None])
    _distrust(connection, [path for path, mark in learned.marks.items() if mark is None])
    if learned.intention is not None:
        sql.run(connection, "DELETE FROM intended WHERE n = ?", (learned.intention,))


def _distrust(connection: apsw.Connection, folders: Iterable[str]) -> None:
    connection.executemany(_STALE, [(folder,) for folder in folders])


def spoiled(mark: bytes) -> bytes:
    """Equal to no mark of the folder, and yet what a plugin keeps behind the first byte is still in it."""
    return bytes([mark[0] ^ 0xFF]) + mark[1:] if mark else mark


def _known(connection: apsw.Connection, folders: Sequence[str], paths: Iterable[str]) -> Iterator[Known]:
    statement = f"SELECT {_COLUMNS} FROM files WHERE folder IN"  # noqa: S608 - parts are ours
    for row in sql.matching(connection, statement, folders):
        yield _row(row)
    one = f"SELECT {_COLUMNS} FROM files WHERE folder = ? AND name = ?"  # noqa: S608 - parts are ours
    for path in paths:
        for row in sql.select(connection, one, parted(path)):
            yield _row(row)


def _row(values: sql.Row) -> Known:
    folder, name, file_id, size, mtime_ns, native_id, face, gone, coarse = values
    return Known(folder, name, file_id, size, mtime_ns, native_id, face, bool(gone), bool(coarse))


def _bounds(prefix: str) -> tuple[str, str, str, str]:
    """Of `_BELOW`: the folder itself and what lies below it. `0` is the character after `/`."""
    stem = prefix.rstrip("/")
    return stem or "/", f"{stem}0", stem or "/", f"{stem}/"


_PUT = f"REPLACE INTO files ({_COLUMNS})"
_DROP = "DELETE FROM files WHERE folder = ? AND name = ? AND file_id = ?"
_MARKS = "REPLACE INTO folders (path, mark, stale)"
_STALE = "INSERT INTO folders VALUES (?, x'', 1) ON CONFLICT DO UPDATE SET stale = 1"
_HELD = "REPLACE INTO held (path, hold_id, reason)"

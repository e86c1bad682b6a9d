"""`index.db`, the only truth about the cache, for all processes of this machine: one row an entry, and the leases.

A row never speaks of bytes that are not on disk: whoever adds blocks has flushed them first, whoever takes bytes away
has taken the row away first, flushed. `generation` tells one life of an entry from the next, because another process
may have dropped and begun it anew; `sealed_ns` is the time of the last write to the data file of a complete entry.
Which entries to drop, and when, is decided elsewhere.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple, TypeVar

import apsw
import structlog
import trio

from mosaicfs import OwnFile
from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import ordered
from mosaicfs_tiers.cache.block_map import BadMapError, BlockMap, blocks_in
from mosaicfs_tiers.cache.data_files import DataFiles
from mosaicfs_tiers.cache.pin_tables import PIN_SCHEMA, PIN_TABLES
from mosaicfs_tiers.cache.statements import run, select

T = TypeVar("T")

_APPLICATION_ID: Final = 0x4D6F4643
_SCHEMA: Final = """
CREATE TABLE cache_entries (
  cache_key TEXT PRIMARY KEY, file_id TEXT NOT NULL, file_size INTEGER NOT NULL, mtime TEXT NOT NULL,
  size_on_record INTEGER NOT NULL, source_version TEXT, block_size INTEGER, block_map BLOB,
  cached_bytes INTEGER NOT NULL, last_access TEXT NOT NULL, created_at TEXT NOT NULL, source TEXT NOT NULL, digest TEXT,
  generation INTEGER NOT NULL, sealed_ns INTEGER
) WITHOUT ROWID;
CREATE INDEX entries_by_access ON cache_entries (last_access, cache_key);
CREATE TABLE cache_leases (
  cache_key TEXT NOT NULL, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL, owner TEXT NOT NULL,
  expires_at REAL NOT NULL, is_ahead INTEGER NOT NULL
);
CREATE INDEX leases_by_key ON cache_leases (cache_key);
CREATE TABLE cache_totals (entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO cache_totals VALUES (0, 0);
CREATE TRIGGER entry_came AFTER INSERT ON cache_entries BEGIN
  UPDATE cache_totals SET entries = entries + 1, bytes = bytes + new.cached_bytes;
END;
CREATE TRIGGER entry_grew AFTER UPDATE OF cached_bytes ON cache_entries BEGIN
  UPDATE cache_totals SET bytes = bytes + new.cached_bytes - old.cached_bytes;
END;
CREATE TRIGGER entry_went AFTER DELETE ON cache_entries BEGIN
  UPDATE cache_totals SET entries = entries - 1, bytes = bytes - old.cached_bytes;
END;
"""
_FILE: Final = OwnFile(_APPLICATION_ID, 2, _SCHEMA + PIN_SCHEMA, is_flushed=False)

GLANCE_S: Final = 0.02
_MOST_SEEN: Final = 50_000

_log = structlog.get_logger(component="cache")


class Row(NamedTuple):
    """`cache_entries`, column by column. `block_size` None is an entry in full mode."""

    cache_key: str
    file_id: str
    file_size: int
    mtime: str
    size_on_record: int
    source_version: str | None
    block_size: int | None
    block_map: bytes | None
    cached_bytes: int
    last_access: str
    created_at: str
    source: str
    digest: str | None
    generation: int
    sealed_ns: int | None

    @property
    def is_complete(self) -> bool:
        return self.sealed_ns is not None

    def blocks(self) -> BlockMap:
        """`BadMapError` for a damaged one."""
        total = blocks_in(self.file_size)
        if self.block_map is None:
            return BlockMap(total, [(0, total)])
        return BlockMap.decode(self.block_map, total)

    def is_version_of(self, entry: Entry) -> bool:
        if self.source_version != entry.version or (entry.size_known and self.size_on_record != entry.size):
            return False
        if self.digest and entry.digest and self.digest != entry.digest and _algorithm(self) == _algorithm(entry):
            return False
        return self.mtime == entry.mtime or ordered(self.mtime) == ordered(entry.mtime)


_COLUMNS: Final = ", ".join(Row._fields)
_ROW: Final = f"SELECT {_COLUMNS} FROM cache_entries WHERE cache_key = ?"  # noqa: S608 - parts are ours


def _algorithm(one: Row | Entry) -> str:
    return (one.digest or "").partition(":")[0]


def new_generation() -> int:
    return secrets.randbits(62)


class Index:
    """Rows are looked up in the thread of the event loop, which costs less than the way to another; changes are made in
    one thread. `OSError` says of every trouble that nothing can be kept now, whatever SQLite calls it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.was_reset = False
        self._thread = trio.CapacityLimiter(1)
        self._is_broken = False
        self._seen: dict[str, Row | None] = {}
        self._seen_version: int | None = None
        self._looked_at = float("-inf")
        self._open()

    # --- what may be asked in the event loop ----------------------------------------------------------------------

    def row(self, key: str) -> Row | None:
        """None also when the index cannot be read: then nothing is known to be here."""
        try:
            self._reopen_if_replaced()
            found = select(self._reading, _ROW, (key,))
        except (apsw.Error, OSError) as trouble:
            self._tell(trouble)
            return None
        return Row(*found[0]) if found else None

    def glance(self, key: str) -> Row | None:
        """As `row`, from memory, and up to a few hundredths of a second old: for listings of thousands of files."""
        now = monotonic()
        if now > self._looked_at + GLANCE_S:
            self._looked_at = now
            self._forget_if_changed()
        if key not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[key] = self.row(key)
        return self._seen[key]

    def _forget_if_changed(self) -> None:
        try:
            self._reopen_if_replaced()
            version = select(self._reading, "PRAGMA data_version")[0][0]
        except (apsw.Error, OSError) as trouble:
            self._tell(trouble)
            version = None
        if version is None or version != self._seen_version:
            self._seen.clear()
            self._seen_version = version

    def totals(self) -> tuple[int, int]:
        """How many entries, and how many bytes of them are here."""
        return self._figures("SELECT entries, bytes FROM cache_totals")

    def pinned_bytes(self) -> int:
        """Of all entries that are here to stay."""
        return self._figures("SELECT bytes, 0 FROM cache_pinned")[0]

    def is_pinned(self, key: str) -> bool:
        return bool(self.look("SELECT 1 FROM cache_pins WHERE cache_key = ? AND NOT is_blocked", (key,)))

    def look(self, statement: str, values: Sequence[str | int | float]) -> list[tuple[Any, ...]]:
        """Nothing also when the index cannot be read."""
        try:
            self._reopen_if_replaced()
            return select(self._reading, statement, values)
        except (apsw.Error, OSError) as trouble:
            self._tell(trouble)
            return []

    def leases(self) -> int:
        return self._figures("SELECT count(*), 0 FROM cache_leases")[0]

    def _figures(self, statement: str) -> tuple[int, int]:
        try:
            entries, size = select(self._reading, statement)[0]
        except (apsw.Error, OSError) as trouble:
            self._tell(trouble)
            return 0, 0
        return entries, size

    # --- what goes to the thread ----------------------------------------------------------------------------------

    async def change(self, work: Callable[[apsw.Connection], T], *, flushed: bool = False) -> T:
        """In a transaction of its own, which no other process has a part of. `flushed`: it is on disk when it returns;
        otherwise it may be undone by a loss of power, together with what came after it.
        """
        return await trio.to_thread.run_sync(self._change, work, flushed, limiter=self._thread)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """For work that makes several changes with `change_here`."""
        return await trio.to_thread.run_sync(work, limiter=self._thread)

    def change_here(self, work: Callable[[apsw.Connection], T], *, flushed: bool = False) -> T:
        return self._change(work, flushed)

    def _change(self, work: Callable[[apsw.Connection], T], flushed: bool) -> T:
        with self._as_os_error():
            self._reopen_if_replaced()
            connection = self._writing
            connection.pragma("synchronous", "FULL" if flushed else "NORMAL")
            run(connection, "BEGIN IMMEDIATE")
            try:
                result = work(connection)
                run(connection, "COMMIT")
            finally:
                if connection.in_transaction:
                    run(connection, "ROLLBACK")
        return result

    @contextmanager
    def _as_os_error(self) -> Iterator[None]:
        try:
            yield
        except (apsw.Error, BadMapError) as trouble:
            self._tell(trouble)
            raise OSError(f"{self.path}: {trouble}") from trouble

    # --- opening --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(self.path.with_name("index.lock")):
            before = _inode(self.path)
            self._writing = _FILE.opened(self.path, _trouble_with)
            self._inode = _inode(self.path)
            self.was_reset = before is not None and before != self._inode
            self._reading = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
            self._reading.set_busy_timeout(1_000)
            self._reading.pragma("cache_size", -(8 << 10))
            self._seen.clear()
            self._seen_version = None

    def _reopen_if_replaced(self) -> None:
        """Another process may have set the index aside, or a person deleted it: what ours says counts for nothing."""
        if _inode(self.path) != self._inode:
            try:
                self._open()
            except MosaicError as trouble:
                raise OSError(str(trouble)) from trouble

    def _tell(self, trouble: Exception) -> None:
        if not self._is_broken:
            _log.info("the index of the cache cannot be used", path=str(self.path), cause=str(trouble))
        self._is_broken = True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Processes that start together would make the same tables, or set each other's new file aside."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _inode(path: Path) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - asked at each look-up; the method of the path takes twice as long
    except FileNotFoundError:
        return None


def _trouble_with(connection: apsw.Connection) -> str:
    for table in ("cache_entries", "cache_leases", "cache_totals", *PIN_TABLES):
        run(connection, f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - parts are ours
    found = select(connection, "PRAGMA quick_check(1)")[0][0]
    return "" if found == "ok" else f"it is damaged ({found})"


# --- inside of a change --------------------------------------------------------------------------------------------


def row_in(connection: apsw.Connection, key: str) -> Row | None:
    found = select(connection, _ROW, (key,))
    return Row(*found[0]) if found else None


def put_row(connection: apsw.Connection, row: Row) -> None:
    run(connection, "DELETE FROM cache_entries WHERE cache_key = ?", (row.cache_key,))
    places = ", ".join("?" * len(row))
    run(connection, f"INSERT INTO cache_entries ({_COLUMNS}) VALUES ({places})", row)  # noqa: S608


def delete_rows(connection: apsw.Connection, rows: Sequence[Row]) -> None:
    """Each only in the life that it was seen in."""
    statement = "DELETE FROM cache_entries WHERE cache_key = ? AND generation = ?"
    connection.executemany(statement, [(row.cache_key, row.generation) for row in rows])


def remove_rowless(connection: apsw.Connection, files: DataFiles, keys: Sequence[str]) -> None:
    """The files of what has no row. In a change, so that nobody makes a row of that name meanwhile."""
    for key in keys:
        if row_in(connection, key) is None:
            files.remove(key)


def touch_rows(connection: apsw.Connection, times: Sequence[tuple[str, str]]) -> None:
    """Pairs of a time and a key."""
    connection.executemany("UPDATE cache_entries SET last_access = ? WHERE cache_key = ?", times)


def rows_by_access(connection: apsw.Connection, after: tuple[str, str], limit: int) -> list[Row]:
    """Those that may give way, oldest first; `after` is the time and key of the last row seen."""
    statement = f"""SELECT {_COLUMNS} FROM cache_entries AS entry WHERE (last_access, cache_key) > (?, ?)
                    AND NOT EXISTS (SELECT 1 FROM cache_pins WHERE cache_key = entry.cache_key AND NOT is_blocked)
                    ORDER BY last_access, cache_key LIMIT ?"""  # noqa: S608 - parts are ours
    return [Row(*found) for found in select(connection, statement, (*after, limit))]


def rows_by_key(connection: apsw.Connection, after: str, limit: int) -> list[Row]:
    statement = f"SELECT {_COLUMNS} FROM cache_entries WHERE cache_key > ? ORDER BY cache_key LIMIT ?"  # noqa: S608
    return [Row(*found) for found in select(connection, statement, (after, limit))]

"""Opening a database file: is it ours, do we know its schema, is it whole; and making a new one.

A file that is foreign, newer or damaged is refused before anything is written to it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from mosaicfs.documents.sqlite import schema, sql
from mosaicfs.errors import (
    AccessRefusedError,
    StoreBusyError,
    StoreCorruptError,
    StoreForeignError,
    StoreFullError,
    StoreTooNewError,
    UnsupportedError,
)

BUSY_TIMEOUT_MS = 10_000
LOOK_S = 0.01
HEADER = 100
_MAGIC = b"SQLite format 3\0"
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "fuse.sshfs", "davfs"})


@contextmanager
def speaking_sqlite(path: Path) -> Iterator[None]:
    """Translate what SQLite raises into what can be done about it."""
    try:
        yield
    except apsw.FullError:
        raise StoreFullError(path) from None
    except (apsw.BusyError, apsw.ProtocolError):  # the latter after a long race for the log, with others that start
        raise StoreBusyError(BUSY_TIMEOUT_MS / 1000) from None
    except (apsw.CorruptError, apsw.NotADBError) as damage:
        raise StoreCorruptError(path, str(damage)) from damage
    except (apsw.CantOpenError, apsw.PermissionsError, apsw.ReadOnlyError) as refusal:
        raise AccessRefusedError(str(path), str(refusal)) from refusal
    except apsw.IOError as trouble:
        raise StoreCorruptError(path, f"reading or writing failed ({trouble})") from trouble


def prepare(path: Path) -> None:
    """Make the database if there is none, bring an older one up to date, refuse what must not be touched."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_network(path)
    with _alone_at(path) as file, speaking_sqlite(path):
        _refuse_foreign(path, os.pread(file, HEADER, 0))
        connection = _checking_connection(path)
        try:
            if connection.pragma("application_id") != schema.APPLICATION_ID:
                _create(connection)
            _refuse_newer(connection, path)
            _refuse_incomplete(connection, path)
            schema.migrate(connection, path)
        finally:
            connection.close()


def left_unclean(path: Path) -> bool:
    """Whether the last process did not come to close the database: then its log is still there."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def connect(path: Path, *, cache_kib: int, readonly: bool = False) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    for name, value in (("synchronous", "FULL"), ("cache_size", -cache_kib), ("temp_store", "MEMORY")):
        connection.pragma(name, value)
    if not readonly:
        connection.pragma("journal_size_limit", 64 << 20)
        connection.wal_autocheckpoint(4_000)
    return connection


@contextmanager
def _alone_at(path: Path) -> Iterator[int]:
    """The file, empty if it was not there, and no other process between its first byte and its last table.

    This is not the lock of SQLite, which need not hold still for one who only reads the header. The descriptor must
    outlive our connection: closing any descriptor of a file lets go of the locks that SQLite has on it.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except IsADirectoryError:
        raise StoreForeignError(path, "it is a directory") from None
    except PermissionError as refusal:
        raise AccessRefusedError(str(path), refusal.strerror or "") from refusal
    try:
        _lock(file)
        yield file
    finally:
        os.close(file)


def _lock(file: int) -> None:
    """The system lets go of it when its holder dies."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise StoreBusyError(BUSY_TIMEOUT_MS / 1000) from None
        time.sleep(LOOK_S)


def _checking_connection(path: Path) -> apsw.Connection:
    """Leaves the log of a file that may not be ours as it is when closed."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection


def _create(connection: apsw.Connection) -> None:
    """In a rollback journal and one transaction, so that a crash leaves an empty file and never half a schema."""
    connection.pragma("auto_vacuum", "INCREMENTAL")
    sql.run(connection, "BEGIN EXCLUSIVE")
    if connection.pragma("application_id") != schema.APPLICATION_ID:
        sql.run(connection, schema.TRUTH)
        meta = {"uuid": secrets.token_hex(16), "epoch": secrets.token_hex(4), "purge_seq": 0, "seen": int(time.time())}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
        connection.pragma("application_id", schema.APPLICATION_ID)
        connection.pragma("user_version", schema.NUMBER)
    sql.run(connection, "COMMIT")
    connection.pragma("journal_mode", "WAL")


def _refuse_foreign(path: Path, header: bytes) -> None:
    """By the bytes of the header: SQLite itself is not let near a file that is not ours."""
    if not header:
        return
    if header[: len(_MAGIC)] != _MAGIC:
        raise StoreForeignError(path, "it is not an SQLite file")
    owner = int.from_bytes(header[68:72], "big")
    if owner != schema.APPLICATION_ID:
        raise StoreForeignError(path, "another program made it")


def _refuse_newer(connection: apsw.Connection, path: Path) -> None:
    found = connection.pragma("user_version")
    if found > schema.NUMBER:
        raise StoreTooNewError(path, found, schema.NUMBER)


def _refuse_incomplete(connection: apsw.Connection, path: Path) -> None:
    """Cheap signs of damage; the thorough look is in `upkeep`."""
    meta: dict[str, str | int] = dict(sql.select(connection, "SELECT key, value FROM meta"))
    absent = {"uuid", "epoch", "purge_seq"} - meta.keys()
    if absent:
        raise StoreCorruptError(path, f"its table meta lacks {', '.join(sorted(absent))}")
    newest = "SELECT n, id FROM docs ORDER BY seq DESC LIMIT 100"
    for n, doc_id in sql.select(connection, newest):
        if sql.select(connection, "SELECT n FROM docs WHERE id = ?", (doc_id,)) != [(n,)]:
            raise StoreCorruptError(path, f"the index of ids does not know {doc_id}")


def _refuse_network(path: Path) -> None:
    kind = _file_system(path.parent.resolve())
    if kind in _NETWORK:
        raise UnsupportedError(f"A database on a network file system ({path} is on {kind}; choose a local disk)")


def _file_system(folder: Path) -> str:
    """The type of the mount that holds `folder`; empty where the platform does not tell."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best = ("", "")
    for fields, kind in ((text.split(" "), text.partition(" - ")[2].split(" ")[0]) for text in lines):
        point = fields[4].encode().decode("unicode_escape")
        if os.path.commonpath([point, folder]) == point and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]

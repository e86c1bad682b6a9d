"""What keeps a database healthy: looking it over, copying it while it is in use, giving room back, forgetting.

Plain functions of a connection; when they are called is the business of whoever holds the store.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from mosaicfs.documents.revision import Rev
from mosaicfs.documents.scopes import scope_key
from mosaicfs.documents.sqlite import facts, rows, sql
from mosaicfs.documents.sqlite.filing import note_drop
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.documents.sqlite.writing import shrink
from mosaicfs.errors import StoreCorruptError
from mosaicfs.model.store import StoreTrouble
from mosaicfs.whole_file import sync

LOOK_EVERY_S = 7 * 86_400
CHECKPOINT_LIFE_S = 400 * 86_400
_BACKUP_PAGES = 1_000


def engine_troubles(connection: apsw.Connection) -> list[StoreTrouble]:
    """What SQLite itself finds wrong with its pages and indexes."""
    try:
        found = sql.select(connection, "PRAGMA quick_check(20)")
    except (apsw.CorruptError, apsw.NotADBError) as damage:
        return [StoreTrouble("", str(damage))]
    return [StoreTrouble("", text) for (text,) in found if text != "ok"]


def document_troubles(connection: apsw.Connection) -> Iterator[StoreTrouble]:
    """Trees against leaves and winners, then the question tables against the documents."""
    for found in sql.stream(connection, f"SELECT {rows.COLUMNS} FROM docs ORDER BY n"):  # noqa: S608 - fixed text
        row = rows.Row._make(found)
        yield from (StoreTrouble(row.id, trouble) for trouble in _row_troubles(connection, row))
    yield from facts.troubles(connection)


def _row_troubles(connection: apsw.Connection, row: rows.Row) -> Iterator[str]:
    leaves = row.tree().leaves()
    if str(leaves[0].rev) != row.rev or leaves[0].deleted != bool(row.deleted):
        yield f"the winner is {leaves[0].rev}, the row says {row.rev}"
    if sum(not leaf.deleted for leaf in leaves) != row.live:
        yield f"{row.live} live leaves are counted, the tree has another number"
    if {leaf.rev for leaf in leaves} != set(rows.leaf_bodies(connection, row)):
        yield "the bodies kept are not those of the leaves"
    if row.kind != scope_key(row.id):
        yield f"the kind {row.kind} does not fit the id"


def long_unseen(connection: apsw.Connection) -> bool:
    """Whether the last thorough look is more than a week ago."""
    seen_at = sql.select(connection, "SELECT value FROM meta WHERE key = 'seen'")
    return not seen_at or seen_at[0][0] < time.time() - LOOK_EVERY_S


def seen(connection: apsw.Connection) -> None:
    sql.run(connection, "REPLACE INTO meta VALUES ('seen', ?)", (int(time.time()),))


def unseen(connection: apsw.Connection) -> None:
    """The next start looks it over, however it comes."""
    sql.run(connection, "DELETE FROM meta WHERE key = 'seen'")


def back_up(source: Path, target: Path) -> None:
    """Writers go on meanwhile. `target` appears only when the copy is whole and has been looked over."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with speaking_sqlite(target):
        origin = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)
        copy = apsw.Connection(str(part))
        try:
            part.chmod(0o600)
            _copy(origin, copy)
            if troubles := engine_troubles(copy):
                raise StoreCorruptError(source, troubles[0].trouble)
        finally:
            copy.close()
            origin.close()
    sync(part)
    part.rename(target)
    sync(target.parent)


def _copy(origin: apsw.Connection, copy: apsw.Connection) -> None:
    """Inside one read transaction, so that commits of others do not start it again."""
    sql.run(origin, "BEGIN")
    sql.run(origin, "SELECT count(*) FROM meta")
    with copy.backup("main", origin, "main") as backup:
        while not backup.done:
            backup.step(_BACKUP_PAGES)
    sql.run(origin, "COMMIT")
    copy.pragma("journal_mode", "WAL")


def forget_old_checkpoints(connection: apsw.Connection) -> None:
    sql.run(connection, "DELETE FROM local WHERE used < ?", (int(time.time()) - CHECKPOINT_LIFE_S,))


def give_room_back(connection: apsw.Connection) -> None:
    sql.run(connection, "PRAGMA incremental_vacuum")
    sql.run(connection, "PRAGMA optimize")
    sql.run(connection, "PRAGMA wal_checkpoint(TRUNCATE)")


def drop(connection: apsw.Connection, doc_id: str, revs: Sequence[str] | None) -> None:
    """Without a tombstone. What is left of a document after some of its leaves went is a change like any other."""
    row = rows.one(connection, doc_id)
    if row is None:
        return
    rest = row.tree().without(Rev.parse(rev) for rev in revs) if revs is not None else None
    if rest == row.tree():
        return
    purged = "UPDATE meta SET value = max(value, ?) WHERE key = 'purge_seq'"
    sql.run(connection, purged, (row.seq,))
    if rest is not None:
        shrink(connection, row, rest)
        return
    sql.run(connection, "DELETE FROM leaves WHERE n = ?", (row.n,))
    sql.run(connection, "DELETE FROM docs WHERE n = ?", (row.n,))
    facts.forget(connection, row)
    note_drop(connection)

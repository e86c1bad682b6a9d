"""Tables made from documents so that questions are quick: derived, kept in the same transaction, thrown away at will.

Only types that grow with the number of files have rows here; of the others there are so few that the documents
themselves are looked through. `counts` keeps the number of documents of each scope class.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import apsw

from mosaicfs import wire
from mosaicfs.documents.scopes import OF_FILES
from mosaicfs.documents.sqlite import folders, rows, sql
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.file import File
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.noun import Noun
from mosaicfs.model.replica import Replica
from mosaicfs.model.store import StoreTrouble
from mosaicfs.model.times import ordered
from mosaicfs.model.unknown import Unknown

VERSION = 4
"""Another number in the database means: throw these tables away and make them anew."""

BESIDE_FILES = f"kind NOT IN {tuple(sorted(OF_FILES))}"
"""An index of so few costs nothing, and who asks for their changes waits for no file."""

TABLES = f"""
CREATE INDEX IF NOT EXISTS docs_beside_files ON docs (seq) WHERE {BESIDE_FILES};
CREATE TABLE counts (kind TEXT PRIMARY KEY, live INTEGER, deleted INTEGER, bytes INTEGER) WITHOUT ROWID;
CREATE TABLE places (
  node TEXT, parent TEXT, name TEXT, n INTEGER, status TEXT,
  PRIMARY KEY (node, parent, name, n)
) WITHOUT ROWID;
CREATE TABLE files (
  n INTEGER PRIMARY KEY, node TEXT, status TEXT, size INTEGER, mtime TEXT, mime TEXT, inode INTEGER
);
CREATE INDEX files_by_inode ON files (inode);
CREATE TABLE facts (topic TEXT, a, b, n INTEGER, PRIMARY KEY (topic, a, b, n)) WITHOUT ROWID;
{folders.TABLE}
"""
_NAMES = ("counts", "places", "files", "facts", "folders")

LISTED = ("size", "mtime", "mime")
"""Columns of `files` by which active files are listed in `facts`. New files come in no order of these, so each would
touch pages of its own and a write would cost three times as many bytes: `list_more` lists many at once, later. Until
then, those whose number is greater than `listed_through` are looked through."""
LISTED_AT_ONCE = 10_000


class Learned(NamedTuple):
    """What is new about a document. `before` is its row as it was, None for a new document."""

    n: int
    id: str
    kind: str
    noun: object
    deleted: bool
    body: bytes
    before: rows.Row | None


class Counted(NamedTuple):
    kind: str
    live: int
    deleted: int
    bytes: int


_Numbers: TypeAlias = tuple[int, str, str, int, str, str | None, int]


class _Known(NamedTuple):
    """Everything these tables say about one document."""

    place: tuple[str, str, str, int, str] | None = None
    file: _Numbers | None = None
    facts: frozenset[tuple[str, str | int, str | int, int]] = frozenset()


_NOTHING = _Known()


def decoded(doc_id: str, body: bytes, *, deleted: bool) -> Noun | Unknown | None:
    """The noun, None for a tombstone and for what a peer sent and we cannot read."""
    if deleted:
        return None
    try:
        return wire.decode(doc_id, body)
    except MalformedDocumentError:
        return None


def known(n: int, noun: object, through: int) -> _Known:
    match noun:
        case File():
            return _file(n, noun, listed=n <= through)
        case LabelAssignment():
            return _Known(facts=frozenset(("label", label, "", n) for label in noun.labels))
        case Annotation():
            return _Known(facts=frozenset({("annotation", noun.plugin_name, "", n)}))
        case Access():
            return _Known(facts=frozenset({("access", ordered(noun.last_access), "", n)}))
        case Replica():
            return _Known(facts=frozenset({("replica", noun.target_name, noun.status, n)}))
        case _:
            return _NOTHING


def _file(n: int, file: File, *, listed: bool) -> _Known:
    source = file.source
    place = (source.node_id, source.export_parent, file.name, n, file.status)
    numbers = (n, source.node_id, file.status, file.size, ordered(file.mtime), file.mime_type, file.inode)
    rare = file.digest is not None or file.migrated_from is not None or file.deleted_at is not None
    if not rare and not listed:
        return _Known(place, numbers)
    lists = _lists(numbers) if listed and file.status == "active" else ()
    return _Known(place, numbers, frozenset((*_rare(n, file), *lists)))


def _lists(numbers: _Numbers) -> Iterator[tuple[str, str | int, str, int]]:
    n, _, _, size, mtime, mime, _ = numbers
    yield "size", size, "", n
    yield "mtime", mtime, "", n
    if mime is not None:
        yield "mime", mime, "", n


def _rare(n: int, file: File) -> Iterator[tuple[str, str, str, int]]:
    if file.digest is not None:
        yield "digest", file.digest, file.status, n
    if file.migrated_from is not None:
        yield "migrated_from", file.migrated_from.node_id, file.migrated_from.export_path, n
    if file.deleted_at is not None and file.status == "deleted":
        yield "deleted_at", ordered(file.deleted_at), "", n


def learn(connection: apsw.Connection, learned: Sequence[Learned]) -> None:
    """Bring the tables in step with documents that were just written."""
    through = listed_through(connection)
    fresh: list[_Known] = []
    went, came = [], []
    for item in learned:
        n, doc_id, _, given, deleted, body, before = item
        noun = given if given is not None else decoded(doc_id, body, deleted=deleted)
        now = known(n, noun, through)
        if before is None:
            fresh.append(now)
        else:
            old = _before(before, through)
            _replace(connection, n, old, now)
            went.append(old.place)
            came.append(now.place)
    _insert(connection, fresh)
    came += [known.place for known in fresh]
    folders.change(connection, went, came)
    _count(connection, learned)


def forget(connection: apsw.Connection, row: rows.Row) -> None:
    old = _before(row, listed_through(connection))
    _replace(connection, row.n, old, _NOTHING)
    folders.change(connection, [old.place], [])
    _add(connection, [Counted(row.kind, -(not row.deleted), -bool(row.deleted), -len(row.body))])


def _before(row: rows.Row, through: int) -> _Known:
    return known(row.n, decoded(row.id, row.body, deleted=bool(row.deleted)), through)


def _replace(connection: apsw.Connection, n: int, old: _Known, new: _Known) -> None:
    if old == new:
        return
    if old.place != new.place and old.place is not None:
        sql.run(connection, _DELETE_PLACE, old.place[:4])
    if old.file is not None and new.file is None:
        sql.run(connection, "DELETE FROM files WHERE n = ?", (n,))
    connection.executemany(_DELETE_FACT, list(old.facts - new.facts))
    _insert(
        connection,
        [
            _Known(
                new.place if new.place != old.place else None,
                new.file if new.file != old.file else None,
                new.facts - old.facts,
            )
        ],
    )


def _insert(connection: apsw.Connection, fresh: Sequence[_Known]) -> None:
    sql.insert(connection, "INSERT INTO places", [known.place for known in fresh if known.place])
    sql.insert(connection, "REPLACE INTO files", [known.file for known in fresh if known.file])
    sql.insert(connection, "INSERT INTO facts", [fact for known in fresh for fact in known.facts])


# --- lists -------------------------------------------------------------------------------------------------------


def listed_through(connection: apsw.Connection) -> int:
    return int(sql.one_value(connection, LISTED_THROUGH))


def unlisted(connection: apsw.Connection) -> int:
    """How many files have to be looked through, at most."""
    return int(sql.one_value(connection, f"SELECT coalesce(max(n), 0) - ({LISTED_THROUGH}) FROM files"))  # noqa: S608


def list_more(connection: apsw.Connection) -> None:
    """The next of the files that are not listed yet."""
    through = listed_through(connection)
    part = sql.one_value(connection, _NEXT_LISTED, (through, LISTED_AT_ONCE))
    if part is None:
        return
    for column in LISTED:
        sql.run(connection, _LIST.format(column), (column, through, part))
    sql.run(connection, "REPLACE INTO meta VALUES ('listed_through', ?)", (part,))


# --- counts ------------------------------------------------------------------------------------------------------


def counted(connection: apsw.Connection) -> list[Counted]:
    return [Counted._make(row) for row in sql.select(connection, "SELECT * FROM counts")]


def _count(connection: apsw.Connection, learned: Iterable[Learned]) -> None:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for item in learned:
        of_kind = sums[item.kind]
        of_kind[item.deleted] += 1
        of_kind[2] += len(item.body)
        if item.before is not None:
            of_kind[item.before.deleted] -= 1
            of_kind[2] -= len(item.before.body)
    _add(connection, [Counted(kind, *of_kind) for kind, of_kind in sums.items()])


def _add(connection: apsw.Connection, changes: Sequence[Counted]) -> None:
    connection.executemany(_ADD, changes)


# --- making them anew --------------------------------------------------------------------------------------------


def present(connection: apsw.Connection) -> bool:
    version = sql.select(connection, "SELECT value FROM meta WHERE key = 'facts'")
    there = sql.select(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return version == [(VERSION,)] and set(_NAMES) <= {name for (name,) in there}


def rebuild(connection: apsw.Connection) -> None:
    for name in _NAMES:
        sql.run(connection, f"DROP TABLE IF EXISTS {name}")
    sql.run(connection, TABLES)
    sql.run(connection, "DELETE FROM meta WHERE key = 'listed_through'")
    for part in _all_learned(connection):
        learn(connection, part)
    sql.run(connection, "REPLACE INTO meta VALUES ('facts', ?)", (VERSION,))


def _all_learned(connection: apsw.Connection) -> Iterator[list[Learned]]:
    after = -1
    while part := sql.select(connection, _ALL, (after,)):
        after = part[-1][0]
        yield [Learned(n, doc_id, kind, None, bool(deleted), body, None) for n, doc_id, kind, deleted, body in part]


def troubles(connection: apsw.Connection) -> Iterator[StoreTrouble]:
    """Compared by sums that do not care about order, so that half a million rows need no memory."""
    through = listed_through(connection)
    made = {"places": _Sum(), "files": _Sum(), "facts": _Sum()}
    for part in _all_learned(connection):
        for item in part:
            expected = known(item.n, decoded(item.id, item.body, deleted=item.deleted), through)
            made["places"].add([expected.place] if expected.place else ())
            made["files"].add([expected.file] if expected.file else ())
            made["facts"].add(expected.facts)
    for name, expected_sum in made.items():
        there = _Sum()
        there.add(sql.stream(connection, f"SELECT * FROM {name}"))  # noqa: S608 - one of three names
        if there != expected_sum:
            yield StoreTrouble("", f"the table {name} does not say what the documents say")
    filed, there = _Sum(), _Sum()
    filed.add(sql.stream(connection, folders.FROM_PLACES))
    there.add(sql.stream(connection, "SELECT * FROM folders"))
    if there != filed:
        yield StoreTrouble("", "the table folders does not say what the table places says")


@dataclass(slots=True)
class _Sum:
    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            self.rows += 1
            self.total = (self.total + hash(row)) & 0xFFFF_FFFF_FFFF_FFFF


LISTED_THROUGH = "SELECT coalesce((SELECT value FROM meta WHERE key = 'listed_through'), 0)"
_NEXT_LISTED = "SELECT max(n) FROM (SELECT n FROM files WHERE n > ? ORDER BY n LIMIT ?)"
_LIST = """
INSERT INTO facts SELECT ?, {0}, '', n FROM files
WHERE n > ? AND n <= ? AND status = 'active' AND {0} IS NOT NULL ORDER BY {0}, n
"""
_DELETE_PLACE = "DELETE FROM places WHERE node = ? AND parent = ? AND name = ? AND n = ?"
_DELETE_FACT = "DELETE FROM facts WHERE topic = ? AND a = ? AND b = ? AND n = ?"
_ALL = "SELECT n, id, kind, deleted, body FROM docs WHERE n > ? ORDER BY n LIMIT 1000"
_ADD = """
INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE SET
  live = live + excluded.live, deleted = deleted + excluded.deleted, bytes = bytes + excluded.bytes
"""

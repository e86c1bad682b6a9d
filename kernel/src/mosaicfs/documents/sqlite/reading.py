"""Plain functions of a connection that answer what is not a search: documents by id, leaves, the feed, differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import apsw

from mosaicfs.documents.revision import BadRevisionError, Rev, Tree
from mosaicfs.documents.sqlite import facts, rows, sql, trees
from mosaicfs.model.document import ChangeRow, Document, Missing, MissingRevision, Wanted
from mosaicfs.model.store import IdRange, IdRow


def document(connection: apsw.Connection, doc_id: str, rev: str | None, token: Callable[[int], str]) -> Document | None:
    row = rows.one(connection, doc_id)
    if row is None:
        return None
    if not row.branched:
        return row.winner_with_path()._replace(seq=token(row.seq)) if rev in (None, row.rev) else None
    tree = row.tree()
    bodies = {str(leaf): kept for leaf, kept in rows.leaf_bodies(connection, row).items()}
    asked = rev or row.rev
    if asked not in bodies:
        return None
    others = [leaf for leaf in tree.leaves() if str(leaf.rev) != asked]
    return _leaf(row, tree, Rev.parse(asked), bodies[asked])._replace(
        seq=token(row.seq),
        conflicts=tuple(str(leaf.rev) for leaf in others if not leaf.deleted),
        deleted_conflicts=tuple(str(leaf.rev) for leaf in others if leaf.deleted),
    )


def winners(connection: apsw.Connection, ids: Sequence[str]) -> list[Document | None]:
    known = rows.by_ids(connection, ids)
    return [known[doc_id].winner() if doc_id in known else None for doc_id in ids]


def open_revs(
    connection: apsw.Connection, wanted: Sequence[Wanted], *, latest: bool
) -> list[list[Document | MissingRevision]]:
    known = rows.by_ids(connection, (one.id for one in wanted))
    return [_opened(connection, known.get(one.id), one, latest=latest) for one in wanted]


def _opened(
    connection: apsw.Connection, row: rows.Row | None, wanted: Wanted, *, latest: bool
) -> list[Document | MissingRevision]:
    if row is None:
        return [MissingRevision(wanted.id, rev) for rev in wanted.revs or ("",)]
    if not row.branched and (wanted.revs is None or wanted.revs == (row.rev,)):
        return [row.winner_with_path()]
    tree, bodies = row.tree(), rows.leaf_bodies(connection, row)
    if wanted.revs is None:
        return [_leaf(row, tree, leaf.rev, bodies[leaf.rev]) for leaf in tree.leaves()]
    found: dict[str, Document | MissingRevision] = {}
    for rev in wanted.revs:
        for leaf in _asked(tree, bodies, rev, latest=latest):
            found[str(leaf)] = _leaf(row, tree, leaf, bodies[leaf])
        if not _asked(tree, bodies, rev, latest=latest):
            found[rev] = MissingRevision(wanted.id, rev)
    return list(found.values())


def _asked(tree: Tree, bodies: Mapping[Rev, object], text: str, *, latest: bool) -> list[Rev]:
    try:
        rev = Rev.parse(text)
    except BadRevisionError:
        return []
    if latest and rev in tree.parents:
        return [leaf.rev for leaf in tree.descendants(rev)]
    return [rev] if rev in bodies else []


def _leaf(row: rows.Row, tree: Tree, rev: Rev, kept: tuple[bool, bytes]) -> Document:
    deleted, body = kept
    return Document(row.id, str(rev), body, deleted, tuple(known.hash for known in tree.path(rev)))


def id_rows(connection: apsw.Connection, within: IdRange, limit: int, *, skip: int, include_docs: bool) -> list[IdRow]:
    low, high = (within.end, within.start) if within.descending else (within.start, within.end)
    exclusive = not within.inclusive_end and within.end is not None
    low_test = ">" if exclusive and within.descending else ">="
    high_test = "<" if exclusive and not within.descending else "<="
    statement = "SELECT id, rev, body FROM docs WHERE deleted = 0"
    statement += f" AND id {low_test} :low" if low is not None else ""
    statement += f" AND id {high_test} :high" if high is not None else ""
    statement += f" ORDER BY id {'DESC' if within.descending else 'ASC'} LIMIT :limit OFFSET :skip"
    found = sql.stream(connection, statement, {"low": low, "high": high, "limit": limit, "skip": skip})
    return [IdRow(doc_id, rev, Document(doc_id, rev, body) if include_docs else None) for doc_id, rev, body in found]


def feed(
    connection: apsw.Connection,
    since: int,
    limit: int,
    *,
    descending: bool,
    bodies: bool,
    token: Callable[[int], str],
    beside_files: bool = False,
) -> list[tuple[int, ChangeRow]]:
    columns = "seq, id, rev, deleted, tree" + (", body" if bodies else "")
    order = "seq DESC" if descending else "seq"
    which = f"seq > ? AND {facts.BESIDE_FILES}" if beside_files else "seq > ?"
    statement = f"SELECT {columns} FROM docs WHERE {which} ORDER BY {order} LIMIT ?"  # noqa: S608 - fixed text
    return [_changed(row, token) for row in sql.stream(connection, statement, (since, limit))]


def feed_naming(
    connection: apsw.Connection, text: str, since: int, through: int, *, limit: int, token: Callable[[int], str]
) -> list[tuple[int, ChangeRow]]:
    """Bodies are looked into by SQLite, in one step: nobody holds the interpreter's lock meanwhile."""
    found = sql.select(connection, _NAMING, (since, through, text.encode(), limit))
    return [_changed(row, token) for row in found]


def _changed(row: sql.Row, token: Callable[[int], str]) -> tuple[int, ChangeRow]:
    """`row` ends with the body where that was asked for."""
    seq, doc_id, rev, deleted, tree, *body = row
    revs = (rev,) if not trees.branched(tree) else _leaf_names(tree, rev, deleted=bool(deleted))
    shown = Document(doc_id, rev, body[0], bool(deleted)) if body else None
    return seq, ChangeRow(token(seq), doc_id, revs, bool(deleted), shown)


def _leaf_names(tree: str | None, rev: str, *, deleted: bool) -> tuple[str, ...]:
    return tuple(str(leaf.rev) for leaf in trees.read(tree, rev, deleted=deleted).leaves())


def revs_diff(connection: apsw.Connection, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
    known = rows.by_ids(connection, asked)
    missing = {}
    for doc_id, revs in asked.items():
        row = known.get(doc_id)
        if row is None:
            missing[doc_id] = Missing(tuple(dict.fromkeys(revs)))
        elif (lacking := _lacking(row, revs)) is not None:
            missing[doc_id] = lacking
    return missing


def _lacking(row: rows.Row, revs: Sequence[str]) -> Missing | None:
    if all(rev == row.rev for rev in revs):
        return None
    tree = row.tree()
    have = set(map(str, tree.parents))
    absent = tuple(dict.fromkeys(rev for rev in revs if rev not in have))
    if not absent:
        return None
    top = max(_generation(rev) for rev in absent)
    ancestors = tuple(str(leaf.rev) for leaf in tree.leaves() if leaf.rev.generation < top)
    return Missing(absent, ancestors)


def _generation(text: str) -> int:
    try:
        return Rev.parse(text).generation
    except BadRevisionError:
        return 0


_NAMING = """
SELECT seq, id, rev, deleted, tree, body FROM docs
WHERE seq > ? AND seq <= ? AND instr(body, ?) ORDER BY seq LIMIT ?
"""

"""Named questions and selectors, turned into SQL where an index helps and looked through where there is little to see.

What a question means is written in `model/questions`; each `_Plan` here comes to the same by way of the tables of
`facts`. Everything is a plain function of a connection inside one read transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from heapq import merge, nsmallest
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

import apsw

from mosaicfs import wire
from mosaicfs.documents import finding
from mosaicfs.documents.scopes import may_read
from mosaicfs.documents.sqlite import facts, rows, sql
from mosaicfs.model import questions as q
from mosaicfs.model.document import Document
from mosaicfs.model.ids import PREFIXES, prefix_of
from mosaicfs.model.label import LabelRule
from mosaicfs.model.name_pattern import NamePattern
from mosaicfs.model.role import Role
from mosaicfs.model.store import Answer, Find, Found, Tally
from mosaicfs.model.times import ordered

_END = chr(0x10FFFF)


class _Plan(NamedTuple):
    """`order` are columns; the document's id is always the last of them and is not named.

    A `loose` plan gives more than the question asks for, so each document is looked at again. The rows `beside` it are
    in the same order and none of them twice.
    """

    tables: str
    where: str
    values: tuple[str | int | None, ...]
    order: tuple[str, ...] = ()
    loose: bool = False
    beside: _Plan | None = None


_PLACES = "places t JOIN docs d ON d.n = t.n"
_FILES = "files t JOIN docs d ON d.n = t.n"
_FACTS = "facts t JOIN docs d ON d.n = t.n"
_BY_ID = "docs d CROSS JOIN files t ON t.n = d.n"
"""The order of ids, taken from the documents: a page goes on from any id and nothing has to be sorted."""


def _plan(question: q.Question) -> _Plan | None:
    """None: there are so few documents of these kinds that they are looked through."""
    match question:
        case q.FileAt():
            parent, _, name = question.export_path.rpartition("/")
            where = _with_status("t.node = ? AND t.parent = ? AND t.name = ?", question.status)
            return _Plan(_PLACES, where, (question.node_id, parent or "/", name))
        case q.FilesIn():
            where = _with_status("t.node = ? AND t.parent = ?", question.status)
            return _Plan(_PLACES, where, (question.node_id, question.export_parent), ("t.name",))
        case q.FilesUnder():
            return _under(question)._replace(beside=_exactly(question))
        case q.FilesOf():
            where = _with_status("d.id > 'file::' AND d.id < 'file:;' AND t.node = ?", question.status)
            return _Plan(_BY_ID, where, (question.node_id,))
        case q.FilesOfType():
            return _of_type(question)
        case q.FilesBySize():
            most = question.at_most if question.at_most is not None else 2**63 - 1
            return _listed("size", question.at_least, most)
        case q.FilesByMtime():
            return _listed("mtime", *_between(question.since, question.until))
        case _:
            return _fact_plan(question)


def _fact_plan(question: q.Question) -> _Plan | None:
    match question:
        case q.FilesByDigest():
            return _fact("digest", question.digest, question.status)
        case q.FilesMigratedFrom():
            return _fact("migrated_from", question.node_id, question.export_path)
        case q.FilesDeletedBefore():
            where = "t.topic = 'deleted_at' AND t.a < ?"
            return _Plan(_FACTS, where, (ordered(question.before),), ("t.a",))
        case q.AssignmentsWithLabel():
            return _fact("label", question.label)
        case q.AccessBetween():
            where = "t.topic = 'access' AND t.a BETWEEN ? AND ?"
            return _Plan(_FACTS, where, _between(question.since, question.until), ("t.a",))
        case q.ReplicasOn():
            return _fact("replica", question.target_name, question.status)
        case q.AnnotationsOf():
            where = "d.id > 'annotation::' AND d.id < 'annotation:;' AND t.topic = 'annotation' AND t.a = ?"
            tables = "docs d CROSS JOIN facts t ON t.n = d.n"
            return _Plan(tables, where, (question.plugin_name,), loose=question.fact is not None)
        case _:
            return None


def _with_status(where: str, status: str | None) -> str:
    return where if status is None else f"{where} AND t.status = '{status}'"


def _between(since: str | None, until: str | None) -> tuple[str, str]:
    return (ordered(since) if since is not None else "", ordered(until) if until is not None else _END)


def _fact(topic: str, a: str, b: str | None = None) -> _Plan:
    where = "t.topic = ? AND t.a = ?" + (" AND t.b = ?" if b is not None else "")
    return _Plan(_FACTS, where, (topic, a) if b is None else (topic, a, b))


def _under(question: q.FilesUnder) -> _Plan:
    """A range of directories. Those between `/a/b` and `/a/b/`, such as `/a/b-2`, are stepped over."""
    prefix = question.path_prefix.rstrip("/")
    where = _with_status("t.node = ? AND t.parent BETWEEN ? AND ? AND (t.parent = ? OR t.parent >= ?)", question.status)
    values = (question.node_id, prefix or "/", f"{prefix}/{_END}", prefix or "/", f"{prefix}/")
    return _Plan(_PLACES, where, values, ("t.parent", "t.name"))


def _exactly(question: q.FilesUnder) -> _Plan:
    """A file whose own path is the prefix lies in the directory above, and so before all others."""
    parent, _, name = question.path_prefix.rstrip("/").rpartition("/")
    where = _with_status("t.node = ? AND t.parent = ? AND t.name = ?", question.status)
    return _Plan(_PLACES, where, (question.node_id, parent or "/", name), ("t.parent", "t.name"))


def _of_type(question: q.FilesOfType) -> _Plan:
    if not question.mime_type.endswith("/*"):
        return _listed("mime", question.mime_type, question.mime_type)
    group = question.mime_type[:-1]
    return _listed("mime", group, group + _END)


def _listed(column: str, low: str | int, high: str | int) -> _Plan:
    """Active files by a column: those in its list, and those that are not listed yet."""
    fresh = f"t.n > ({facts.LISTED_THROUGH}) AND t.status = 'active' AND t.{column} BETWEEN ? AND ?"
    tail = _Plan(_FILES, fresh, (low, high), (f"t.{column}",))
    return _Plan(_FACTS, "t.topic = ? AND t.a BETWEEN ? AND ?", (column, low, high), ("t.a",), beside=tail)


# --- answering ---------------------------------------------------------------------------------------------------


def ask(connection: apsw.Connection, question: q.Question, after: q.Key | None, limit: int) -> Answer:
    found = list(islice(_answers(connection, question, after, limit + 1), limit + 1))
    return Answer([document for _, document in found[:limit]], found[limit - 1][0] if len(found) > limit else None)


def tally(connection: apsw.Connection, question: q.Question) -> Tally:
    plan = _plan(question)
    if plan is None or plan.loose:
        documents = [document for _, document in _answers(connection, question, None, -1)]
        return Tally(len(documents), sum(map(_size, documents)))
    counted = [_counted(connection, plan), *([_counted(connection, plan.beside)] if plan.beside else [])]
    return Tally(sum(each.documents for each in counted), sum(each.bytes for each in counted))


def _counted(connection: apsw.Connection, plan: _Plan) -> Tally:
    size = "f.size" if "files" not in plan.tables else "t.size"
    also = " LEFT JOIN files f ON f.n = d.n" if "files" not in plan.tables else ""
    statement = f"SELECT count(*), sum({size}) FROM {plan.tables}{also} WHERE {plan.where}"  # noqa: S608 - parts are ours
    ((count, total),) = sql.select(connection, statement, plan.values)
    return Tally(count, total or 0)


def _answers(
    connection: apsw.Connection, question: q.Question, after: q.Key | None, limit: int
) -> Iterator[tuple[q.Key, Document]]:
    """In order. `limit` below zero is without end; of what a loose plan gives, some may fall away."""
    if isinstance(question, q.FilesNamed):
        return _named(connection, question, after, limit)
    plan = _plan(question)
    if plan is None:
        return iter(_looked_through(connection, question, after))
    if plan.loose:
        loose = _planned(connection, plan, after, -1)
        return ((key, document) for key, document in loose if question.matches(wire.decode(document.id, document.body)))
    found = _planned(connection, plan, after, limit)
    if plan.beside is None:
        return found
    return merge(found, _planned(connection, plan.beside, after, limit), key=itemgetter(0))


def _planned(
    connection: apsw.Connection, plan: _Plan, after: q.Key | None, limit: int
) -> Iterator[tuple[q.Key, Document]]:
    order = ", ".join((*plan.order, "d.id"))
    where, values = plan.where, list(plan.values)
    if after is not None:
        where += f" AND ({order}) > ({', '.join('?' * len(after))})"
        values += after
    statement = f"SELECT d.id, d.rev, d.body, {order} FROM {plan.tables} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
    for doc_id, rev, body, *key in sql.stream(connection, statement, (*values, limit)):
        yield tuple(key), Document(doc_id, rev, body)


def _looked_through(
    connection: apsw.Connection, question: q.Question, after: q.Key | None
) -> list[tuple[q.Key, Document]]:
    found = []
    for document in _of_kinds(connection, question):
        noun = facts.decoded(document.id, document.body, deleted=False)
        if noun is not None and question.matches(noun):
            found.append((question.key(document.id, noun), document))
    return sorted(row for row in found if after is None or row[0] > after)


def _of_kinds(connection: apsw.Connection, question: q.Question) -> Iterator[Document]:
    match question:
        case q.ByInode():
            statement = "SELECT d.id, d.rev, d.body FROM files t JOIN docs d ON d.n = t.n WHERE t.inode = ?"
            yield from (Document(*row) for row in sql.stream(connection, statement, (question.inode,)))
            yield from _between_ids(connection, prefix_of("virtual_directory"))
        case q.DocumentsOfFile():
            for kind in question.kinds:
                yield from _between_ids(connection, prefix_of(kind) + question.file_uuid)
        case q.SnapshotsOf():
            yield from _between_ids(connection, f"{prefix_of('utilization_snapshot')}{question.node_id}::")
        case _:
            for kind in question.kinds:
                yield from _between_ids(connection, prefix_of(kind))


def _between_ids(connection: apsw.Connection, prefix: str) -> Iterator[Document]:
    statement = "SELECT id, rev, body FROM docs WHERE deleted = 0 AND id BETWEEN ? AND ?"
    return (Document(*row) for row in sql.stream(connection, statement, (prefix, prefix + _END)))


def _named(
    connection: apsw.Connection, question: q.FilesNamed, after: q.Key | None, limit: int
) -> Iterator[tuple[q.Key, Document]]:
    pattern = NamePattern(question.text, question.match)
    names = sql.stream(connection, "SELECT t.name, d.id FROM places t JOIN docs d USING (n) WHERE t.status = 'active'")
    wanted = (key for key in names if pattern.fits(key[0]) and (after is None or key > after))
    keys = nsmallest(limit, wanted) if limit >= 0 else sorted(wanted)
    for key in keys:
        row = rows.one(connection, key[1])
        assert row is not None
        yield key, row.winner()


def _size(document: Document) -> int:
    return int(getattr(wire.decode(document.id, document.body), "size", 0))


# --- selectors and sums ------------------------------------------------------------------------------------------


def find(connection: apsw.Connection, query: Find, role: Role) -> Found:
    plan = finding.plan(query)
    with closing(_candidates(connection, plan)) as candidates:
        return finding.found(query, (document for document in candidates if may_read(role, document.id)), plan)


def _candidates(connection: apsw.Connection, plan: finding.Plan) -> Generator[Document, None, None]:
    """Live documents in the order of ids, no more of them than the selector's `type` and `_id` leave possible."""
    low, high = plan.matcher.id_bounds()
    if (behind := plan.after_id) is not None:
        low, high = (low, behind) if plan.descending else (behind, high)
    where, values = ["deleted = 0", "id BETWEEN ? AND ?"], [low or "", high if high is not None else _END]
    kinds = plan.matcher.values("type")
    if kinds is not None and kinds <= PREFIXES.keys() | set(PREFIXES.values()):
        prefixes = [prefix_of(kind) for kind in sorted(kinds) if kind in PREFIXES.values()]
        where.append("(" + (" OR ".join(["id BETWEEN ? AND ?"] * len(prefixes)) or "0") + ")")
        values += [bound for prefix in prefixes for bound in (prefix, prefix + _END)]
    order = "DESC" if plan.descending else "ASC"
    statement = f"SELECT id, rev, body FROM docs WHERE {' AND '.join(where)} ORDER BY id {order}"  # noqa: S608 - parts are ours
    return (Document(*row) for row in sql.stream(connection, statement, values))


def labels(connection: apsw.Connection) -> list[str]:
    found = {label for (label,) in sql.stream(connection, "SELECT DISTINCT a FROM facts WHERE topic = 'label'")}
    for document in _between_ids(connection, prefix_of("label_rule")):
        rule = facts.decoded(document.id, document.body, deleted=False)
        if isinstance(rule, LabelRule) and rule.enabled:
            found.update(rule.labels)
    return sorted(found)


def conflicts(connection: apsw.Connection, after: str, limit: int) -> list[str]:
    statement = "SELECT id FROM docs WHERE live > 1 AND id > ? ORDER BY id LIMIT ?"
    return [doc_id for (doc_id,) in sql.stream(connection, statement, (after, limit))]

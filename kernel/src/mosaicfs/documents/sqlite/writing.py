"""The write transaction: each document judged, its tree grown, and at the end all that changed put down at once.

Everything here runs in the writing thread inside a transaction that somebody else opened. A document that is refused
has touched nothing, so no savepoint a document is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import apsw

from mosaicfs.documents.guard import Refusal, Verdict, judged
from mosaicfs.documents.revision import REVS_LIMIT, BadRevisionError, Rev, Tree, first_rev, next_rev
from mosaicfs.documents.scopes import scope_key
from mosaicfs.documents.sqlite import facts, rows, sql, trees
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import Role

_CONFLICT = "Document update conflict."


@dataclass(eq=False, slots=True)
class _State:
    """A document in the course of one batch. `leaves` is None until somebody asks for more than the winner."""

    row: rows.Row | None
    rev: str
    deleted: bool
    tree_text: str | None
    body: bytes
    live: int
    noun: Verdict = None
    leaves: dict[Rev, tuple[bool, bytes]] | None = None

    @classmethod
    def of(cls, row: rows.Row) -> _State:
        return cls(row, row.rev, bool(row.deleted), row.tree_text, row.body, row.live)

    def winner(self, doc_id: str) -> Document:
        return Document(doc_id, self.rev, self.body, self.deleted)

    def tree(self) -> Tree:
        return trees.read(self.tree_text, self.rev, deleted=self.deleted)


class Batch:
    def __init__(self, connection: apsw.Connection, writer: Role, *, new_edits: bool) -> None:
        self._connection = connection
        self._writer = writer
        self._put = self._edited if new_edits else self._replicated
        self._is_copying = not new_edits and writer.kind == "upstream"
        self._states: dict[str, _State] = {}
        self._changed: dict[str, _State] = {}

    def write(self, docs: Sequence[Document]) -> list[Written]:
        known = rows.by_ids(self._connection, (doc.id for doc in docs))
        if self._is_copying and not known and _are_firsts(docs):
            return self._copied(docs)
        self._states = {doc_id: _State.of(row) for doc_id, row in known.items()}
        written = [self._one(doc) for doc in docs]
        if self._changed:
            self._put_down()
        return written

    def _copied(self, docs: Sequence[Document]) -> list[Written]:
        """First revisions of documents that are new here: no tree, nothing to compare with, and most of a first copy.

        The same rows as by the long way."""
        seq, n = sequence_end(self._connection), next_number(self._connection) - 1
        written, new, learned = [], [], []
        for doc in docs:
            doc_id, rev, body = doc[:3]
            verdict = judged(self._writer, doc, None, self._look)
            if isinstance(verdict, Refusal):
                written.append(Written(doc_id, rev, verdict.error, verdict.reason))
                continue
            written.append(Written(doc_id, rev))
            seq, n, kind = seq + 1, n + 1, scope_key(doc_id)
            new.append((n, doc_id, kind, seq, rev, False, True, None, body))
            learned.append(facts.Learned(n, doc_id, kind, None, False, body, None))
        sql.insert(self._connection, _INSERT, new)
        facts.learn(self._connection, learned)
        return written

    def _one(self, doc: Document) -> Written:
        state = self._states.get(doc.id)
        current = state.winner(doc.id) if state is not None else None
        verdict = judged(self._writer, doc, current, self._look)
        if isinstance(verdict, Refusal):
            return Written(doc.id, doc.rev, verdict.error, verdict.reason)
        try:
            return self._put(doc, state, verdict)
        except BadRevisionError as trouble:
            return Written(doc.id, doc.rev, "bad_request", str(trouble))

    def _look(self, doc_id: str) -> Document | None:
        if (state := self._states.get(doc_id)) is not None:
            return state.winner(doc_id)
        row = rows.one(self._connection, doc_id)
        return row.winner() if row is not None else None

    def _edited(self, doc: Document, state: _State | None, noun: Verdict) -> Written:
        parent = self._parent(doc, state)
        if parent is None and (state is not None or doc.rev):
            return Written(doc.id, doc.rev, "conflict", _CONFLICT)
        if state is None or parent is None:
            first = str(next_rev(None, doc.body, deleted=True)) if doc.deleted else first_rev(doc.body)
            self._first(doc, first, None, noun)
            return Written(doc.id, first)
        if self._unchanged(doc, state, parent):
            return Written(doc.id, str(parent))
        rev = next_rev(parent, doc.body, deleted=doc.deleted)
        if trees.branched(state.tree_text):
            self._grow(doc, state, [rev, *state.tree().path(parent)], noun)
        else:
            state.tree_text = trees.extended(state.tree_text, state.rev, rev, deleted=doc.deleted)
            self._win(doc, state, rev, noun)
        return Written(doc.id, str(rev))

    def _replicated(self, doc: Document, state: _State | None, noun: Verdict) -> Written:
        rev = Rev.parse(doc.rev)
        hashes = (doc.path or (rev.hash,))[:REVS_LIMIT]
        if state is None:
            self._first(doc, str(rev), trees.line(rev.generation, hashes, deleted=doc.deleted), noun)
        elif doc.rev != state.rev or len(hashes) > 1:
            self._grow(doc, state, [Rev(rev.generation - depth, name) for depth, name in enumerate(hashes)], noun)
        return Written(doc.id, doc.rev)

    def _parent(self, doc: Document, state: _State | None) -> Rev | None:
        """The leaf that this edit builds on; None where there is none or it is not one."""
        if state is None:
            return None
        if not doc.rev:
            return Rev.parse(state.rev) if state.deleted else None
        rev = Rev.parse(doc.rev)
        if doc.rev == state.rev:
            return rev
        known = trees.branched(state.tree_text) and any(leaf.rev == rev for leaf in state.tree().leaves())
        return rev if known else None

    def _unchanged(self, doc: Document, state: _State, parent: Rev) -> bool:
        if str(parent) == state.rev:
            return (doc.deleted, doc.body) == (state.deleted, state.body)
        return self._leaves(state)[parent] == (doc.deleted, doc.body)

    def _first(self, doc: Document, rev: str, line: str | None, noun: Verdict) -> None:
        state = _State(None, rev, doc.deleted, line, doc.body, not doc.deleted, noun)
        self._states[doc.id] = self._changed[doc.id] = state

    def _win(self, doc: Document, state: _State, rev: Rev, noun: Verdict) -> None:
        """The only leaf is `rev` now."""
        state.rev, state.body, state.deleted, state.noun = str(rev), doc.body, doc.deleted, noun
        state.live, state.leaves = not doc.deleted, None
        self._mark(doc.id, state)

    def _grow(self, doc: Document, state: _State, path: list[Rev], noun: Verdict) -> None:
        """The general case: merge the path, let the bodies follow the leaves, find the winner."""
        before = state.tree()
        tree = before.grown(path, deleted=doc.deleted)
        if tree is before:
            return
        bodies = self._leaves(state)
        leaves = tree.leaves()
        state.leaves = {leaf.rev: bodies.get(leaf.rev, (doc.deleted, doc.body)) for leaf in leaves}
        state.tree_text = trees.written(tree)
        state.live = sum(not leaf.deleted for leaf in leaves)
        if state.rev != str(leaves[0].rev):
            state.rev = str(leaves[0].rev)
            state.deleted, state.body = state.leaves[leaves[0].rev]
            state.noun = noun if leaves[0].rev == path[0] else facts.decoded(doc.id, state.body, deleted=state.deleted)
        self._mark(doc.id, state)

    def _leaves(self, state: _State) -> dict[Rev, tuple[bool, bytes]]:
        if state.leaves is None:
            if state.row is not None and trees.branched(state.tree_text):
                state.leaves = rows.leaf_bodies(self._connection, state.row)
            else:
                state.leaves = {Rev.parse(state.rev): (state.deleted, state.body)}
        return state.leaves

    def _mark(self, doc_id: str, state: _State) -> None:
        """The feed shows a document at its last change, so it moves to the end of what this batch puts down."""
        self._changed.pop(doc_id, None)
        self._changed[doc_id] = state

    def _put_down(self) -> None:
        seq, n = sequence_end(self._connection), next_number(self._connection)
        new, old, branched, learned = [], [], [], []
        for doc_id, state in self._changed.items():
            seq += 1
            fields = (seq, state.rev, state.deleted, state.live, state.tree_text, state.body)
            if state.row is None:
                number, n = n, n + 1
                kind = scope_key(doc_id)
                new.append((number, doc_id, kind, *fields))
            else:
                number, kind = state.row.n, state.row.kind
                old.append((*fields, number))
            if state.leaves is not None or (state.row is not None and state.row.branched):
                branched.append((number, state))
            learned.append(facts.Learned(number, doc_id, kind, state.noun, state.deleted, state.body, state.row))
        sql.insert(self._connection, _INSERT, new)
        self._connection.executemany(_UPDATE, old)
        for number, state in branched:
            _put_leaves(self._connection, number, state.rev, state.leaves or {})
        facts.learn(self._connection, learned)


def _are_firsts(docs: Sequence[Document]) -> bool:
    """Live ones, each of another document, with revisions that `Rev.parse` would take."""
    plain = all(
        doc.rev.startswith("1-")
        and len(doc.rev) > 2
        and doc.rev.isprintable()
        and not doc.deleted
        and len(doc.path) < 2
        for doc in docs
    )
    return plain and len({doc.id for doc in docs}) == len(docs)


def _put_leaves(connection: apsw.Connection, n: int, winner: str, leaves: Mapping[Rev, tuple[bool, bytes]]) -> None:
    sql.run(connection, "DELETE FROM leaves WHERE n = ?", (n,))
    others = [(n, str(rev), *leaf) for rev, leaf in leaves.items() if str(rev) != winner]
    connection.executemany("INSERT INTO leaves VALUES (?, ?, ?, ?)", others)


def shrink(connection: apsw.Connection, row: rows.Row, tree: Tree) -> None:
    """Keep of a document only what is in `tree`, a part of its own."""
    kept = rows.leaf_bodies(connection, row)
    leaves = tree.leaves()
    deleted, body = kept[leaves[0].rev]
    live = sum(not leaf.deleted for leaf in leaves)
    fields = (sequence_end(connection) + 1, str(leaves[0].rev), deleted, live, trees.written(tree), body)
    sql.run(connection, _UPDATE, (*fields, row.n))
    _put_leaves(connection, row.n, str(leaves[0].rev), {leaf.rev: kept[leaf.rev] for leaf in leaves})
    noun = facts.decoded(row.id, body, deleted=deleted)
    facts.learn(connection, [facts.Learned(row.n, row.id, row.kind, noun, deleted, body, row)])


def sequence_end(connection: apsw.Connection) -> int:
    """The last sequence that was ever given. What was dropped may have held it, so the purge counts too."""
    return int(sql.one_value(connection, _SEQUENCE_END))


def next_number(connection: apsw.Connection) -> int:
    """Beyond all that are listed, too: a file that came where a listed one was dropped would never be found."""
    return int(sql.one_value(connection, _NEXT_NUMBER))


_SEQUENCE_END = """
SELECT max(coalesce((SELECT max(seq) FROM docs), 0), (SELECT value FROM meta WHERE key = 'purge_seq'))
"""
_NEXT_NUMBER = f"SELECT max(coalesce((SELECT max(n) FROM docs), 0), ({facts.LISTED_THROUGH})) + 1"  # noqa: S608
_INSERT = "INSERT INTO docs (n, id, kind, seq, rev, deleted, live, tree, body)"
_UPDATE = "UPDATE docs SET seq = ?, rev = ?, deleted = ?, live = ?, tree = ?, body = ? WHERE n = ?"

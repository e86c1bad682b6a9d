"""A document store in memory that keeps every promise of `Store` in the most obvious way.

For tests of what stands on a store, and the yardstick for drivers: everything is a look through all documents. Only
durability is missing; a `backup` is a file that `MemoryStore.restored` opens.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from pickle import dumps, loads
from typing import TypeVar

import trio

from mosaicfs import wire
from mosaicfs.documents import finding
from mosaicfs.documents.guard import Refusal, judged
from mosaicfs.documents.revision import EMPTY, REVS_LIMIT, BadRevisionError, Rev, Tree, next_rev
from mosaicfs.documents.scopes import may_read
from mosaicfs.documents.sequence import Sequences
from mosaicfs.errors import ConflictError, MalformedDocumentError
from mosaicfs.model.document import (
    ChangePage,
    ChangeRow,
    Document,
    LocalDocument,
    Missing,
    MissingRevision,
    StoreInfo,
    Wanted,
    Written,
)
from mosaicfs.model.file import File
from mosaicfs.model.filing import Filing
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.questions import Key, Question
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.search import Search, SearchPage
from mosaicfs.model.store import Answer, Find, Found, IdRange, IdRow, StoreTrouble, Tally
from mosaicfs_sdk.fakes.filing import MemoryFiling

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept:
    """One document. `bodies` are those of the leaves of `tree`."""

    id: str
    seq: int
    tree: Tree
    bodies: Mapping[Rev, bytes]

    @property
    def live(self) -> bool:
        return not self.tree.winner().deleted

    def bare(self, rev: Rev) -> Document:
        return Document(self.id, str(rev), self.bodies[rev], rev in self.tree.deleted)

    def winner(self) -> Document:
        return self.bare(self.tree.winner().rev)

    def leaf(self, rev: Rev) -> Document:
        return self.bare(rev)._replace(path=tuple(known.hash for known in self.tree.path(rev)))

    def whole(self, rev: Rev) -> Document:
        others = [leaf for leaf in self.tree.leaves() if leaf.rev != rev]
        return self.leaf(rev)._replace(
            conflicts=tuple(str(leaf.rev) for leaf in others if not leaf.deleted),
            deleted_conflicts=tuple(str(leaf.rev) for leaf in others if leaf.deleted),
        )


@dataclass(slots=True)
class _Contents:
    uuid: str = field(default_factory=lambda: secrets.token_hex(16))
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    end: int = 0
    purged: int = 0
    docs: dict[str, _Kept] = field(default_factory=dict)
    local: dict[str, dict[str, LocalDocument]] = field(default_factory=dict)


class MemoryStore:
    """`Store` over dictionaries; see the interface for what each call promises."""

    def __init__(self, contents: _Contents | None = None) -> None:
        self._contents = contents or _Contents()
        self._changed = trio.Event()
        self._filing = MemoryFiling(self._written_after)

    @classmethod
    def restored(cls, path: Path) -> MemoryStore:
        """What `backup` wrote, in a new epoch."""
        contents: _Contents = loads(path.read_bytes())  # noqa: S301 - tests open what they wrote themselves
        return cls(replace(contents, epoch=secrets.token_hex(4)))

    @property
    def _docs(self) -> dict[str, _Kept]:
        return self._contents.docs

    @property
    def _sequences(self) -> Sequences:
        return Sequences(self._contents.epoch)

    # --- reading -----------------------------------------------------------------------------------------------

    async def info(self, role: Role = CONTROL) -> StoreInfo:
        await trio.lowlevel.checkpoint()
        visible = [kept for kept in self._docs.values() if may_read(role, kept.id)]
        live = sum(kept.live for kept in visible)
        size = sum(len(kept.winner().body) for kept in visible)
        token = self._sequences.token
        return StoreInfo(
            uuid=self._contents.uuid,
            epoch=self._contents.epoch,
            schema=1,
            update_seq=token(self._contents.end),
            purge_seq=token(self._contents.purged),
            live=live,
            deleted=len(visible) - live,
            file_bytes=size,
            active_bytes=size,
            external_bytes=size,
        )

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        await trio.lowlevel.checkpoint()
        kept = self._docs.get(doc_id)
        if kept is None:
            return None
        asked = _parsed(rev) if rev is not None else kept.tree.winner().rev
        if asked is None or asked not in kept.bodies:
            return None
        return kept.whole(asked)._replace(seq=self._sequences.token(kept.seq))

    async def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        await trio.lowlevel.checkpoint()
        return [self._docs[doc_id].winner() if doc_id in self._docs else None for doc_id in ids]

    async def open_revs(
        self, wanted: Sequence[Wanted], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        await trio.lowlevel.checkpoint()
        return [self._opened(one, latest=latest) for one in wanted]

    def _opened(self, wanted: Wanted, *, latest: bool) -> list[Document | MissingRevision]:
        kept = self._docs.get(wanted.id)
        if kept is None:
            return [MissingRevision(wanted.id, rev) for rev in wanted.revs or ("",)]
        if wanted.revs is None:
            return [kept.leaf(leaf.rev) for leaf in kept.tree.leaves()]
        found: dict[str, Document | MissingRevision] = {}
        for text in wanted.revs:
            leaves = _leaves_for(kept, text, latest=latest)
            found |= {str(rev): kept.leaf(rev) for rev in leaves}
            if not leaves:
                found[text] = MissingRevision(wanted.id, text)
        return list(found.values())

    async def ids(self, within: IdRange, limit: int, *, skip: int = 0, include_docs: bool = False) -> list[IdRow]:
        await trio.lowlevel.checkpoint()
        inside = sorted((doc_id for doc_id in self._docs if _is_within(doc_id, within)), reverse=within.descending)
        live = [kept.winner() for kept in map(self._docs.__getitem__, inside) if kept.live]
        return [IdRow(doc.id, doc.rev, doc if include_docs else None) for doc in live[skip : skip + limit]]

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        await trio.lowlevel.checkpoint()
        differences = {doc_id: self._lacking(doc_id, dict.fromkeys(revs)) for doc_id, revs in asked.items()}
        return {doc_id: missing for doc_id, missing in differences.items() if missing.revs}

    def _lacking(self, doc_id: str, revs: Iterable[str]) -> Missing:
        tree = self._docs[doc_id].tree if doc_id in self._docs else EMPTY
        absent = [rev for rev in revs if _parsed(rev) not in tree.parents]
        top = max((rev.generation for rev in map(_parsed, absent) if rev is not None), default=0)
        return Missing(tuple(absent), tuple(str(leaf.rev) for leaf in tree.leaves() if leaf.rev.generation < top))

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        await trio.lowlevel.checkpoint()
        end, token = self._contents.end, self._sequences.token
        start = 0 if descending else self._sequences.number(since, end)
        later = sorted((kept for kept in self._docs.values() if kept.seq > start), key=lambda kept: kept.seq)
        page = (later[::-1] if descending else later)[: max(limit, 1)]
        last = page[-1].seq if len(page) == max(limit, 1) else end
        rows = [_change(kept, token(kept.seq), bodies=bodies) for kept in page]
        return ChangePage(rows, token(last), 0 if descending else end - last)

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        await trio.lowlevel.checkpoint()
        start = self._sequences.number(since, self._contents.end)
        with trio.move_on_after(timeout_s):
            while self._contents.end == start:
                await self._changed.wait()
            return True
        return False

    # --- writing -----------------------------------------------------------------------------------------------

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        await trio.lowlevel.checkpoint()
        return [self._judged(doc, writer, new_edits=new_edits) for doc in docs]

    def _judged(self, doc: Document, writer: Role, *, new_edits: bool) -> Written:
        verdict = judged(writer, doc, self._winner(doc.id), self._winner)
        if isinstance(verdict, Refusal):
            return Written(doc.id, doc.rev, verdict.error, verdict.reason)
        try:
            return self._edited(doc) if new_edits else self._replicated(doc)
        except BadRevisionError as trouble:
            return Written(doc.id, doc.rev, "bad_request", str(trouble))
        except ConflictError as conflict:
            return Written(doc.id, doc.rev, "conflict", str(conflict))

    def _winner(self, doc_id: str) -> Document | None:
        kept = self._docs.get(doc_id)
        return kept.winner() if kept is not None else None

    def _edited(self, doc: Document) -> Written:
        kept = self._docs.get(doc.id)
        parent = _parent(doc, kept)
        if kept is not None and parent is not None:
            present = kept.bare(parent)
            if (present.deleted, present.body) == (doc.deleted, doc.body):
                return Written(doc.id, present.rev)
        rev = next_rev(parent, doc.body, deleted=doc.deleted)
        below = kept.tree.path(parent) if kept is not None and parent is not None else ()
        self._grow(doc, [rev, *below])
        return Written(doc.id, str(rev))

    def _replicated(self, doc: Document) -> Written:
        rev = Rev.parse(doc.rev)
        hashes = doc.path or (rev.hash,)
        self._grow(doc, [Rev(rev.generation - depth, name) for depth, name in enumerate(hashes)])
        return Written(doc.id, doc.rev)

    def _grow(self, doc: Document, path: Sequence[Rev]) -> None:
        kept = self._docs.get(doc.id)
        before, bodies = (kept.tree, kept.bodies) if kept is not None else (EMPTY, {})
        tree = before.grown(path[:REVS_LIMIT], deleted=doc.deleted)
        if tree is not before:
            self._put(doc.id, tree, {leaf.rev: bodies.get(leaf.rev, doc.body) for leaf in tree.leaves()})

    def _put(self, doc_id: str, tree: Tree, bodies: Mapping[Rev, bytes]) -> None:
        self._contents.end += 1
        self._docs[doc_id] = _Kept(doc_id, self._contents.end, tree, bodies)
        self._changed.set()
        self._changed = trio.Event()

    async def drop(self, doc_id: str, revs: Sequence[str] | None = None) -> None:
        await trio.lowlevel.checkpoint()
        kept = self._docs.get(doc_id)
        if kept is None:
            return
        rest = kept.tree.without(Rev.parse(rev) for rev in revs) if revs is not None else None
        if rest == kept.tree:
            return
        self._contents.purged = max(self._contents.purged, kept.seq)
        if rest is None:
            del self._docs[doc_id]
            self._filing.drop(doc_id)
        else:
            self._put(doc_id, rest, {leaf.rev: kept.bodies[leaf.rev] for leaf in rest.leaves()})

    # --- local documents ---------------------------------------------------------------------------------------

    async def local_get(self, caller: str, local_id: str) -> LocalDocument | None:
        await trio.lowlevel.checkpoint()
        return self._contents.local.get(caller, {}).get(local_id)

    async def local_put(self, caller: str, local_id: str, body: bytes, rev: str = "") -> str:
        present = await self._same_local(caller, local_id, rev)
        generation = int(present.rev.removeprefix("0-")) if present is not None else 0
        put = LocalDocument(local_id, f"0-{generation + 1}", body)
        self._contents.local.setdefault(caller, {})[local_id] = put
        return put.rev

    async def local_delete(self, caller: str, local_id: str, rev: str) -> None:
        if await self._same_local(caller, local_id, rev) is not None:
            del self._contents.local[caller][local_id]

    async def local_ids(self, caller: str) -> list[str]:
        await trio.lowlevel.checkpoint()
        return sorted(self._contents.local.get(caller, {}))

    async def _same_local(self, caller: str, local_id: str, rev: str) -> LocalDocument | None:
        present = await self.local_get(caller, local_id)
        if rev != (present.rev if present is not None else ""):
            raise ConflictError(local_id)
        return present

    # --- questions ---------------------------------------------------------------------------------------------

    async def find(self, query: Find, *, role: Role = CONTROL) -> Found:
        await trio.lowlevel.checkpoint()
        plan = finding.plan(query)
        visible = [doc for doc in self._live() if may_read(role, doc.id)]
        visible.sort(key=lambda doc: doc.id, reverse=plan.descending)
        return finding.found(query, visible, plan)

    async def ask(self, question: Question, *, after: Key | None = None, limit: int = 1000) -> Answer:
        await trio.lowlevel.checkpoint()
        rows = sorted((question.key(doc.id, noun), doc) for doc, noun in self._answers(question))
        later = [row for row in rows if after is None or row[0] > after]
        page = later[:limit]
        return Answer([doc for _, doc in page], page[-1][0] if page and len(later) > limit else None)

    async def tally(self, question: Question) -> Tally:
        await trio.lowlevel.checkpoint()
        nouns = [noun for _, noun in self._answers(question)]
        return Tally(len(nouns), sum(noun.size for noun in nouns if isinstance(noun, File)))

    async def search(self, search: Search) -> SearchPage:
        """By the same index of names as the drivers: what it must find is said by the conformance suite."""
        await trio.lowlevel.checkpoint()
        return await self._filing.search(search)

    async def filed(self, work: Callable[[Filing], T]) -> T:
        return await self._filing.filed(work)

    def _written_after(self, seq: int) -> tuple[list[Document], int]:
        later = sorted((kept for kept in self._docs.values() if kept.seq > seq), key=lambda kept: kept.seq)
        return [kept.winner() for kept in later], self._contents.end

    async def labels(self) -> list[str]:
        await trio.lowlevel.checkpoint()
        named: set[str] = set()
        for _, noun in self._nouns():
            if isinstance(noun, LabelAssignment) or (isinstance(noun, LabelRule) and noun.enabled):
                named.update(noun.labels)
        return sorted(named)

    async def counts(self) -> dict[tuple[str, str], int]:
        await trio.lowlevel.checkpoint()
        values = map(finding.decoded, self._live())
        return dict(Counter((_word(value.get("type")), _word(value.get("status"))) for value in values))

    async def conflicts(self, after: str = "", limit: int = 1000) -> list[str]:
        await trio.lowlevel.checkpoint()
        branched = [kept.id for kept in self._docs.values() if sum(not leaf.deleted for leaf in kept.tree.leaves()) > 1]
        return sorted(doc_id for doc_id in branched if doc_id > after)[:limit]

    def _live(self) -> list[Document]:
        return [kept.winner() for kept in self._docs.values() if kept.live]

    def _nouns(self) -> Iterator[tuple[Document, object]]:
        """A document that a peer sent and nobody here can read answers no question."""
        for doc in self._live():
            try:
                yield doc, wire.decode(doc.id, doc.body)
            except MalformedDocumentError:
                continue

    def _answers(self, question: Question) -> Iterator[tuple[Document, object]]:
        return ((doc, noun) for doc, noun in self._nouns() if question.matches(noun))

    # --- upkeep ------------------------------------------------------------------------------------------------

    async def compact(self) -> None:
        await trio.lowlevel.checkpoint()

    async def check(self, *, deep: bool = False) -> list[StoreTrouble]:
        await trio.lowlevel.checkpoint()
        return []

    async def backup(self, path: Path) -> None:
        await trio.Path(path).write_bytes(dumps(self._contents))


def _parsed(text: str) -> Rev | None:
    try:
        return Rev.parse(text)
    except BadRevisionError:
        return None


def _parent(doc: Document, kept: _Kept | None) -> Rev | None:
    """The leaf that an edit builds on; `ConflictError` where it builds on nothing that is there."""
    if kept is None:
        if doc.rev:
            raise ConflictError(doc.id)
        return None
    parent = Rev.parse(doc.rev) if doc.rev else kept.tree.winner().rev
    if parent not in kept.bodies or (not doc.rev and kept.live):
        raise ConflictError(doc.id)
    return parent


def _leaves_for(kept: _Kept, text: str, *, latest: bool) -> list[Rev]:
    rev = _parsed(text)
    if rev is None:
        return []
    if latest and rev in kept.tree.parents:
        return [leaf.rev for leaf in kept.tree.descendants(rev)]
    return [rev] if rev in kept.bodies else []


def _is_within(doc_id: str, within: IdRange) -> bool:
    low, high = (within.end, within.start) if within.descending else (within.start, within.end)
    if doc_id == within.end and not within.inclusive_end:
        return False
    return (low is None or doc_id >= low) and (high is None or doc_id <= high)


def _change(kept: _Kept, seq: str, *, bodies: bool) -> ChangeRow:
    revs = tuple(str(leaf.rev) for leaf in kept.tree.leaves())
    return ChangeRow(seq, kept.id, revs, not kept.live, kept.winner() if bodies else None)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""

"""The tree of revisions of one document: how edits and replicated paths grow it, which leaf wins, what is cut.

Values only. Bodies, sequences and who may write are elsewhere. A revision is written `N-hash` on the wire and held
here as `(N, hash)`, which sorts as the winner rule wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import NamedTuple

REVS_LIMIT = 100


class Rev(NamedTuple):
    generation: int
    hash: str

    def __str__(self) -> str:
        return f"{self.generation}-{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Rev:
        """`BadRevisionError` unless `N-hash` with N ≥ 1 and a hash without control characters."""
        generation, dash, name = text.partition("-")
        if not (dash and name and generation.isascii() and generation.isdigit() and name.isprintable()):
            raise BadRevisionError(text)
        if not 1 <= int(generation) < 2**53:
            raise BadRevisionError(text)
        return cls(int(generation), name)


class BadRevisionError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"Invalid rev format: {text[:100]!r} is not N-hash")


def next_rev(parent: Rev | None, body: bytes, *, deleted: bool) -> Rev:
    """The name of an edit; the same edit of the same parent has the same name wherever it is made."""
    generation, name = parent or (0, "")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    head = b'[%s,%d,"%s",' % (b"true" if deleted else b"false", generation, quoted.encode())
    return Rev(generation + 1, md5(head + body + b"]", usedforsecurity=False).hexdigest())


def first_rev(body: bytes) -> str:
    """`next_rev(None, body, deleted=False)` as text, without a detour: most documents never have another."""
    return "1-" + md5(b'[false,0,"",' + body + b"]", usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Leaf:
    rev: Rev
    deleted: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """`parents` maps each known revision to its parent or None; `deleted` names the leaves that are tombstones.

    Inner revisions are never in `deleted`: once something grew on them nobody asks.
    """

    parents: Mapping[Rev, Rev | None]
    deleted: frozenset[Rev] = frozenset()

    def leaves(self) -> list[Leaf]:
        """Best first: the winner is the first, conflicts and deleted conflicts follow."""
        inner = set(self.parents.values())
        found = [Leaf(rev, rev in self.deleted) for rev in self.parents if rev not in inner]
        return sorted(found, key=lambda leaf: (leaf.deleted, -leaf.rev.generation, _Descending(leaf.rev.hash)))

    def winner(self) -> Leaf:
        return self.leaves()[0]

    def path(self, rev: Rev) -> Iterator[Rev]:
        """`rev` and its known ancestors, newest first."""
        at: Rev | None = rev
        while at is not None:
            yield at
            at = self.parents[at]

    def grown(self, path: Iterable[Rev], *, deleted: bool, limit: int = REVS_LIMIT) -> Tree:
        """With the replicated `path` (newest first) merged in. The same tree object when nothing was new."""
        chain = list(path)
        parents = dict(self.parents)
        for rev, parent in zip(chain, [*chain[1:], None], strict=True):
            if parents.get(rev) is None and (rev not in parents or parent is not None):
                parents[rev] = parent
        if parents == self.parents:
            return self
        tip = chain[0]
        tombstones = set(self.deleted)
        if deleted and tip not in self.parents:
            tombstones.add(tip)
        tombstones -= set(parents.values())
        return Tree(parents, frozenset(tombstones)).cut(limit)

    def cut(self, limit: int = REVS_LIMIT) -> Tree:
        """Without what no leaf keeps within its newest `limit` revisions."""
        if len(self.parents) <= limit:
            return self
        kept: dict[Rev, Rev | None] = {}
        for leaf in self.leaves():
            chain = list(self.path(leaf.rev))[:limit]
            for rev, parent in zip(chain, [*chain[1:], None], strict=True):
                if kept.get(rev) is None:
                    kept[rev] = parent
        return Tree(kept, self.deleted)

    def without(self, gone: Iterable[Rev]) -> Tree | None:
        """After a drop of leaves. What only they kept goes too; None when nothing is left."""
        dropped = set(gone)
        kept: dict[Rev, Rev | None] = {}
        for leaf in self.leaves():
            if leaf.rev not in dropped:
                kept.update((rev, self.parents[rev]) for rev in self.path(leaf.rev))
        return Tree(kept, frozenset(self.deleted - dropped)) if kept else None

    def descendants(self, rev: Rev) -> list[Leaf]:
        """The leaves above `rev`, best first; `rev` itself where it is a leaf."""
        return [leaf for leaf in self.leaves() if rev in self.path(leaf.rev)]


EMPTY = Tree({})


class _Descending(str):
    """A string that sorts the other way round, by its bytes in UTF-8 (which is by code point)."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

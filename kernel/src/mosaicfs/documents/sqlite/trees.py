"""A revision tree as a line of text in its document's row.

Nearly every document has one leaf and a short history, so the text is made for that: nothing at all for a first
revision, else one line a leaf, best first: `generation TAB hash TAB parent's hash …`, `generation` with a `d` behind it
for a tombstone. A branch stops at the revision where it leaves an earlier line. Hashes hold no control characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mosaicfs.documents.revision import REVS_LIMIT, Rev, Tree


def line(generation: int, hashes: Sequence[str], *, deleted: bool) -> str | None:
    """The text of a tree with one leaf; None where the row says it all."""
    if len(hashes) == 1:
        return None
    return f"{generation}{'d' if deleted else ''}\t" + "\t".join(hashes[:REVS_LIMIT])


def extended(text: str | None, parent: str, rev: Rev, *, deleted: bool) -> str:
    """A tree with the single leaf `parent`, grown by its child `rev`."""
    known = text.split("\t", REVS_LIMIT)[1:REVS_LIMIT] if text else [parent.partition("-")[2]]
    return f"{rev.generation}{'d' if deleted else ''}\t" + "\t".join([rev.hash, *known])


def branched(text: str | None) -> bool:
    return text is not None and "\n" in text


def path(text: str | None, rev: str) -> tuple[str, ...]:
    """Hashes of the winner `rev` and its ancestors, newest first."""
    if text is None:
        return (rev.partition("-")[2],)
    if "\n" not in text:
        return tuple(text.split("\t")[1:])
    tree = read(text, rev, deleted=False)
    return tuple(known.hash for known in tree.path(Rev.parse(rev)))


def read(text: str | None, rev: str, *, deleted: bool) -> Tree:
    if text is None:
        only = Rev.parse(rev)
        return Tree({only: None}, frozenset({only} if deleted else ()))
    parents: dict[Rev, Rev | None] = {}
    tombstones = []
    for chain, dead in map(_chain, text.split("\n")):
        if dead:
            tombstones.append(chain[0])
        parents.update(pairwise(chain))
        parents.setdefault(chain[-1], None)
    return Tree(parents, frozenset(tombstones))


def written(tree: Tree) -> str | None:
    lines: list[str] = []
    told: set[Rev] = set()
    for leaf in tree.leaves():
        chain = list(_until_told(tree.path(leaf.rev), told))
        told.update(chain)
        lines.append(f"{leaf.rev.generation}{'d' if leaf.deleted else ''}\t" + "\t".join(rev.hash for rev in chain))
    return "\n".join(lines) if len(tree.parents) > 1 else None


def _until_told(path: Iterable[Rev], told: set[Rev]) -> Iterable[Rev]:
    for rev in path:
        yield rev
        if rev in told:
            return


def _chain(text: str) -> tuple[list[Rev], bool]:
    head, *hashes = text.split("\t")
    dead = head.endswith("d")
    top = int(head.removesuffix("d"))
    return [Rev(top - depth, name) for depth, name in enumerate(hashes)], dead

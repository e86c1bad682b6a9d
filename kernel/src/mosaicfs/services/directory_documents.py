"""The directory documents of a store as they are now, by their paths: what is there, and what lies below what.

Whoever wrote them: one that cannot be read is left alone, and of two for one path the one whose id fits it counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.ids import directory_id, prefix_of
from mosaicfs.model.names import covers
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import IdRange, IdRow, Store
from mosaicfs.services.revising import WriteRefusedError

_PAGE = 2_000


class Found(NamedTuple):
    """A directory document with its revision."""

    doc_id: str
    rev: str
    document: VirtualDirectory

    @property
    def path(self) -> str:
        return self.document.virtual_path

    def is_twin_of(self, other: Found) -> bool:
        """The same directory at another path: what a move leaves that was interrupted."""
        ours, theirs = self.document, other.document
        return (ours.inode, ours.created_at) == (theirs.inode, theirs.created_at)


class DirectoryDocuments:
    def __init__(self, found: Iterable[Found]) -> None:
        self._at: defaultdict[str, list[Found]] = defaultdict(list)
        for each in sorted(found, key=lambda each: (each.doc_id != directory_id(each.path), each.doc_id)):
            self._at[each.path].append(each)

    def at(self, path: str) -> Found | None:
        return self._at[path][0] if path in self._at else None

    def exists(self, path: str) -> bool:
        """The root is there without a document too."""
        return path == "/" or path in self._at

    def subtree(self, path: str) -> list[Found]:
        """This one and those below, parents before children."""
        return [self._at[each][0] for each in self._paths(path)]

    def to_remove(self, path: str) -> list[Found]:
        """All documents of this path and below, those that do not count too; children before parents."""
        return [found for each in reversed(self._paths(path)) for found in self._at[each]]

    def children(self, path: str) -> set[str]:
        """Names directly in it of a document, or of what leads to one."""
        start = len(path.rstrip("/")) + 1
        return {each[start:].partition("/")[0] for each in self._paths(path) if each != path}

    def inodes(self) -> set[int]:
        return {each.document.inode for found in self._at.values() for each in found}

    def _paths(self, path: str) -> list[str]:
        return sorted((each for each in self._at if covers(path, each)), key=lambda each: each.split("/"))


async def read_directories(store: Store) -> DirectoryDocuments:
    rows: list[IdRow] = []
    start, end = prefix_of("virtual_directory"), prefix_of("virtual_directory") + chr(0x10FFFF)
    while True:
        page = await store.ids(IdRange(start, end), _PAGE, include_docs=True)
        rows += page
        if len(page) < _PAGE:
            return DirectoryDocuments(found for row in rows if (found := _read(row)) is not None)
        start = f"{page[-1].id}\0"


def _read(row: IdRow) -> Found | None:
    assert row.document is not None
    try:
        noun = wire.decode(row.id, row.document.body)
    except MalformedDocumentError:
        return None
    return Found(row.id, row.rev, noun) if isinstance(noun, VirtualDirectory) else None


async def put_all(store: Store, found: Sequence[Found]) -> list[Found]:
    """With their new revisions; those that somebody else has changed meanwhile are left out.

    One whose `rev` is empty is new: where a deleted one was, it comes after that.
    """
    deleted = await store.get_many([each.doc_id for each in found if not each.rev])
    revs = {each.id: each.rev for each in deleted if each is not None and each.deleted}
    documents = [
        Document(each.doc_id, each.rev or revs.get(each.doc_id, ""), wire.encode(each.document)) for each in found
    ]
    rows = await _write(store, documents)
    return [each._replace(rev=rows[each.doc_id]) for each in found if each.doc_id in rows]


async def delete_all(store: Store, found: Sequence[Found]) -> None:
    """In this order; what somebody else has changed meanwhile stays."""
    await _write(store, [Document(each.doc_id, each.rev, b"{}", deleted=True) for each in found])


async def _write(store: Store, documents: Sequence[Document]) -> dict[str, str]:
    """Ids and new revisions of what was written."""
    rows = await store.write(documents, writer=CONTROL) if documents else []
    for row in rows:
        if row.error and row.error != "conflict":
            raise WriteRefusedError(row.id, row.reason)
    return {row.id: row.rev for row in rows if not row.error}

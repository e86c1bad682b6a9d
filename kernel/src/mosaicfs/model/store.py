"""What one may ask of a document store, whatever engine keeps it.

The interface is a noun of the model because hooks hand it over; the drivers are in `documents/` and in plugins, and
`mosaicfs_sdk.conformance.store` holds each of them to this page. Sequences are opaque strings: `"0"` is the beginning,
`"now"` the end, everything else comes from an earlier answer of the same store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from mosaicfs.model.document import (
    ChangePage,
    Document,
    LocalDocument,
    Missing,
    MissingRevision,
    StoreInfo,
    Wanted,
    Written,
)
from mosaicfs.model.json import JsonObject
from mosaicfs.model.questions import Key, Question
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.search import Search, SearchPage


class IdRange(NamedTuple):
    """Ids in code point order. `descending` swaps what `start` and `end` mean, as in CouchDB."""

    start: str | None = None
    end: str | None = None
    inclusive_end: bool = True
    descending: bool = False


class IdRow(NamedTuple):
    id: str
    rev: str
    document: Document | None = None


class Find(NamedTuple):
    """A Mango query. `fields` None means whole documents."""

    selector: JsonObject
    limit: int = 25
    skip: int = 0
    sort: tuple[tuple[str, bool], ...] = ()
    """Field and whether it is descending."""
    fields: tuple[str, ...] | None = None
    bookmark: str = ""


class Found(NamedTuple):
    """`examined` counts the documents that the selector was tried on."""

    documents: list[Document]
    bookmark: str
    warning: str = ""
    examined: int = 0


class Answer(NamedTuple):
    """A page of a named question; `next` continues it, None is the end."""

    documents: list[Document]
    next: Key | None


class Tally(NamedTuple):
    documents: int
    bytes: int


class StoreTrouble(NamedTuple):
    """One thing that `check` found wrong."""

    doc_id: str
    trouble: str


class StoreFinding(NamedTuple):
    """One thing that a driver has looked at without opening its store, for `mosaicfs doctor`; `fix` is what to do."""

    id: str
    title: str
    status: Literal["ok", "warn", "fail", "skip"]
    detail: str = ""
    fix: str = ""


class NewFile(NamedTuple):
    """A file of this machine that was never known: named in UTF-8, modified between the years 1970 and 2262."""

    file_id: str
    folder: str
    name: str
    size: int
    mtime_ns: int
    mime_type: str | None = None


@runtime_checkable
class Plants(Protocol):
    """A store that makes first documents of files by itself, for half a million of them."""

    async def plant(self, node_id: str, files: Sequence[NewFile]) -> None:
        """As if a document of each, active and of that node, had been written. Ids that exist are left alone."""


@runtime_checkable
class LooksIntoBodies(Protocol):
    """A store that passes over the changes of others by itself, which costs less than to hand them all out."""

    async def changes_naming(self, text: str, since: str, limit: int) -> ChangePage:
        """A page of `changes` with bodies, without the rows whose body does not hold `text`.

        It may be empty although more will come, which `pending` tells.
        """


class Ailment(NamedTuple):
    """What is wrong with the file of a store as a whole; each of it names an error of the store."""

    kind: Literal["corrupt", "full"]
    message: str


OnDamage: TypeAlias = Callable[[Ailment], Awaitable[None]]


@runtime_checkable
class KnowsItsHealth(Protocol):
    """A store that knows of its own trouble, in which it may not be able to hold a word about it."""

    on_damage: OnDamage
    """Awaited when damage was found, for a few seconds and before nothing is written any more."""

    @property
    def ailment(self) -> Ailment | None:
        """None as far as is known. Fullness lasts until writing has gone well for a while."""

    @property
    def is_looked_over(self) -> bool:
        """Whether there is no damage but what `ailment` tells, as far as a look can find it."""


@runtime_checkable
class PassesOverFiles(Protocol):
    """A store that finds the few changes among those of half a million files without a look at these."""

    async def changes_beside_files(self, since: str, limit: int, *, bodies: bool = False) -> ChangePage:
        """A page of `changes` without the kinds of which each file may have one; `pending` counts these too."""


class Store(Protocol):
    async def info(self, role: Role = CONTROL) -> StoreInfo:
        """Counts are of what `role` may read."""

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        """The winner, tombstones included, or the leaf `rev`, with path, conflicts and `seq`; None if not kept."""

    async def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        """Winners without path and conflicts, in the order asked."""

    async def open_revs(
        self, wanted: Sequence[Wanted], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        """Leaves with their paths. `latest`: for an older revision, the leaves above it instead of missing."""

    async def ids(self, within: IdRange, limit: int, *, skip: int = 0, include_docs: bool = False) -> list[IdRow]:
        """Live winners by id."""

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        """One row a document, in order, after all that could be written is on disk.

        `new_edits` False keeps the revisions given, with `path`. A body that equals the leaf it edits is not written
        again; its row names the present revision.
        """

    async def changes(self, since: str, limit: int, *, descending: bool = False, bodies: bool = False) -> ChangePage:
        """A page in the order of commits, each document once. `pending` counts what comes after the page.

        A `since` of another epoch or beyond the end counts as 0. `revs` holds all leaves, winner first.
        """

    async def wait_until_changed(self, since: str, timeout_s: float) -> bool:
        """Return True as soon as any process has committed something after `since`, False when the time is over."""

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> dict[str, Missing]:
        """Only ids of which something is missing."""

    async def local_get(self, caller: str, local_id: str) -> LocalDocument | None: ...

    async def local_put(self, caller: str, local_id: str, body: bytes, rev: str = "") -> str:
        """The new revision; `ConflictError` when `rev` is not the present one."""

    async def local_delete(self, caller: str, local_id: str, rev: str) -> None: ...

    async def local_ids(self, caller: str) -> list[str]: ...

    async def find(self, query: Find, *, role: Role = CONTROL) -> Found:
        """Live winners that `role` may read and the selector accepts."""

    async def search(self, search: Search) -> SearchPage:
        """Files by their names and a few facts, ranked; exact with every committed write, whichever process made it."""

    async def ask(self, question: Question, *, after: Key | None = None, limit: int = 1000) -> Answer:
        """Documents that answer a named question, in its order."""

    async def tally(self, question: Question) -> Tally:
        """How many documents answer, and the sum of their `size` where they are files."""

    async def labels(self) -> list[str]:
        """All distinct labels that an assignment or an enabled rule names, in code point order."""

    async def counts(self) -> dict[tuple[str, str], int]:
        """Live documents by type and `status` (empty for types without one)."""

    async def drop(self, doc_id: str, revs: Sequence[str] | None = None) -> None:
        """Forget leaves, or the document, without a tombstone and without telling anybody."""

    async def conflicts(self, after: str = "", limit: int = 1000) -> list[str]:
        """Ids of documents with more than one live leaf, in order."""

    async def compact(self) -> None: ...

    async def check(self, *, deep: bool = False) -> list[StoreTrouble]: ...

    async def backup(self, path: Path) -> None:
        """A copy that opens as a store of its own; it appears under `path` only when it is whole."""

"""A document as the store knows it: an id, a revision and a body it does not look into.

What a body means is in the other files of this folder; how JSON becomes either is in `wire`.
"""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs.model.noun import Noun


class Document(NamedTuple):
    """One revision of one document.

    `body` is canonical JSON (`wire.canonical`): an object without members that begin with `_`.
    `rev` is `N-hash`, empty on an edit of something unknown. `path` holds the hashes of the revision and its known
    ancestors, newest first (`_revisions.ids`); empty where nobody asked for it. `noun` is the body decoded, where who
    has just encoded it hands it over: whatever comes from outside has none.
    """

    id: str
    rev: str
    body: bytes
    deleted: bool = False
    path: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    deleted_conflicts: tuple[str, ...] = ()
    seq: str = ""
    noun: Noun | None = None


class MissingRevision(NamedTuple):
    """A revision that was asked for and whose body nobody keeps. `rev` is empty where the document is unknown."""

    id: str
    rev: str


class Wanted(NamedTuple):
    """Revisions of one document; `revs` None means all its leaves."""

    id: str
    revs: tuple[str, ...] | None = None


class Written(NamedTuple):
    """What became of one document of a write. `error` is empty where it was stored."""

    id: str
    rev: str
    error: str = ""
    reason: str = ""


class Missing(NamedTuple):
    """What a peer lacks of one document."""

    revs: tuple[str, ...]
    possible_ancestors: tuple[str, ...] = ()


class LocalDocument(NamedTuple):
    """A document that is not replicated, such as a checkpoint. `rev` is `0-N`."""

    id: str
    rev: str
    body: bytes


class ChangeRow(NamedTuple):
    """The last change of one document. `revs` starts with the winner; `deleted` speaks of the winner."""

    seq: str
    id: str
    revs: tuple[str, ...]
    deleted: bool = False
    document: Document | None = None


class ChangePage(NamedTuple):
    rows: list[ChangeRow]
    last_seq: str
    pending: int


class StoreInfo(NamedTuple):
    uuid: str
    epoch: str
    schema: int
    update_seq: str
    purge_seq: str
    live: int
    deleted: int
    file_bytes: int
    active_bytes: int
    external_bytes: int

    @property
    def database_id(self) -> str:
        """Another one where the database was exchanged or put back to an earlier state."""
        return f"{self.uuid}-{self.epoch}"

"""The messages of replication: what one direction asks of its two peers, and what it tells about itself.

Each request is handed out by `documents.replication`, carried by somebody else, and answered once. Requests are told
apart by identity: the same page of documents may be sent twice and is then two requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from mosaicfs.model.document import ChangePage, Document, Missing, Wanted, Written

Side = Literal["source", "target"]
Direction = Literal["push", "pull"]
State = Literal["starting", "running", "idle", "waiting", "denied", "wrong_database", "stopped"]


class PeerInfo(NamedTuple):
    """Who a peer is. `name` goes into the checkpoint id; `uuid`, `epoch` and `purge_seq` only MosaicFS tells.

    `update_seq` is the end of a store of this machine.
    """

    name: str
    uuid: str = ""
    epoch: str = ""
    purge_seq: str = ""
    update_seq: str = ""


class Fetched(NamedTuple):
    """`refused` are revisions that came in a form no store can take, each with its reason."""

    documents: tuple[Document, ...]
    refused: tuple[Written, ...] = ()


class Plan(NamedTuple):
    """What one direction is to do. `caller` is who the peers see; `met` are uuids that must be met again.

    `node_id`: the target is the store of this node, which forgets what its control plane no longer has. `fresh`: there
    is nothing in it that came from elsewhere.
    """

    direction: Direction
    session_id: str
    caller: str = ""
    live: bool = False
    met: Mapping[Side, str] = MappingProxyType({})
    node_id: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReadInfo:
    side: Side


@dataclass(frozen=True, slots=True, eq=False)
class ReadCheckpoint:
    side: Side
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class WriteCheckpoint:
    """Replaces what is there, whatever its revision: each checkpoint has one writer."""

    side: Side
    id: str
    body: bytes


@dataclass(frozen=True, slots=True, eq=False)
class ReadChanges:
    """`wait`: answer when there is a row after `since`, or after a minute or so without one.

    `bodies`: the winners come along with their rows.
    """

    since: str
    limit: int
    wait: bool = False
    bodies: bool = False
    side: Side = "source"


@dataclass(frozen=True, slots=True, eq=False)
class CompareRevisions:
    """`at_hand` are documents that came with the feed, by id: they need not be fetched."""

    batch: int
    asked: Mapping[str, tuple[str, ...]]
    at_hand: Mapping[str, Document] = field(default_factory=dict)
    side: Side = "target"


@dataclass(frozen=True, slots=True, eq=False)
class FetchRevisions:
    """Answered with the leaves above what is wanted, each with its path."""

    batch: int
    wanted: tuple[Wanted, ...]
    side: Side = "source"


@dataclass(frozen=True, slots=True, eq=False)
class WriteDocuments:
    """To be written with the revisions they have. `tries` counts earlier attempts on the same documents."""

    batch: int
    documents: tuple[Document, ...]
    tries: int = 0
    side: Side = "target"


@dataclass(frozen=True, slots=True, eq=False)
class ReadLeaves:
    """A page of what the target has, with the winners' bodies."""

    since: str
    limit: int
    side: Side = "target"


@dataclass(frozen=True, slots=True, eq=False)
class FindUnlisted:
    """Which of these leaves of the target the source does not have, and what it has below them."""

    asked: Mapping[str, tuple[str, ...]]
    side: Side = "source"


@dataclass(frozen=True, slots=True, eq=False)
class ReadRevisions:
    """Answered like `FetchRevisions`, of either side."""

    wanted: tuple[Wanted, ...]
    side: Side


@dataclass(frozen=True, slots=True, eq=False)
class ForgetLeaves:
    """To be dropped without a tombstone; `listed` are what the source has in the place of some of them."""

    leaves: Mapping[str, tuple[str, ...]]
    listed: tuple[Document, ...] = ()
    side: Side = "target"


ReconcilingRequest: TypeAlias = ReadLeaves | FindUnlisted | ReadRevisions | ForgetLeaves
Answer: TypeAlias = ChangePage | Mapping[str, Missing] | Fetched | None
"""To the four, in this order."""

Request: TypeAlias = (
    ReadInfo
    | ReadCheckpoint
    | WriteCheckpoint
    | ReadChanges
    | CompareRevisions
    | FetchRevisions
    | WriteDocuments
    | ReconcilingRequest
)


@dataclass(slots=True)
class Counters:
    """Of one session. The last five are CouchDB's words, kept in the history of the checkpoint.

    `rows_pending` is how many rows were still to come, or on their way, when a page was read last.
    """

    rows_read: int = 0
    rows_pending: int = 0
    rows_denied: int = 0
    requests_failed: int = 0
    missing_checked: int = 0
    missing_found: int = 0
    docs_read: int = 0
    docs_written: int = 0
    doc_write_failures: int = 0

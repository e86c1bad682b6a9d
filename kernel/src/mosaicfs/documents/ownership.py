"""What a node may write: its own documents, and nothing of anybody else, whatever a document says about itself.

Each rule is a small function that raises `ForeignWriteError` with the rule in words. `winner` is the live winner at
the server; a tombstone or nothing counts as absent. That the new body is well formed was settled before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

import msgspec

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import (
    CONTROL_PLANE,
    SETTINGS_ID,
    access_id,
    annotation_id,
    file_id,
    kind_of,
    pair_of,
    replica_id,
    storage_backend_id,
    tail_of,
)
from mosaicfs.model.notification import Notification
from mosaicfs.model.noun import Noun
from mosaicfs.model.replica import Replica
from mosaicfs.model.settings import Settings
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.times import Clock, instant
from mosaicfs.model.unknown import Unknown
from mosaicfs.model.utilization import UtilizationSnapshot

Look: TypeAlias = Callable[[str], Document | None]
"""The winner of another document, in the transaction of the write."""

_DAY = 86_400 * 1_000_000
_NOTIFICATION_DAYS = 90


class ForeignWriteError(Exception):
    """The document is not the node's to write."""


@dataclass(frozen=True, slots=True)
class _Write:
    node_id: str
    doc_id: str
    noun: Noun | Unknown | None
    """None for a tombstone."""
    named: str | None
    """The owner that the new revision names."""
    winner: Document | None
    look: Look
    clock: Clock

    def refuse(self, why: str) -> NoReturn:
        raise ForeignWriteError(f"{self.doc_id} is not {self.node_id}'s to write: {why}")

    def must_name_itself(self) -> None:
        if self.named != self.node_id:
            self.refuse(f"it names {self.named or 'nobody'} as its owner")

    def wrote_winner(self) -> bool:
        return self.winner is not None and owner_of(self.winner) == self.node_id

    def owns_file(self) -> bool:
        file = self.look(file_id(pair_of(self.doc_id).first))
        return file is not None and not file.deleted and owner_of(file) == self.node_id

    def hosts_target(self) -> bool:
        backend = _present(self.look, storage_backend_id(pair_of(self.doc_id).second))
        return isinstance(backend, StorageBackend) and backend.hosting_node_id == self.node_id

    def days_since(self, text: str) -> float:
        return (self.clock() * 1_000_000 - instant(text)) / _DAY


def check_owner(
    node_id: str, new: Document, noun: Noun | Unknown | None, current: Document | None, look: Look, *, clock: Clock
) -> None:
    """`ForeignWriteError` unless the node may write `new`. `noun` is `new` decoded, None for a tombstone."""
    winner = None if current is None or current.deleted else current
    if winner is None and type(noun) is File and noun.source.node_id == node_id:
        return
    write = _Write(node_id, new.id, noun, _named(new, noun), winner, look, clock)
    kind = kind_of(new.id)
    if kind is None:
        _unknown_kind(write)
    elif kind in _RULES:
        _RULES[kind](write)
    else:
        write.refuse(f"only the control plane writes documents of type {kind}")


# --- one rule a type -----------------------------------------------------------------------------------------------


def _file(write: _Write) -> None:
    if write.noun is None:
        write.refuse("only the control plane prunes files")
    write.must_name_itself()
    if write.winner is None:
        return
    if not write.wrote_winner():
        write.refuse(f"the file belongs to {owner_of(write.winner)}")
    before = _decoded(write.winner)
    if isinstance(before, File) and isinstance(write.noun, File) and before.inode != write.noun.inode:
        write.refuse("inode is set once and never changed")


def _annotation(write: _Write) -> None:
    if isinstance(write.noun, Annotation):
        write.must_name_itself()
        if write.doc_id != annotation_id(tail_of(write.noun.file_id), write.noun.plugin_name):
            write.refuse("its _id does not fit file_id and plugin_name")
    if not (_absent(write) or write.wrote_winner() or write.owns_file()):
        write.refuse("another node wrote it, and the file belongs to another node")


def _replica(write: _Write) -> None:
    if isinstance(write.noun, Replica):
        write.must_name_itself()
        if write.doc_id != replica_id(tail_of(write.noun.file_id), write.noun.target_name):
            write.refuse("its _id does not fit file_id and target_name")
    if not (_absent(write) or write.wrote_winner() or write.owns_file() or write.hosts_target()):
        write.refuse("another node wrote it, and this node owns neither the file nor the target")


def _access(write: _Write) -> None:
    if isinstance(write.noun, Access):
        write.must_name_itself()
        if write.doc_id != access_id(tail_of(write.noun.file_id)):
            write.refuse("its _id does not fit file_id")
    elif not (_absent(write) or write.owns_file()):
        write.refuse("only the owner of the file removes it")


def _status(write: _Write) -> None:
    write.must_name_itself()
    if tail_of(write.doc_id) != write.node_id:
        write.refuse("its _id names another node")


def _utilization(write: _Write) -> None:
    write.must_name_itself()
    if pair_of(write.doc_id).first != write.node_id:
        write.refuse("its _id names another node")
    if isinstance(write.noun, UtilizationSnapshot):
        days = _utilization_days(write.look)
        if days and write.days_since(write.noun.captured_at) > days:
            write.refuse(f"snapshots are kept for {days} days and this one is older")


def _notification(write: _Write) -> None:
    write.must_name_itself()
    if pair_of(write.doc_id).first != write.node_id:
        write.refuse("its _id names another source")
    if not isinstance(write.noun, Notification):
        return
    if not _acknowledged_by_nobody_new(write.noun, write.winner):
        write.refuse("only the control plane acknowledges")
    resolved_at = write.noun.resolved_at
    if resolved_at is not None and write.days_since(resolved_at) > _NOTIFICATION_DAYS:
        write.refuse(f"it was resolved more than {_NOTIFICATION_DAYS} days ago")


def _unknown_kind(write: _Write) -> None:
    write.must_name_itself()
    if write.winner is not None and not write.wrote_winner():
        write.refuse(f"it belongs to {owner_of(write.winner) or 'nobody'}")


_RULES: dict[str, Callable[[_Write], None]] = {
    "file": _file,
    "annotation": _annotation,
    "replica": _replica,
    "access": _access,
    "agent_status": _status,
    "utilization_snapshot": _utilization,
    "notification": _notification,
}


def _absent(write: _Write) -> bool:
    """Nothing is there, so a tombstone has to name the node itself; what is alive was asked to already."""
    if write.winner is not None:
        return False
    return write.noun is not None or write.named == write.node_id


def _acknowledged_by_nobody_new(new: Notification, winner: Document | None) -> bool:
    """A node may keep or remove an acknowledgement."""
    before = _decoded(winner) if winner is not None else None
    known = _acknowledgement(before) if isinstance(before, Notification) else (None, None, None)
    return all(after is None or after == there for after, there in zip(_acknowledgement(new), known, strict=True))


def _acknowledgement(noun: Notification) -> tuple[str | None, str | None, str | None]:
    return noun.acknowledged_at, noun.acknowledged_by, noun.acknowledges


def _utilization_days(look: Look) -> int:
    settings = _present(look, SETTINGS_ID)
    return settings.utilization_retention_days if isinstance(settings, Settings) else 90


# --- owners --------------------------------------------------------------------------------------------------------


class _Source(msgspec.Struct):
    node_id: str | None = None


class _Claim(msgspec.Struct):
    source: _Source | None = None
    node_id: str | None = None


_claims = msgspec.json.Decoder(_Claim)


def owner_of(document: Document) -> str | None:
    """The node that a body names as its owner, also a tombstone's; None where there is none."""
    try:
        claim = _claims.decode(document.body)
    except msgspec.ValidationError:
        return None
    return (claim.source.node_id if claim.source is not None else None) or claim.node_id


def writer_of(document: Document) -> str | None:
    """The node that brings a document back wherever it is lost; None for what the control plane alone writes."""
    kind = kind_of(document.id)
    owner = owner_of(document) if kind is None or kind in _RULES else None
    return None if owner == CONTROL_PLANE else owner


def _named(new: Document, noun: Noun | Unknown | None) -> str | None:
    if isinstance(noun, File | Annotation | Access | Replica | Notification):
        return noun.source.node_id
    if isinstance(noun, AgentStatus | UtilizationSnapshot):
        return noun.node_id
    return owner_of(new)


def _present(look: Look, doc_id: str) -> Noun | Unknown | None:
    found = look(doc_id)
    return None if found is None or found.deleted else _decoded(found)


def _decoded(document: Document) -> Noun | Unknown | None:
    """None for what an older version or a person has left unreadable."""
    try:
        return wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None

"""From changes of documents to events: many files become one sum, a node or a rule tells which of its fields changed.

Pure: rows of the changes feed go in, with their bodies, and what is to be told comes out. Only the fields of the few
documents that people edit are remembered; the first change that is seen of one names all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.document import ChangeRow
from mosaicfs.model.ids import file_id, kind_of, pair_of, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs_control.events.event import Happening
from mosaicfs_control.rest.objects import members_of

MOST_NAMED = 200

EDITED: Mapping[str, str] = MappingProxyType(
    {
        "node": "node.changed",
        "virtual_directory": "directory.changed",
        "label_rule": "label_rule.changed",
        "plugin": "plugin.changed",
        "storage_backend": "storage_backend.changed",
        "replication_rule": "replication_rule.changed",
        "pin": "pin.changed",
        "credential": "credential.changed",
        "settings": "settings.changed",
    }
)
"""Documents that a person changes, and what is told of it."""

ABOUT_FILES: Mapping[str, str] = MappingProxyType(
    {"label_assignment": "labels.changed", "annotation": "annotations.changed", "replica": "replicas.changed"}
)


class _Source(Struct):
    node_id: str
    export_parent: str


class _File(Struct):
    source: _Source
    status: str


@dataclass(slots=True)
class _Sum:
    counts: dict[str, int] = field(default_factory=lambda: {"added": 0, "modified": 0, "deleted": 0})
    items: list[JsonObject] = field(default_factory=list)

    def add(self, doc_id: str, change: str, export_parent: str) -> None:
        self.counts[change] += 1
        if len(self.items) < MOST_NAMED:
            self.items.append({"file_id": doc_id, "change": change, "export_parent": export_parent})

    def data(self, node_id: str) -> JsonObject:
        truncated = sum(self.counts.values()) > len(self.items)
        return {"node_id": node_id, **self.counts, "items": list(self.items), "truncated": truncated}


@dataclass(slots=True)
class Memory:
    """What was last seen: members of edited documents, phases of crawls and of replications by node."""

    members: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    replications: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Gathering:
    """Of about a second."""

    memory: Memory
    now_s: float
    in_doubt: list[str] = field(default_factory=list)
    """Documents with more than one leaf: whether they are in conflict is for the store to say."""
    _files: dict[str, _Sum] = field(default_factory=dict)
    _about: dict[str, dict[str, None]] = field(default_factory=dict)
    _others: list[Happening] = field(default_factory=list)

    @property
    def is_bulky(self) -> bool:
        """Whether it holds sums, of which there is one a second at most."""
        return bool(self._files or self._about)

    def take(self, row: ChangeRow) -> None:
        """A document that cannot be read tells nothing."""
        if len(row.revs) > 1:
            self.in_doubt.append(row.id)
        try:
            self._take(row, kind_of(row.id) or "")
        except (msgspec.DecodeError, MalformedDocumentError, BadTimeError):
            return

    def happenings(self) -> list[Happening]:
        sums = [Happening("files.changed", each.data(node_id), node_id) for node_id, each in self._files.items()]
        about = [Happening(kind, _named(list(file_ids))) for kind, file_ids in self._about.items()]
        return [*sums, *about, *self._others]

    def _take(self, row: ChangeRow, kind: str) -> None:
        if kind == "file":
            self._take_file(row)
        elif kind in ABOUT_FILES:
            self._about.setdefault(ABOUT_FILES[kind], {})[file_id(pair_of(row.id).first)] = None
        elif kind in EDITED:
            self._take_edited(row, EDITED[kind])
        elif kind == "notification" and row.document is not None and not row.deleted:
            shown = {**members_of(row.document), "notification_id": tail_of(row.id)}
            self._others.append(Happening("notification.changed", shown, pair_of(row.id).first))
        elif kind == "agent_status" and row.document is not None and not row.deleted:
            self._take_status(row)
        elif kind == "utilization_snapshot" and not row.deleted:
            node_id = pair_of(row.id).first
            self._others.append(Happening("storage.changed", {"node_id": node_id}, node_id))

    def _take_file(self, row: ChangeRow) -> None:
        """A tombstone is of a file that was deleted long ago, and says no more where."""
        if row.document is None or row.deleted:
            return
        file = msgspec.json.decode(row.document.body, type=_File)
        change = "deleted" if file.status == "deleted" else "added" if _is_first(row) else "modified"
        self._files.setdefault(file.source.node_id, _Sum()).add(row.id, change, file.source.export_parent)

    def _take_edited(self, row: ChangeRow, told: str) -> None:
        before = self.memory.members.pop(row.id, {})
        after: Mapping[str, bytes] = {}
        if row.document is not None and not row.deleted:
            raw = msgspec.json.decode(row.document.body, type=dict[str, msgspec.Raw])
            after = self.memory.members[row.id] = {name: bytes(value) for name, value in raw.items()}
        fields = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        change = "deleted" if row.deleted else "created" if _is_first(row) else "updated"
        data: dict[str, Any] = {"id": tail_of(row.id), "change": change, "fields": [] if row.deleted else fields}
        if (path := after.get("virtual_path", before.get("virtual_path"))) is not None:
            data["virtual_path"] = msgspec.json.decode(path)
        self._others.append(Happening(told, data, _node_of(row.id)))

    def _take_status(self, row: ChangeRow) -> None:
        assert row.document is not None
        told = wire.decode(row.id, row.document.body)
        assert isinstance(told, AgentStatus)
        node_id = tail_of(row.id)
        if (crawler := told.subsystems.get("crawler")) is not None:
            self._take_crawl(node_id, crawler.unknown)
        if (replication := told.subsystems.get("replication")) is not None:
            before = self.memory.replications.get(node_id)
            self.memory.replications[node_id] = replication.status
            if before not in (None, replication.status):
                data: JsonObject = {"node_id": node_id, "state": replication.status}
                self._others.append(Happening("replication.state", data, node_id))

    def _take_crawl(self, node_id: str, counted: JsonObject) -> None:
        phase = str(counted.get("phase") or "idle")
        before = self.memory.phases.get(node_id, "idle")
        self.memory.phases[node_id] = phase
        if before == phase == "idle":
            return
        word = "started" if before == "idle" else "finished" if phase == "idle" else "progress"
        began = counted.get("started_at")
        elapsed_s = max(0, int(self.now_s - instant(began) / 1_000_000)) if isinstance(began, str) else 0
        data: JsonObject = {
            "node_id": node_id,
            "files_seen": counted.get("seen", 0),
            "changed": counted.get("changed", 0),
            "elapsed_s": elapsed_s,
        }
        self._others.append(Happening(f"crawl.{word}", data, node_id))


def _is_first(row: ChangeRow) -> bool:
    return row.revs[0].startswith("1-")


def _node_of(doc_id: str) -> str | None:
    match kind_of(doc_id):
        case "node":
            return tail_of(doc_id)
        case "plugin" if pair_of(doc_id).second:
            return pair_of(doc_id).first
    return None


def _named(file_ids: list[str]) -> JsonObject:
    return {"file_ids": list(file_ids[:MOST_NAMED]), "count": len(file_ids), "truncated": len(file_ids) > MOST_NAMED}

"""Questions about the instance: directories, nodes, plugins, backends, rules, notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mosaicfs.model.credential import Credential
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import EVERY_NODE, tail_of
from mosaicfs.model.label import LabelRule
from mosaicfs.model.node import Node, NodeStatus
from mosaicfs.model.notification import Notification, Severity, Standing
from mosaicfs.model.pin import Pin
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.questions.files import within
from mosaicfs.model.questions.question import Key
from mosaicfs.model.replication_rule import ReplicationRule
from mosaicfs.model.storage_backend import BackendMode, StorageBackend
from mosaicfs.model.times import instant, ordered
from mosaicfs.model.utilization import UtilizationSnapshot


@dataclass(frozen=True, slots=True)
class DirectoriesIn:
    """By name: the directories directly in one directory."""

    kinds: ClassVar = ("virtual_directory",)
    parent_path: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, VirtualDirectory) and noun.parent_path == self.parent_path

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, VirtualDirectory)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class AllDirectories:
    """By name."""

    kinds: ClassVar = ("virtual_directory",)

    def matches(self, noun: object) -> bool:
        return isinstance(noun, VirtualDirectory)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, VirtualDirectory)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class NodesByStatus:
    kinds: ClassVar = ("node",)
    status: NodeStatus | None = None

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Node) and self.status in (None, noun.status)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class NodesWithCapability:
    kinds: ClassVar = ("node",)
    capability: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Node) and self.capability in noun.capabilities

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesystemsOf:
    """Those that a node owns."""

    kinds: ClassVar = ("filesystem",)
    owning_node_id: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Filesystem) and noun.owning_node_id == self.owning_node_id

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class FilesystemsAt:
    """Those that a node has in its own file system, its own or mounted."""

    kinds: ClassVar = ("filesystem",)
    node_id: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Filesystem) and any(place.node_id == self.node_id for place in noun.availability)

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class EnabledCredentials:
    kinds: ClassVar = ("credential",)

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Credential) and noun.enabled

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class SnapshotsOf:
    """Oldest first; both bounds are included."""

    kinds: ClassVar = ("utilization_snapshot",)
    node_id: str
    since: str | None = None
    until: str | None = None

    def matches(self, noun: object) -> bool:
        if not (isinstance(noun, UtilizationSnapshot) and noun.node_id == self.node_id):
            return False
        return within(noun.captured_at, self.since, self.until)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, UtilizationSnapshot)
        return (ordered(noun.captured_at), doc_id)


@dataclass(frozen=True, slots=True)
class LabelRulesFor:
    """Enabled rules for a node or for every node, by path prefix."""

    kinds: ClassVar = ("label_rule",)
    node_id: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, LabelRule) and noun.enabled and noun.node_id in (self.node_id, EVERY_NODE)

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, LabelRule)
        return (noun.path_prefix, doc_id)


@dataclass(frozen=True, slots=True)
class PluginsOf:
    """By name: the plugins of a node and all shared settings."""

    kinds: ClassVar = ("plugin",)
    node_id: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, SharedPlugin) or (isinstance(noun, Plugin) and noun.node_id == self.node_id)

    def key(self, doc_id: str, noun: object) -> Key:
        return (noun.plugin_name if isinstance(noun, Plugin) else tail_of(doc_id), doc_id)


@dataclass(frozen=True, slots=True)
class BackendsHostedBy:
    """By name; None are those that any node may run."""

    kinds: ClassVar = ("storage_backend",)
    node_id: str | None

    def matches(self, noun: object) -> bool:
        return isinstance(noun, StorageBackend) and noun.hosting_node_id == self.node_id

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, StorageBackend)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class BackendsByMode:
    """By name."""

    kinds: ClassVar = ("storage_backend",)
    mode: BackendMode

    def matches(self, noun: object) -> bool:
        return isinstance(noun, StorageBackend) and noun.mode == self.mode

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, StorageBackend)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class PinsOf:
    """By name."""

    kinds: ClassVar = ("pin",)
    node_id: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, Pin) and noun.node_id == self.node_id

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, Pin)
        return (noun.name, doc_id)


@dataclass(frozen=True, slots=True)
class ReplicationRulesTo:
    kinds: ClassVar = ("replication_rule",)
    target_name: str

    def matches(self, noun: object) -> bool:
        return isinstance(noun, ReplicationRule) and noun.target_name == self.target_name

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


@dataclass(frozen=True, slots=True)
class EnabledReplicationRules:
    kinds: ClassVar = ("replication_rule",)

    def matches(self, noun: object) -> bool:
        return isinstance(noun, ReplicationRule) and noun.enabled

    def key(self, doc_id: str, noun: object) -> Key:
        return (doc_id,)


_GRAVEST_FIRST = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Notifications:
    """Gravest first, then those seen last; `node_id` is the source. None asks for all."""

    kinds: ClassVar = ("notification",)
    status: Standing | None = None
    severity: Severity | None = None
    node_id: str | None = None

    def matches(self, noun: object) -> bool:
        if not isinstance(noun, Notification):
            return False
        return (
            self.status in (None, noun.status)
            and self.severity in (None, noun.severity)
            and self.node_id in (None, noun.source.node_id)
        )

    def key(self, doc_id: str, noun: object) -> Key:
        assert isinstance(noun, Notification)
        return (_GRAVEST_FIRST[noun.severity], -instant(noun.last_seen), doc_id)

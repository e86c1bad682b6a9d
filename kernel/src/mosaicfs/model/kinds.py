"""Every document type and the noun that holds it."""

from __future__ import annotations

from mosaicfs.model.access import Access
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.backup_schedule import BackupSchedule
from mosaicfs.model.credential import Credential
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.file import File
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import PREFIXES
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.node import Node
from mosaicfs.model.notification import Notification
from mosaicfs.model.noun import Noun
from mosaicfs.model.peering_agreement import PeeringAgreement
from mosaicfs.model.pin import Pin
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.replica import Replica
from mosaicfs.model.replication_rule import ReplicationRule
from mosaicfs.model.settings import Settings
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.utilization import UtilizationSnapshot

NOUNS: dict[str, type[Noun]] = {
    "file": File,
    "virtual_directory": VirtualDirectory,
    "node": Node,
    "filesystem": Filesystem,
    "credential": Credential,
    "agent_status": AgentStatus,
    "utilization_snapshot": UtilizationSnapshot,
    "label_assignment": LabelAssignment,
    "label_rule": LabelRule,
    "plugin": Plugin,
    "annotation": Annotation,
    "access": Access,
    "storage_backend": StorageBackend,
    "replication_rule": ReplicationRule,
    "replica": Replica,
    "notification": Notification,
    "peering_agreement": PeeringAgreement,
    "federated_import": FederatedImport,
    "pin": Pin,
    "settings": Settings,
    "backup_schedule": BackupSchedule,
}
"""By `type`. The settings that a plugin shares have a noun of their own, `SharedPlugin`."""

_BY_PREFIX = {prefix: NOUNS[kind] for prefix, kind in PREFIXES.items()}


def noun_of(doc_id: str) -> type[Noun] | None:
    """What a document of this id holds; None where the prefix is of a newer version."""
    prefix, colons, tail = doc_id.partition("::")
    if prefix == "plugin" and "::" not in tail:
        return SharedPlugin if colons else None
    return _BY_PREFIX.get(prefix) if colons else None

"""Names of documents: which type an `_id` speaks of, how one is put together and taken apart, how new ones are made.

The prefix alone names the type, also where there is no body. New ids are UUIDv7, so their first digits are a clock:
nothing may be sharded or shortened by them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import NamedTuple, TypeAlias

from mosaicfs.model.times import Clock, hour_text

Randomness: TypeAlias = Callable[[int], int]
"""A number of so many random bits."""

LONGEST_ID = 1024
_control_character = re.compile(r"[\x00-\x1f\x7f-\x9f]").search

ROOT_ID = "dir::root"
SETTINGS_ID = "settings::instance"
CONTROL_PLANE = "control_plane"
EVERY_NODE = "*"

PREFIXES = {
    "file": "file",
    "dir": "virtual_directory",
    "node": "node",
    "filesystem": "filesystem",
    "credential": "credential",
    "status": "agent_status",
    "utilization": "utilization_snapshot",
    "label_file": "label_assignment",
    "label_rule": "label_rule",
    "plugin": "plugin",
    "annotation": "annotation",
    "access": "access",
    "storage_backend": "storage_backend",
    "repl_rule": "replication_rule",
    "replica": "replica",
    "notification": "notification",
    "peering_agreement": "peering_agreement",
    "federated_import": "federated_import",
    "pin": "pin",
    "settings": "settings",
    "backup_schedule": "backup_schedule",
}
"""What stands before the first `::`, and the type it names."""

_PREFIX_OF = {kind: prefix for prefix, kind in PREFIXES.items()}


class PairId(NamedTuple):
    """An id of two parts after its prefix; the second may hold `::` itself."""

    first: str
    second: str


def kind_of(doc_id: str) -> str | None:
    """The document type; None for a prefix of a newer version and for `_design/`."""
    return PREFIXES.get(doc_id.partition("::")[0]) if "::" in doc_id else None


def prefix_of(kind: str) -> str:
    """What all ids of a known type begin with, `::` included."""
    return f"{_PREFIX_OF[kind]}::"


def tail_of(doc_id: str) -> str:
    """What follows the prefix: the UUID of a file, the name of a backend, the id of a node."""
    return doc_id.partition("::")[2]


def pair_of(doc_id: str) -> PairId:
    """Of `annotation::`, `replica::`, `notification::`, `utilization::`, `plugin::`; `second` is empty if absent."""
    first, _, second = tail_of(doc_id).partition("::")
    return PairId(first, second)


def id_trouble(doc_id: str) -> str:
    """What is wrong with an id of any document; empty where nothing is."""
    if not doc_id:
        return "is empty"
    if len(doc_id) > 256 and len(doc_id.encode()) > LONGEST_ID:
        return f"is longer than {LONGEST_ID} bytes"
    return "" if doc_id.isprintable() or not _control_character(doc_id) else "holds a control character"


# --- putting together ----------------------------------------------------------------------------------------------


def file_id(file_uuid: str) -> str:
    return f"file::{file_uuid}"


def directory_id(virtual_path: str) -> str:
    return ROOT_ID if virtual_path == "/" else f"dir::{sha256(virtual_path.encode()).hexdigest()}"


def node_doc_id(node_id: str) -> str:
    return f"node::{node_id}"


def filesystem_doc_id(filesystem_id: str) -> str:
    return f"filesystem::{filesystem_id}"


def credential_id(access_key_id: str) -> str:
    return f"credential::{access_key_id}"


def status_id(node_id: str) -> str:
    return f"status::{node_id}"


def utilization_id(node_id: str, captured_at: str) -> str:
    return f"utilization::{node_id}::{hour_text(captured_at)}"


def label_assignment_id(file_uuid: str) -> str:
    return f"label_file::{file_uuid}"


def label_rule_id(uuid: str) -> str:
    return f"label_rule::{uuid}"


def plugin_id(node_id: str, plugin_name: str) -> str:
    return f"plugin::{node_id}::{plugin_name}"


def shared_plugin_id(plugin_name: str) -> str:
    return f"plugin::{plugin_name}"


def annotation_id(file_uuid: str, plugin_name: str) -> str:
    return f"annotation::{file_uuid}::{plugin_name}"


def access_id(file_uuid: str) -> str:
    return f"access::{file_uuid}"


def storage_backend_id(name: str) -> str:
    return f"storage_backend::{name}"


def replication_rule_id(uuid: str) -> str:
    return f"repl_rule::{uuid}"


def replica_id(file_uuid: str, target_name: str) -> str:
    return f"replica::{file_uuid}::{target_name}"


def notification_id(source_id: str, condition_key: str) -> str:
    """A detail over 128 bytes is replaced by a digest; the document's `condition_key` keeps it whole."""
    name, colon, detail = condition_key.partition(":")
    if len(detail.encode()) > 128:
        detail = sha256(detail.encode()).hexdigest()[:32]
    return f"notification::{source_id}::{name}{colon}{detail}"


def peering_agreement_id(peer_instance_id: str) -> str:
    return f"peering_agreement::{peer_instance_id}"


def federated_import_id(uuid: str) -> str:
    return f"federated_import::{uuid}"


def pin_id(uuid: str) -> str:
    return f"pin::{uuid}"


def backup_schedule_id(name: str) -> str:
    return f"backup_schedule::{name}"


# --- making new ones -----------------------------------------------------------------------------------------------


def new_uuid(clock: Clock = time, randomness: Randomness = secrets.randbits) -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random ones."""
    return next(iter(new_uuids(1, clock, randomness)))


def new_uuids(count: int, clock: Clock = time, randomness: Randomness = secrets.randbits) -> list[str]:
    """Of one moment. Asking the system for randomness once costs less than asking for each."""
    moment = f"{int(clock() * 1000) & (1 << 48) - 1:012x}"
    stem = f"{moment[:8]}-{moment[8:]}-7"
    drawn = f"{randomness(_RANDOM * 4 * count):0{_RANDOM * count}x}"
    parts = (drawn[at : at + _RANDOM] for at in range(0, count * _RANDOM, _RANDOM))
    return [f"{stem}{part[:3]}-{_VARIANTS[part[3]]}{part[4:7]}-{part[7:]}" for part in parts]


_RANDOM = 19
"""Hex digits of randomness in a UUIDv7; the highest two bits of the fourth are not random."""
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}

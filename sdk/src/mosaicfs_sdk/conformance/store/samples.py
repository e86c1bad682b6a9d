"""Documents to write: plain notes of a type that nobody knows, and random ones of every type that questions ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TypeAlias
from uuid import UUID

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.json import Json

Fields: TypeAlias = dict[str, Json]
Sample: TypeAlias = tuple[str, Fields]

NODES = ("node-a", "node-b")
PARENTS = ("/", "/x", "/x/y", "/x-2", "/x/y/z", "/Ä")
LABELS = ("work", "Work", "Süden", "a", "\U0001f600")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-02T12:30:00Z", "2026-02-28T23:59:59Z", "2026-01-02T13:00:00+02:00")
MTIMES = ("2025-12-31T23:59:59.999999Z", "2026-01-01T00:00:00.000000Z", "2026-01-15T14:30:00.123456Z")
DIGESTS = ("blake3:" + "ab" * 32, "blake3:" + "cd" * 32)
INODES = (7, 2**40, 2**53 - 1)


def note(doc_id: str, rev: str = "", *, deleted: bool = False, **fields: Json) -> Document:
    """An edit of a document that means nothing to anybody."""
    return Document(doc_id, rev, wire.canonical({"type": "note", **fields}), deleted)


def replicated(doc_id: str, generation: int, *hashes: str, deleted: bool = False, **fields: Json) -> Document:
    """A revision as a peer sends it, with its path, newest first."""
    return note(doc_id, f"{generation}-{hashes[0]}", deleted=deleted, **fields)._replace(path=hashes)


def edit(sample: Sample, rev: str = "") -> Document:
    doc_id, fields = sample
    return Document(doc_id, rev, wire.canonical(fields))


def random_sample(random: Random) -> Sample:
    """Of few ids, so that the same document is met again and again."""
    return random.choice(_MAKERS)(random)


def _uuid(random: Random, most: int = 40) -> str:
    return str(UUID(int=0x018F6A7E3C2B7D119A540000_00000000 + random.randrange(most)))


def _maybe(random: Random, fields: Mapping[str, Json]) -> Fields:
    return {name: value for name, value in fields.items() if random.random() < 0.5}


def _file(random: Random) -> Sample:
    parent = random.choice(PARENTS)
    name = random.choice(("a.txt", "B.TXT", "b.txt", "übung.md", "y", "z-1", "straße"))
    path = f"{parent.rstrip('/')}/{name}"
    fields: Fields = {
        "type": "file",
        "inode": random.choice(INODES),
        "name": name,
        "source": {"node_id": random.choice(NODES), "export_path": path, "export_parent": parent},
        "size": random.choice((0, 1, 10, 1000, 2**40)),
        "mtime": random.choice(MTIMES),
        "status": "active",
    }
    fields |= _maybe(random, {"mime_type": random.choice(("text/plain", "text/html", "image/png"))})
    fields |= _maybe(random, {"digest": random.choice(DIGESTS)})
    if random.random() < 0.3:
        moved: Fields = {
            "node_id": random.choice(NODES),
            "export_path": "/x/a.txt",
            "migrated_at": random.choice(TIMES),
        }
        fields["migrated_from"] = moved
    if random.random() < 0.3:
        fields |= {"status": "deleted", "deleted_at": random.choice(TIMES), "deleted_reason": "gone"}
    return f"file::{_uuid(random)}", fields


def _directory(random: Random) -> Sample:
    number = random.randrange(12)
    name, parent = random.choice("abÄ"), random.choice(("/docs", "/docs/x", "/"))
    fields: Fields = {
        "type": "virtual_directory",
        "inode": random.choice(INODES),
        "virtual_path": f"{parent.rstrip('/')}/{name}",
        "name": name,
        "parent_path": parent,
        "created_at": random.choice(TIMES),
        "steps": [],
        "enforce_steps_on_children": False,
        "mounts": [],
    }
    return f"dir::{number:064x}", fields


def _node(random: Random) -> Sample:
    node_id = random.choice(NODES)
    fields: Fields = {
        "type": "node",
        "node_id": node_id,
        "friendly_name": "A machine",
        "platform": "linux",
        "version": "1.0.0",
        "status": random.choice(("online", "degraded", "disabled")),
        "last_heartbeat": random.choice(TIMES),
        "public_key": "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "sealing_key": "x25519:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
        "vfs_capable": True,
        "vfs_backend": "fuse",
        "capabilities": random.choice(([], ["search"], ["search", "dashboard_widget"])),
        "watch_paths": ["/x"],
        "transfer": {"endpoint": "192.168.1.20:7845", "protocol": "https"},
        "storage": [],
        "network_mounts": [],
    }
    return f"node::{node_id}", fields


def _filesystem(random: Random) -> Sample:
    owner, place = random.choice(NODES), random.choice(NODES)
    filesystem_id = f"{owner}::{random.choice('ab')}"
    at: Fields = {
        "node_id": place,
        "local_mount_path": "/x",
        "mount_type": "local",
        "last_seen": random.choice(TIMES),
    }
    fields: Fields = {
        "type": "filesystem",
        "filesystem_id": filesystem_id,
        "friendly_name": "A disk",
        "owning_node_id": owner,
        "export_root": "/",
        "availability": [at],
        "created_at": random.choice(TIMES),
    }
    return f"filesystem::{filesystem_id}", fields


def _credential(random: Random) -> Sample:
    key_id = f"MOSAICFS_{random.randrange(6):016X}"
    hashed = "$argon2id$v=19$m=65536,t=3,p=4$AAcOFRwjKjE4P0ZNVFtiaQ$BQwTGiEoLzY9REtSWWBnbnV8g4qRmJ+mrbS7wsnQ194"
    fields: Fields = {
        "type": "credential",
        "access_key_id": key_id,
        "secret_key_hash": f"argon2id:{hashed}",
        "sealed_signing_key": f"sealed1:{'YGFiY2Rl' * 10}",
        "name": "Scripts",
        "enabled": random.random() < 0.5,
        "created_at": random.choice(TIMES),
        "permissions": {"scope": "full"},
    }
    return f"credential::{key_id}", fields


def _assignment(random: Random) -> Sample:
    uuid = _uuid(random, 12)
    labels = random.sample(LABELS, random.randrange(1, 4))
    fields: Fields = {"type": "label_assignment", "file_id": f"file::{uuid}", "labels": labels}
    fields |= {"updated_at": random.choice(TIMES), "updated_by": "MOSAICFS_7F3A9B2C1D4E5F6A"}
    return f"label_file::{uuid}", fields


def _label_rule(random: Random) -> Sample:
    fields: Fields = {
        "type": "label_rule",
        "node_id": random.choice((*NODES, "*")),
        "path_prefix": random.choice(("/x/", "/X/", "/Ä/")),
        "labels": [random.choice(LABELS)],
        "name": "A rule",
        "enabled": random.random() < 0.5,
        "created_at": random.choice(TIMES),
    }
    return f"label_rule::{_uuid(random, 6)}", fields


def _plugin(random: Random) -> Sample:
    name, node_id = random.choice(("ocr", "Fulltext".lower(), "mail@work")), random.choice(NODES)
    if random.random() < 0.3:
        shared: Fields = {"type": "plugin", "plugin_name": name, "name": "Shared", "settings": {}}
        return f"plugin::{name}", shared | {"created_at": random.choice(TIMES)}
    fields: Fields = {
        "type": "plugin",
        "node_id": node_id,
        "plugin_name": name,
        "name": "A plugin",
        "plugin_type": "socket",
        "enabled": random.random() < 0.5,
        "subscribed_events": ["file.added"],
        "mime_globs": [],
        "config": {},
        "workers": 2,
        "timeout_s": 60,
        "max_attempts": 3,
        "created_at": random.choice(TIMES),
    }
    return f"plugin::{node_id}::{name}", fields


def _annotation(random: Random) -> Sample:
    uuid, plugin = _uuid(random, 12), random.choice(("ocr", "exif"))
    data: Fields = {"camera": random.choice(("x", "y", 1, True)), "deep": {"n": random.randrange(3)}, "tiny": 1e-07}
    fields: Fields = {
        "type": "annotation",
        "file_id": f"file::{uuid}",
        "plugin_name": plugin,
        "source": {"node_id": random.choice(NODES)},
        "data": _maybe(random, data),
        "status": "ok",
        "annotated_at": random.choice(TIMES),
        "updated_at": random.choice(TIMES),
    }
    return f"annotation::{uuid}::{plugin}", fields


def _access(random: Random) -> Sample:
    uuid = _uuid(random, 12)
    fields: Fields = {
        "type": "access",
        "file_id": f"file::{uuid}",
        "source": {"node_id": random.choice(NODES)},
        "last_access": random.choice(TIMES),
        "access_count": random.randrange(5),
    }
    return f"access::{uuid}", fields


def _backend(random: Random) -> Sample:
    name = random.choice(("offsite", "drive", "nas"))
    fields: Fields = {
        "type": "storage_backend",
        "name": name,
        "backend": "s3",
        "mode": random.choice(("source", "target")),
        "backend_config": {"bucket": "b"},
        "enabled": True,
        "created_at": random.choice(TIMES),
    }
    fields |= _maybe(random, {"hosting_node_id": random.choice(NODES)})
    return f"storage_backend::{name}", fields


def _replication_rule(random: Random) -> Sample:
    fields: Fields = {
        "type": "replication_rule",
        "name": "A rule",
        "target_name": random.choice(("offsite", "drive")),
        "source": {"node_id": "*"},
        "steps": [],
        "default_result": "include",
        "enabled": random.random() < 0.5,
        "created_at": random.choice(TIMES),
        "updated_at": random.choice(TIMES),
    }
    return f"repl_rule::{_uuid(random, 6)}", fields


def _replica(random: Random) -> Sample:
    uuid, target = _uuid(random, 12), random.choice(("offsite", "drive"))
    fields: Fields = {
        "type": "replica",
        "file_id": f"file::{uuid}",
        "target_name": target,
        "source": {"node_id": random.choice(NODES)},
        "backend": "s3",
        "remote_key": "k",
        "replicated_at": random.choice(TIMES),
        "source_mtime": random.choice(MTIMES),
        "source_size": random.randrange(5),
        "status": "current",
    }
    if random.random() < 0.4:
        fields |= {"status": "pending_deletion", "delete_after": random.choice(TIMES)}
    return f"replica::{uuid}::{target}", fields


def _notification(random: Random) -> Sample:
    node_id, key = random.choice(NODES), random.choice(("disk_full", "late"))
    fields: Fields = {
        "type": "notification",
        "condition_key": key,
        "source": {"node_id": node_id, "component": "store"},
        "severity": random.choice(("info", "warning", "error")),
        "status": random.choice(("active", "resolved")),
        "title": "Something",
        "message": "It happened.",
        "first_seen": TIMES[0],
        "last_seen": random.choice(TIMES),
        "activated_at": TIMES[0],
        "occurrence_count": 1,
    }
    return f"notification::{node_id}::{key}", fields


def _pin(random: Random) -> Sample:
    fields: Fields = {
        "type": "pin",
        "node_id": random.choice(NODES),
        "name": random.choice(("Trip", "Work", "Ärger")),
        "enabled": True,
        "created_at": random.choice(TIMES),
        "scope": {"path": "/documents"},
        "budget_bytes": 1000,
        "priority": 0,
    }
    return f"pin::{_uuid(random, 6)}", fields


def _snapshot(random: Random) -> Sample:
    node_id, hour = random.choice(NODES), random.randrange(5)
    fields: Fields = {"type": "utilization_snapshot", "node_id": node_id, "filesystems": []}
    fields["captured_at"] = f"2026-01-02T{hour:02}:00:0{random.randrange(3)}Z"
    return f"utilization::{node_id}::2026-01-02T{hour:02}:00:00Z", fields


def _unknown(random: Random) -> Sample:
    fields: Fields = {"type": "recipe", "status": random.choice(("raw", "done")), "n": random.randrange(3)}
    return f"recipe::{random.randrange(4)}", fields


_MAKERS: tuple[Callable[[Random], Sample], ...] = (
    *(_file,) * 6,
    _directory,
    _node,
    _filesystem,
    _credential,
    *(_assignment,) * 2,
    _label_rule,
    _plugin,
    *(_annotation,) * 2,
    *(_access,) * 2,
    _backend,
    _replication_rule,
    *(_replica,) * 2,
    _notification,
    _pin,
    _snapshot,
    _unknown,
)

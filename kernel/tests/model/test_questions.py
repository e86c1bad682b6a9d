"""Which documents answer a question, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mosaicfs import wire
from mosaicfs.model import questions as q
from mosaicfs.model.ids import PREFIXES, kind_of
from mosaicfs.model.unknown import Unknown

T = "2026-02-16T09:00:00Z"
SOON = "2026-02-16T10:00:00+01:00"
"""The same moment as `T`."""


def file(path: str, node_id: str = "n1", **fields: Any) -> dict[str, Any]:
    parent, _, name = path.rpartition("/")
    source = {"node_id": node_id, "export_path": path, "export_parent": parent or "/"}
    given = {"inode": 1000, "name": name, "source": source, "size": 5, "mtime": "2026-01-15T14:30:00.123456Z"}
    return given | {"status": "active"} | fields


def deleted(path: str, at: str) -> dict[str, Any]:
    return file(path, status="deleted", deleted_at=at, deleted_reason="gone")


def about(uuid: str, **fields: Any) -> dict[str, Any]:
    return {"file_id": f"file::{uuid}", "source": {"node_id": "n1"}} | fields


def replica(uuid: str, target: str, status: str) -> dict[str, Any]:
    when = {"replicated_at": T, "source_mtime": T, "source_size": 1}
    return about(uuid, target_name=target, backend="s3", remote_key="k", status=status, **when)


def annotation(uuid: str, plugin: str, data: Any) -> dict[str, Any]:
    return about(uuid, plugin_name=plugin, data=data, status="ok", annotated_at=T, updated_at=T)


def directory(path: str, parent: str | None) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {"inode": 1, "virtual_path": path, "name": name, "parent_path": parent, "created_at": T, "mounts": []}


def node(status: str, capabilities: list[str]) -> dict[str, Any]:
    keys = {"public_key": "ed25519:x", "sealing_key": "x25519:x", "transfer": {"endpoint": "h:1", "protocol": "https"}}
    facts = {"platform": "linux", "version": "1", "vfs_capable": False, "watch_paths": [], "last_heartbeat": T}
    return {"node_id": "n", "friendly_name": "N", "status": status, "capabilities": capabilities} | keys | facts


def filesystem(owner: str, *at: str) -> dict[str, Any]:
    places = [{"node_id": n, "local_mount_path": "/m", "mount_type": "nfs", "last_seen": T} for n in at]
    names = {"filesystem_id": "x", "friendly_name": "X", "owning_node_id": owner, "export_root": "/"}
    return names | {"availability": places, "created_at": T}


def credential(*, enabled: bool) -> dict[str, Any]:
    secret = {"secret_key_hash": "h", "sealed_signing_key": "s", "permissions": {"scope": "full"}}
    return {"access_key_id": "k", "name": "K", "enabled": enabled, "created_at": T} | secret


def label_rule(node_id: str, prefix: str, *, enabled: bool = True) -> dict[str, Any]:
    what = {"labels": ["work"], "name": "R", "enabled": enabled, "created_at": T}
    return {"node_id": node_id, "path_prefix": prefix} | what


def plugin(node_id: str, name: str) -> dict[str, Any]:
    what = {"plugin_type": "python", "enabled": True, "created_at": T}
    return {"node_id": node_id, "plugin_name": name, "name": "P"} | what


def backend(name: str, mode: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "backend": "s3", "mode": mode, "enabled": True, "created_at": T} | fields


def replication_rule(target: str, *, enabled: bool) -> dict[str, Any]:
    times = {"created_at": T, "updated_at": T}
    return {"name": "R", "target_name": target, "enabled": enabled, "source": {"node_id": "*"}} | times


def notification(node_id: str, severity: str, status: str, seen: str) -> dict[str, Any]:
    words = {"condition_key": "c", "title": "t", "message": "m", "severity": severity, "status": status}
    times = {"first_seen": T, "last_seen": seen, "activated_at": T, "occurrence_count": 1}
    return {"source": {"node_id": node_id, "component": "store"}} | words | times


DOCUMENTS: Mapping[str, dict[str, Any]] = {
    "file::a": file("/d/b.txt", size=7, mime_type="text/plain", digest="blake3:00"),
    "file::b": file("/d/a.PNG", size=7, mime_type="image/png", inode=1001, mtime="2026-01-15T14:30:00Z"),
    "file::c": file("/d/sub/c.txt", size=9, mtime="2026-01-15T15:00:00+02:00"),
    "file::d": file("/dd/d.txt"),
    "file::e": file("/d/b.txt", "n2", migrated_from={"node_id": "n1", "export_path": "/old", "migrated_at": T}),
    "file::f": deleted("/d/gone.txt", T),
    "file::g": deleted("/d/older.txt", "2026-02-15T09:00:00Z") | {"digest": "blake3:00"},
    "dir::root": directory("/", None) | {"inode": 1001},
    "dir::1": directory("/z", "/"),
    "dir::2": directory("/a", "/"),
    "dir::3": directory("/a/b", "/a"),
    "node::n1": node("online", ["search"]),
    "node::n2": node("disabled", []),
    "filesystem::n1::x": filesystem("n1", "n1", "n2"),
    "filesystem::n2::y": filesystem("n2", "n2"),
    "credential::a": credential(enabled=True),
    "credential::b": credential(enabled=False),
    "utilization::n1::1": {"node_id": "n1", "captured_at": T},
    "utilization::n1::2": {"node_id": "n1", "captured_at": "2026-02-15T09:00:00Z"},
    "utilization::n2::1": {"node_id": "n2", "captured_at": T},
    "label_file::a": about("a", labels=["work", "q3"], updated_at=T, updated_by="k"),
    "label_file::b": about("b", labels=["Work"], updated_at=T, updated_by="k"),
    "label_rule::1": label_rule("*", "/z/"),
    "label_rule::2": label_rule("n1", "/a/"),
    "label_rule::3": label_rule("n1", "/a/", enabled=False),
    "label_rule::4": label_rule("n2", "/a/"),
    "annotation::a::exif": annotation("a", "exif", {"iso": 100, "flash": True, "tags": ["x", "y"]}),
    "annotation::b::exif": annotation("b", "exif", {"iso": 1}),
    "annotation::a::ai": annotation("a", "ai", {"iso": 100}),
    "access::a": about("a", last_access=T, access_count=1),
    "access::b": about("b", last_access="2026-02-15T09:00:00Z", access_count=1),
    "replica::a::s3": replica("a", "s3", "current"),
    "replica::b::s3": replica("b", "s3", "stale"),
    "replica::a::nas": replica("a", "nas", "current"),
    "plugin::n1::zip": plugin("n1", "zip"),
    "plugin::n2::zip": plugin("n2", "zip"),
    "plugin::exif": {"settings": {}},
    "storage_backend::s3": backend("s3", "target", hosting_node_id="n1"),
    "storage_backend::drive": backend("drive", "source", hosting_node_id="n1"),
    "storage_backend::any": backend("any", "target"),
    "pin::1": {"node_id": "n1", "name": "B", "created_at": T, "scope": {"path": "/"}},
    "pin::2": {"node_id": "n1", "name": "A", "created_at": T, "scope": {"labels": ["x"]}},
    "pin::3": {"node_id": "n2", "name": "A", "created_at": T, "scope": {"search": "x"}},
    "repl_rule::1": replication_rule("s3", enabled=True),
    "repl_rule::2": replication_rule("s3", enabled=False),
    "repl_rule::3": replication_rule("nas", enabled=True),
    "notification::n1::a": notification("n1", "warning", "active", T),
    "notification::n1::b": notification("n1", "error", "resolved", "2026-02-15T09:00:00Z"),
    "notification::n2::c": notification("n2", "error", "active", T),
    "notification::n2::d": notification("n2", "info", "active", T),
}
NOUNS = {
    doc_id: wire.decode(doc_id, wire.canonical({"type": kind_of(doc_id)} | document))
    for doc_id, document in DOCUMENTS.items()
}

ANSWERS: list[tuple[q.Question, str]] = [
    (q.FileAt("n1", "/d/b.txt"), "file::a"),
    (q.FileAt("n1", "/d/gone.txt"), ""),
    (q.FileAt("n1", "/d/gone.txt", None), "file::f"),
    (q.FilesUnder("n1", "/d"), "file::b file::a file::c"),
    (q.FilesUnder("n1", "/d/b.txt"), "file::a"),
    (q.FilesUnder("n1", "/", "deleted"), "file::f file::g"),
    (q.FilesIn("n1", "/d"), "file::b file::a"),
    (q.FilesOf("n1"), "file::a file::b file::c file::d"),
    (q.FilesOf("n2", None), "file::e"),
    (q.FilesNamed("A.P"), "file::b"),
    (q.FilesNamed("?.txt", "glob"), "file::a file::e file::c file::d"),
    (q.FilesNamed("^[ab]", "regex"), "file::b file::a file::e"),
    (q.FilesOfType("image/png"), "file::b"),
    (q.FilesOfType("text/*"), "file::a"),
    (q.FilesBySize(6), "file::a file::b file::c"),
    (q.FilesBySize(0, 7), "file::d file::e file::a file::b"),
    (q.FilesByMtime(None, "2026-01-15T14:30:00Z"), "file::c file::b"),
    (q.FilesByMtime("2026-01-15T13:00:01Z", "2026-01-15T14:30:00Z"), "file::b"),
    (q.ByInode(1001), "dir::root file::b"),
    (q.FilesByDigest("blake3:00"), "file::a"),
    (q.FilesByDigest("blake3:00", None), "file::a file::g"),
    (q.FilesMigratedFrom("n1", "/old"), "file::e"),
    (q.FilesDeletedBefore("2026-02-16T09:00:01Z"), "file::g file::f"),
    (q.FilesDeletedBefore(SOON), "file::g"),
    (q.DirectoriesIn("/"), "dir::2 dir::1"),
    (q.AllDirectories(), "dir::root dir::2 dir::3 dir::1"),
    (q.NodesByStatus("online"), "node::n1"),
    (q.NodesByStatus(), "node::n1 node::n2"),
    (q.NodesWithCapability("search"), "node::n1"),
    (q.FilesystemsOf("n2"), "filesystem::n2::y"),
    (q.FilesystemsAt("n2"), "filesystem::n1::x filesystem::n2::y"),
    (q.EnabledCredentials(), "credential::a"),
    (q.SnapshotsOf("n1"), "utilization::n1::2 utilization::n1::1"),
    (q.SnapshotsOf("n1", SOON, SOON), "utilization::n1::1"),
    (q.AssignmentsWithLabel("work"), "label_file::a"),
    (q.LabelRulesFor("n1"), "label_rule::2 label_rule::1"),
    (q.AnnotationsOf("exif"), "annotation::a::exif annotation::b::exif"),
    (q.AnnotationsOf("exif", "tags"), "annotation::a::exif"),
    (q.AnnotationsOf("exif", "tags", "y"), "annotation::a::exif"),
    (q.AnnotationsOf("exif", "iso", 100.0), "annotation::a::exif"),
    (q.AnnotationsOf("exif", "iso", True), ""),
    (q.AnnotationsOf("exif", "iso", "100"), ""),
    (q.AccessBetween(), "access::b access::a"),
    (q.AccessBetween(until="2026-02-15T10:00:00+01:00"), "access::b"),
    (q.ReplicasOn("s3"), "replica::a::s3 replica::b::s3"),
    (q.ReplicasOn("s3", "stale"), "replica::b::s3"),
    (
        q.DocumentsOfFile("a"),
        "access::a annotation::a::ai annotation::a::exif label_file::a replica::a::nas replica::a::s3",
    ),
    (q.PluginsOf("n1"), "plugin::exif plugin::n1::zip"),
    (q.BackendsHostedBy("n1"), "storage_backend::drive storage_backend::s3"),
    (q.BackendsHostedBy(None), "storage_backend::any"),
    (q.BackendsByMode("target"), "storage_backend::any storage_backend::s3"),
    (q.PinsOf("n1"), "pin::2 pin::1"),
    (q.ReplicationRulesTo("s3"), "repl_rule::1 repl_rule::2"),
    (q.EnabledReplicationRules(), "repl_rule::1 repl_rule::3"),
    (q.Notifications("active"), "notification::n2::c notification::n1::a notification::n2::d"),
    (q.Notifications(severity="error"), "notification::n2::c notification::n1::b"),
    (q.Notifications(node_id="n1"), "notification::n1::b notification::n1::a"),
]


@pytest.mark.parametrize(("question", "expected"), ANSWERS, ids=str)
def test_the_right_documents_answer_in_the_right_order(question: q.Question, expected: str) -> None:
    found = [doc_id for doc_id, noun in NOUNS.items() if question.matches(noun)]
    assert sorted(found, key=lambda doc_id: question.key(doc_id, NOUNS[doc_id])) == expected.split()


@pytest.mark.parametrize(("question", "expected"), ANSWERS, ids=str)
def test_a_key_belongs_to_one_document_of_the_kinds_named(question: q.Question, expected: str) -> None:
    assert set(question.kinds) <= set(PREFIXES.values())
    for doc_id in expected.split():
        assert kind_of(doc_id) in question.kinds
        assert question.key(doc_id, NOUNS[doc_id])[-1] == doc_id


def test_every_question_is_asked_here() -> None:
    asked = {type(question).__name__ for question, _ in ANSWERS}
    assert asked == set(q.__all__) - {"Key", "Question"}


@pytest.mark.parametrize(("question", "expected"), ANSWERS, ids=str)
def test_what_nobody_understands_answers_nothing(question: q.Question, expected: str) -> None:
    assert not question.matches(Unknown({"type": "hologram"}))

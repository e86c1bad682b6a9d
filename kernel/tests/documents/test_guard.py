"""What each writer may put where. Times are given, and the server is a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.documents.guard import Refusal, Verdict, judged
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.ids import kind_of
from mosaicfs.model.role import BROWSER, CONTROL, MIRROR, UPSTREAM, Role, node_role
from mosaicfs.model.times import instant
from mosaicfs.model.unknown import Unknown

T = "2026-02-16T09:00:00Z"
NOW = instant(T) / 1_000_000
N1, N2 = node_role("n1"), node_role("n2")
Body = dict[str, Any]
Server = dict[str, Document]


def doc(doc_id: str, body: Body, *, deleted: bool = False) -> Document:
    kind = kind_of(doc_id)
    return Document(doc_id, "1-a", wire.canonical(({"type": kind} if kind else {}) | body), deleted)


def tombstone(doc_id: str, body: Body | None = None) -> Document:
    return Document(doc_id, "2-b", wire.canonical(body or {}), deleted=True)


def file(uuid: str, owner: str, **fields: Any) -> Document:
    source = {"node_id": owner, "export_path": "/a", "export_parent": "/"}
    facts = {"inode": 1000, "name": "a", "size": 1, "mtime": T, "status": "active"}
    return doc(f"file::{uuid}", {"source": source} | facts | fields)


def annotation(uuid: str, owner: str, plugin: str = "p", **fields: Any) -> Document:
    facts = {"data": {}, "status": "ok", "annotated_at": T, "updated_at": T}
    names = {"file_id": f"file::{uuid}", "plugin_name": plugin, "source": {"node_id": owner}}
    return doc(f"annotation::{uuid}::{plugin}", names | facts | fields)


def replica(uuid: str, owner: str, target: str = "t", **fields: Any) -> Document:
    facts = {"backend": "s3", "remote_key": "k", "replicated_at": T, "source_mtime": T, "source_size": 1}
    names = {"file_id": f"file::{uuid}", "target_name": target, "source": {"node_id": owner}, "status": "current"}
    return doc(f"replica::{uuid}::{target}", names | facts | fields)


def access(uuid: str, owner: str, **fields: Any) -> Document:
    facts = {"file_id": f"file::{uuid}", "source": {"node_id": owner}, "last_access": T, "access_count": 1}
    return doc(f"access::{uuid}", facts | fields)


def status(node_id: str, names: str | None = None) -> Document:
    lists: Body = {"subsystems": {}, "recent_errors": [], "available_plugins": [], "watch_paths": []}
    return doc(f"status::{node_id}", {"node_id": names or node_id, "updated_at": T, "overall": "healthy"} | lists)


def snapshot(node_id: str, names: str | None = None, at: str = T) -> Document:
    return doc(f"utilization::{node_id}::h", {"node_id": names or node_id, "captured_at": at})


def notification(source_id: str, names: str | None = None, **fields: Any) -> Document:
    words = {"condition_key": "c", "severity": "info", "status": "active", "title": "t", "message": "m"}
    times = {"first_seen": T, "last_seen": T, "activated_at": T, "occurrence_count": 1}
    source = {"node_id": names or source_id, "component": "store"}
    return doc(f"notification::{source_id}::c", {"source": source} | words | times | fields)


def backend(host: str | None) -> Document:
    facts = {"name": "t", "backend": "s3", "mode": "target", "enabled": True, "created_at": T}
    return doc("storage_backend::t", facts | ({"hosting_node_id": host} if host else {}))


def hologram(owner: Body) -> Document:
    return doc("hologram::1", {"type": "hologram"} | owner)


def verdict(role: Role, new: Document, *there: Document) -> Verdict | Refusal:
    server = {document.id: document for document in there}
    return judged(role, new, server.get(new.id), server.get, lambda: NOW)


def error(role: Role, new: Document, *there: Document) -> str:
    found = verdict(role, new, *there)
    return found.error if isinstance(found, Refusal) else ""


# --- structure and schema ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [CONTROL, UPSTREAM, N1])
@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (Document("", "", b"{}"), "doc_validation"),
        (Document("a\x00", "", b"{}"), "doc_validation"),
        (Document("a" * 1025, "", b"{}"), "doc_validation"),
        (Document("_design/x", "", b"{}"), "forbidden"),
        (Document("hologram::1", "", b'{"_secret":1,"type":"hologram"}'), "doc_validation"),
        (Document("hologram::1", "", b"[]"), "doc_validation"),
        (Document("hologram::1", "2-y", b'{"type":"hologram"}', path=("x", "y")), "doc_validation"),
        (Document("hologram::1", "", b'{"type":"%s"}' % (b"h" * 8_000_000)), "document_too_large"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_structure_is_asked_of_everybody(role: Role, new: Document, expected: str) -> None:
    assert error(role, new) == expected


@pytest.mark.parametrize(
    ("new", "named"),
    [
        (doc("file::1", {"type": "node"}), "type: "),
        (doc("hologram::1", {"type": "file"}), "type: 'file' does not fit"),
        (doc("hologram::1", {}), "type: is missing"),
        (doc("hologram::1", {"type": 7}), "type: is not a string"),
        (doc("file::1", {"inode": 7}), "name: is missing"),
        (file("1", "n1", size="big"), "size: expected"),
        (tombstone("file::1", {"type": "node"}), "type: 'node' does not fit"),
        (tombstone("file::1", {"type": 7}), "type: is not a string"),
        (tombstone("hologram::1", {"type": "file"}), "type: 'file' does not fit"),
    ],
    ids=lambda value: str(value)[:60],
)
@pytest.mark.parametrize("role", [CONTROL, N1])
def test_a_body_holds_what_its_type_promises(role: Role, new: Document, named: str) -> None:
    found = verdict(role, new)
    assert isinstance(found, Refusal)
    assert found.error == "doc_validation"
    assert named in found.reason


def test_control_writes_everything_and_gets_the_noun_for_its_trouble() -> None:
    assert isinstance(verdict(CONTROL, file("1", "n1")), File)
    assert isinstance(verdict(CONTROL, hologram({})), Unknown)
    assert error(CONTROL, backend(None)) == ""


@pytest.mark.parametrize("role", [CONTROL, UPSTREAM])
@pytest.mark.parametrize("body", [{}, {"type": "file"}, {"type": "file", "source": {"node_id": "n2"}, "extra": 1}])
def test_a_tombstone_may_be_empty(role: Role, body: Body) -> None:
    assert verdict(role, tombstone("file::1", body), file("1", "n1")) is None


def test_what_the_server_has_judged_is_not_judged_again() -> None:
    assert error(UPSTREAM, doc("file::1", {"type": "node", "size": "big"})) == ""


@pytest.mark.parametrize("role", [BROWSER, MIRROR])
@pytest.mark.parametrize("new", [file("1", "n1"), hologram({}), tombstone("file::1")], ids=str)
def test_browsers_and_mirrors_write_nothing(role: Role, new: Document) -> None:
    assert error(role, new) == "forbidden"


def test_facts_of_a_plugin_are_limited() -> None:
    room = 1024 * 1024 - len('{"x":""}')
    assert error(N1, annotation("1", "n1", data={"x": "a" * room})) == ""
    assert error(N1, annotation("1", "n1", data={"x": "a" * (room + 1)})) == "document_too_large"


# --- what a node owns ----------------------------------------------------------------------------------------------

RETIRED = doc("settings::instance", {"deleted_files_retention_days": 90, "utilization_retention_days": 0})
ACKNOWLEDGED = {"acknowledged_at": T, "acknowledged_by": "owner", "acknowledges": T}
N1_FILE, N2_FILE = file("1", "n1"), file("1", "n2")

ACCEPTED: list[tuple[Document, tuple[Document, ...]]] = [
    (file("1", "n1"), ()),
    (file("1", "n1", size=2), (N1_FILE,)),
    (file("1", "n1"), (tombstone("file::1", {"source": {"node_id": "n2"}}),)),
    (annotation("1", "n1"), (N2_FILE,)),
    (annotation("1", "n1", status="failed"), (annotation("1", "n1"), N2_FILE)),
    (annotation("1", "n1"), (annotation("1", "n2"), N1_FILE)),
    (tombstone("annotation::1::p"), (annotation("1", "n1"), N2_FILE)),
    (tombstone("annotation::1::p"), (annotation("1", "n2"), N1_FILE)),
    (tombstone("annotation::1::p", {"source": {"node_id": "n1"}}), ()),
    (replica("1", "n1"), ()),
    (replica("1", "n1"), (replica("1", "n2"), N1_FILE)),
    (replica("1", "n1"), (replica("1", "n2"), N2_FILE, backend("n1"))),
    (tombstone("replica::1::t"), (replica("1", "n2"), backend("n1"))),
    (access("1", "n1"), (access("1", "n2"), N2_FILE)),
    (tombstone("access::1"), (access("1", "n2"), N1_FILE)),
    (tombstone("access::1", {"source": {"node_id": "n1"}}), ()),
    (status("n1"), (status("n1"),)),
    (snapshot("n1"), ()),
    (snapshot("n1", at="2025-11-18T10:00:00Z"), ()),
    (snapshot("n1", at="2005-11-18T10:00:00Z"), (RETIRED,)),
    (notification("n1"), ()),
    (notification("n1", **ACKNOWLEDGED), (notification("n1", **ACKNOWLEDGED),)),
    (notification("n1"), (notification("n1", **ACKNOWLEDGED),)),
    (tombstone("notification::n1::c", {"source": {"node_id": "n1"}}), (notification("n1"),)),
    (hologram({"node_id": "n1"}), ()),
    (hologram({"source": {"node_id": "n1"}}), (hologram({"node_id": "n1"}),)),
]

REFUSED: list[tuple[Document, tuple[Document, ...], str]] = [
    (file("1", "n2"), (), "names n2 as its owner"),
    (file("1", "n1"), (N2_FILE,), "belongs to n2"),
    (file("1", "n1", inode=1001), (N1_FILE,), "inode is set once"),
    (tombstone("file::1", {"source": {"node_id": "n1"}}), (N1_FILE,), "only the control plane prunes"),
    (tombstone("file::1", {"source": {"node_id": "n1"}}), (), "only the control plane prunes"),
    (annotation("1", "n2"), (), "names n2 as its owner"),
    (annotation("1", "n1"), (annotation("1", "n2"), N2_FILE), "another node wrote it"),
    (annotation("1", "n1"), (annotation("1", "n2"),), "another node wrote it"),
    (annotation("1", "n1", plugin_name="q"), (), "does not fit file_id and plugin_name"),
    (annotation("1", "n1", file_id="file::2"), (), "does not fit file_id and plugin_name"),
    (tombstone("annotation::1::p", {"source": {"node_id": "n1"}}), (annotation("1", "n2"), N2_FILE), "another node"),
    (tombstone("annotation::1::p", {"source": {"node_id": "n2"}}), (), "another node"),
    (tombstone("annotation::1::p"), (), "another node"),
    (replica("1", "n1"), (replica("1", "n2"), N2_FILE, backend("n2")), "neither the file nor the target"),
    (replica("1", "n1"), (replica("1", "n2"), backend(None)), "neither the file nor the target"),
    (replica("1", "n2"), (backend("n1"),), "names n2 as its owner"),
    (replica("1", "n1", target_name="u"), (), "does not fit file_id and target_name"),
    (access("1", "n2"), (), "names n2 as its owner"),
    (access("1", "control_plane"), (), "names control_plane as its owner"),
    (access("1", "n1", file_id="file::2"), (), "does not fit file_id"),
    (tombstone("access::1", {"source": {"node_id": "n1"}}), (access("1", "n1"), N2_FILE), "only the owner of the file"),
    (status("n2"), (), "names n2 as its owner"),
    (status("n2", "n1"), (), "_id names another node"),
    (status("n1", "n2"), (), "names n2 as its owner"),
    (snapshot("n2", "n1"), (), "_id names another node"),
    (snapshot("n1", at="2025-11-18T08:59:59Z"), (), "kept for 90 days"),
    (notification("n2", "n1"), (), "_id names another source"),
    (notification("control_plane", "n1"), (), "_id names another source"),
    (notification("n1", "control_plane"), (), "names control_plane as its owner"),
    (notification("n1", acknowledged_by="n1"), (), "only the control plane acknowledges"),
    (notification("n1", **ACKNOWLEDGED), (notification("n1"),), "only the control plane acknowledges"),
    (notification("n1", acknowledges=T), (notification("n1", acknowledges="2026-01-01T00:00:00Z"),), "acknowledges"),
    (notification("n1", status="resolved", resolved_at="2025-11-18T08:59:59Z"), (), "more than 90 days ago"),
    (hologram({"node_id": "n2"}), (), "names n2 as its owner"),
    (hologram({}), (), "names nobody as its owner"),
    (hologram({"source": {"node_id": "n2"}, "node_id": "n1"}), (), "names n2 as its owner"),
    (hologram({"node_id": "n1"}), (hologram({"node_id": "n2"}),), "belongs to n2"),
    (tombstone("hologram::1", {"node_id": "n1"}), (hologram({"source": {"node_id": "n2"}}),), "belongs to n2"),
    (tombstone("hologram::1"), (hologram({"node_id": "n1"}),), "names nobody"),
    (backend("n1"), (), "only the control plane writes documents of type storage_backend"),
    (tombstone("node::n1", {"node_id": "n1"}), (), "only the control plane writes documents of type node"),
    (tombstone("credential::K"), (), "only the control plane writes documents of type credential"),
]


@pytest.mark.parametrize(("new", "there"), ACCEPTED, ids=lambda value: str(value)[:80])
def test_a_node_writes_its_own(new: Document, there: tuple[Document, ...]) -> None:
    assert error(N1, new, *there) == ""


@pytest.mark.parametrize(("new", "there", "why"), REFUSED, ids=lambda value: str(value)[:80])
def test_a_node_is_refused_the_rest_with_the_rule_in_words(
    new: Document, there: tuple[Document, ...], why: str
) -> None:
    found = verdict(N1, new, *there)
    assert isinstance(found, Refusal)
    assert found.error == "forbidden"
    assert why in found.reason


# --- any sequence of pushes ----------------------------------------------------------------------------------------

OTHERS: Mapping[str, Document] = {
    document.id: document
    for document in [
        file("theirs", "n2"),
        annotation("theirs", "n2"),
        replica("theirs", "n2"),
        access("theirs", "n2"),
        status("n2"),
        snapshot("n2"),
        notification("n2"),
        notification("control_plane"),
        hologram({"node_id": "n2"}),
        backend("n2"),
        doc(
            "label_rule::1",
            {"node_id": "*", "path_prefix": "/", "labels": ["x"], "name": "R", "enabled": True, "created_at": T},
        ),
        doc("settings::instance", {"deleted_files_retention_days": 90, "utilization_retention_days": 90}),
    ]
}
owners = st.sampled_from(["n1", "n2", "control_plane"])
makers = st.sampled_from([file, annotation, replica, access])
uuids = st.sampled_from(["theirs", "mine", "new"])


@st.composite
def pushes(draw: st.DrawFn) -> Document:
    made = draw(
        st.builds(lambda make, uuid, owner: make(uuid, owner), makers, uuids, owners)
        | st.builds(
            lambda make, at, owner: make(at, owner), st.sampled_from([status, snapshot, notification]), owners, owners
        )
        | st.builds(lambda owner: hologram({"node_id": owner}), owners)
        | st.builds(lambda owner, under: hologram({"source": {"node_id": owner}, "node_id": under}), owners, owners)
        | st.sampled_from(list(OTHERS.values()))
    )
    if draw(st.booleans()):
        return made
    left = draw(st.sampled_from([made.body, b"{}", b'{"source":{"node_id":"n1"}}', b'{"node_id":"n1"}']))
    return made._replace(body=left, deleted=True)


@given(st.lists(pushes(), max_size=12))
def test_no_sequence_of_pushes_touches_what_belongs_to_somebody_else(sequence: list[Document]) -> None:
    server: Server = {**OTHERS, "file::mine": file("mine", "n1")}
    for new in sequence:
        if not isinstance(judged(N1, new, server.get(new.id), server.get, lambda: NOW), Refusal):
            server[new.id] = new
    assert not server["access::theirs"].deleted
    assert {doc_id: server[doc_id] for doc_id in OTHERS if doc_id != "access::theirs"} == {
        doc_id: document for doc_id, document in OTHERS.items() if doc_id != "access::theirs"
    }


@given(st.lists(pushes(), max_size=12))
def test_the_owner_can_go_on_after_any_sequence_of_a_stranger(sequence: list[Document]) -> None:
    server: Server = dict(OTHERS)
    for new in sequence:
        if not isinstance(judged(N1, new, server.get(new.id), server.get, lambda: NOW), Refusal):
            server[new.id] = new
    for new in (file("theirs", "n2", size=9), annotation("theirs", "n2", status="failed"), status("n2")):
        assert error(N2, new, *server.values()) == ""

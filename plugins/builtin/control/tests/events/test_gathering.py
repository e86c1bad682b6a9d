"""What changes of documents are told as."""

from __future__ import annotations

from typing import Any

from mosaicfs import wire
from mosaicfs.model.document import ChangeRow, Document
from mosaicfs.model.json import JsonObject
from mosaicfs_control.events.gathering import MOST_NAMED, Gathering, Memory
from plugins.builtin.control.tests.api.seeds import file, file_id, node, notification, status


def row(doc_id: str, body: JsonObject, number: int = 1, *, deleted: bool = False, leaves: int = 1) -> ChangeRow:
    revs = tuple(f"{number}-{leaf:032x}" for leaf in range(leaves))
    document = Document(doc_id, revs[0], wire.canonical(body), deleted=deleted)
    return ChangeRow("1-x", doc_id, revs, deleted, document)


def told(*rows: ChangeRow, memory: Memory | None = None) -> list[tuple[str, Any, str | None]]:
    gathering = Gathering(memory or Memory(), 1_768_487_500.0)
    for each in rows:
        gathering.take(each)
    return [(each.type, each.data, each.node_id) for each in gathering.happenings()]


def test_files_become_one_sum_a_node() -> None:
    deleted: JsonObject = {"status": "deleted", "deleted_at": "2026-01-16T00:00:00Z", "deleted_reason": "gone"}
    found = told(
        row(file_id(1), file("/a/new")),
        row(file_id(2), file("/a/changed"), 2),
        row(file_id(3), {**file("/a/gone"), **deleted}, 3),
        row(file_id(4), file("/b/other", node_id="node-nas")),
        row(file_id(5), {}, 4, deleted=True),
    )
    assert [(kind, node_id) for kind, _, node_id in found] == [
        ("files.changed", "node-laptop"),
        ("files.changed", "node-nas"),
    ]
    data = found[0][1]
    assert (data["added"], data["modified"], data["deleted"], data["truncated"]) == (1, 1, 1, False)
    assert data["items"][0] == {"file_id": file_id(1), "change": "added", "export_parent": "/a"}


def test_a_sum_names_no_more_than_two_hundred_files() -> None:
    ((_, data, _),) = told(*(row(file_id(n), file(f"/a/{n}")) for n in range(MOST_NAMED + 1)))
    assert (data["added"], len(data["items"]), data["truncated"]) == (MOST_NAMED + 1, MOST_NAMED, True)


def test_a_change_of_something_edited_names_its_fields() -> None:
    memory = Memory()
    ((kind, data, node_id),) = told(row("node::node-nas", node("node-nas")), memory=memory)
    assert (kind, data["id"], data["change"], node_id) == ("node.changed", "node-nas", "created", "node-nas")
    renamed = node("node-nas", friendly_name="Attic")
    ((_, data, _),) = told(row("node::node-nas", renamed, 2), memory=memory)
    assert data == {"id": "node-nas", "change": "updated", "fields": ["friendly_name"]}
    ((_, data, _),) = told(row("node::node-nas", {}, 3, deleted=True), memory=memory)
    assert data == {"id": "node-nas", "change": "deleted", "fields": []}


def test_a_notification_is_told_whole() -> None:
    body = notification("error", last_seen="2026-01-15T14:30:00Z")
    ((kind, data, node_id),) = told(row("notification::node-laptop::a:b", body))
    assert (kind, node_id) == ("notification.changed", "node-laptop")
    assert data == {**body, "notification_id": "node-laptop::a:b"}


def test_files_of_one_kind_of_document_are_named_once() -> None:
    rows = [row(f"annotation::{n % 3}::p{n}", {}) for n in range(9)]
    assert told(*rows) == [
        ("annotations.changed", {"file_ids": ["file::0", "file::1", "file::2"], "count": 3, "truncated": False}, None)
    ]


def test_a_crawl_begins_goes_on_and_ends_once() -> None:
    memory = Memory()

    def crawl(phase: str, seen: int) -> list[tuple[str, Any, str | None]]:
        crawler: JsonObject = {
            "status": "healthy",
            "since": "2026-01-15T14:30:00Z",
            "phase": phase,
            "seen": seen,
            "changed": 1,
            "started_at": "2026-01-15T14:31:00Z",
        }
        return told(row("status::node-nas", status("node-nas", subsystems={"crawler": crawler}), 2), memory=memory)

    assert crawl("idle", 0) == []
    assert [kind for kind, _, _ in crawl("walking", 1)] == ["crawl.started"]
    ((kind, data, node_id),) = crawl("deleting", 7)
    assert (kind, node_id) == ("crawl.progress", "node-nas")
    assert data == {"node_id": "node-nas", "files_seen": 7, "changed": 1, "elapsed_s": 40}
    assert [kind for kind, _, _ in crawl("idle", 7)] == ["crawl.finished"]
    assert crawl("idle", 7) == []


def test_what_cannot_be_read_tells_nothing() -> None:
    assert told(row(file_id(1), {"type": "file"}), row("status::x", {"type": "agent_status"}), row("odd", {})) == []


def test_more_than_one_leaf_is_worth_a_second_look() -> None:
    gathering = Gathering(Memory(), 0.0)
    gathering.take(row("node::node-nas", node("node-nas"), leaves=2))
    gathering.take(row("node::node-a", node("node-a")))
    assert gathering.in_doubt == ["node::node-nas"]

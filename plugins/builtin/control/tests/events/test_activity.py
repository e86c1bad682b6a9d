"""Activity: what is significant, added up so that a busy folder is one line an hour."""

from __future__ import annotations

from pathlib import Path

from mosaicfs.model.json import JsonObject
from mosaicfs_control.events.activity import deeds_of, together
from mosaicfs_control.events.event import Happening
from mosaicfs_control.events.events import DEEDS_KEPT_S, open_events

NOW = "2026-01-15T14:30:00Z"
HOUR_S = 3_600


def changed(*folders: str, **members: int | bool) -> Happening:
    items = [{"file_id": f"file::{n}", "change": "added", "export_parent": folder} for n, folder in enumerate(folders)]
    data: JsonObject = {"node_id": "node-nas", "added": len(items), "modified": 0, "deleted": 0, "truncated": False}
    return Happening("files.changed", {**data, "items": items, **members}, "node-nas")


def test_changes_are_told_by_folder() -> None:
    deeds = deeds_of(changed("/a", "/b", "/a"), NOW)
    assert [(deed.path, deed.counts["added"], deed.title) for deed in deeds] == [
        ("/a", 2, "2 added in /a"),
        ("/b", 1, "1 added in /b"),
    ]


def test_changes_in_very_many_folders_are_told_of_what_they_share() -> None:
    (deed,) = deeds_of(changed(*(f"/srv/media/{n}" for n in range(11))), NOW)
    assert (deed.path, deed.counts["added"]) == ("/srv/media", 11)
    (deed,) = deeds_of(changed("/srv/a", "/srv/b", added=5_000, truncated=True), NOW)
    assert (deed.path, deed.title) == ("/srv", "5,000 added in /srv")


def test_what_a_peer_calls_a_folder_harms_nobody() -> None:
    (deed,) = deeds_of(changed("/srv/a", "b", truncated=True), NOW)
    assert deed.path == "/"


def test_changes_of_an_hour_are_added_up() -> None:
    (first,), (second,) = deeds_of(changed("/a"), NOW), deeds_of(changed("/a", "/a"), "2026-01-15T14:59:59Z")
    (later,) = deeds_of(changed("/a"), "2026-01-15T15:00:00Z")
    assert first.key == second.key != later.key
    assert together(first, second).title == "3 added in /a"


def test_only_notices_that_call_for_somebody_are_told() -> None:
    def told(**members: str) -> int:
        data: JsonObject = {"notification_id": "n::a", "status": "active", "severity": "error", "title": "t", **members}
        return len(deeds_of(Happening("notification.changed", data, "n"), NOW))

    assert [told(), told(status="resolved"), told(severity="info")] == [1, 0, 0]


async def test_entries_are_kept_for_a_month_and_added_up_on_disk(tmp_path: Path) -> None:
    now = [1_768_487_400.0]
    async with open_events(tmp_path, lambda: now[0]) as events:
        events.publish_all([changed("/a")], "p")
        await events.write_due()
        events.publish_all([changed("/a", "/a"), Happening("node.changed", {"id": "node-x", "change": "created"})], "p")
        await events.write_due()
        deeds = await events.activity(None, 10)
        assert [deed.title for deed in deeds] == ["node-x joined", "3 added in /a"]
        assert [deed.title for deed in await events.activity("node-nas", 10)] == ["3 added in /a"]
        kinds = [event.type for event in (await events.read(0, ("activity",), None, 10)).events]
        assert len(kinds) == 3
    now[0] += DEEDS_KEPT_S - HOUR_S
    async with open_events(tmp_path, lambda: now[0]) as events:
        assert len(await events.activity(None, 10)) == 2
    now[0] += 2 * HOUR_S
    async with open_events(tmp_path, lambda: now[0]) as events:
        assert await events.activity(None, 10) == []

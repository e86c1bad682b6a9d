"""Events reach a plugin and are never lost; what it says becomes annotations, and nothing else writes them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import pytest
import trio

from kernel.tests.services.annotating.desk import NAME, NODE, NOW_S, Desk, desk_at, soon, subscribed
from mosaicfs.errors import DisconnectedError, EntryUnreadableError, MosaicError, OptionsError, SourceUnavailableError
from mosaicfs.model.access import Access
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.ids import access_id, annotation_id, file_id, label_assignment_id, plugin_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.owner import Owner
from mosaicfs.model.plugin import DispatchRule
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.step import Step
from mosaicfs.model.times import mtime_text, time_text
from mosaicfs.services.annotate import FAILED, PLUGIN_JOBS, PLUGIN_RETRY, PLUGIN_SYNC
from mosaicfs.services.annotating.following import FULL

AFTER = time_text(int((NOW_S + 30) * 1e6))
LATER = mtime_text(int((NOW_S + 60) * 1e9))


def named(event: Event, entry: Entry | None) -> JsonObject | None:
    return {"name": entry.name} if entry is not None else None


async def ask(desk: Desk, kind: str, **args: object) -> JsonObject:
    with trio.fail_after(20):
        return await desk.annotating.by_kind()[kind]({"plugin_name": NAME, **args}, lambda told: None)  # type: ignore[dict-item]


async def test_what_a_plugin_says_of_a_file_becomes_its_annotation(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        uuid = await desk.add("/home/report.txt")
        assert await desk.settled() == ["file.added"]
        note = await desk.note(uuid)
        assert note is not None
        assert (note.data, note.status, note.source_size) == ({"name": "report.txt"}, "ok", 3)
        assert desk.heard[0].sequence == 1
        assert desk.heard[0].payload["content_path"] is None


async def test_changes_moves_and_deletions_are_told_as_what_they_are(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        uuid = await desk.add("/home/a.txt")
        await desk.settled()
        await desk.change(uuid, mtime=LATER, size=9)
        await desk.settled()
        await desk.move(uuid, "/home/b.txt")
        await desk.settled()
        await desk.change(uuid, status="deleted", deleted_at=AFTER)
        assert await desk.settled() == ["file.added", "file.modified", "file.moved", "file.deleted"]
        assert desk.heard[2].payload["moved_from"] == "/home/a.txt"
        assert desk.heard[3].payload["export_path"] == "/home/b.txt"


async def test_an_equal_answer_is_not_written_again(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        uuid = await desk.add()
        await desk.settled()
        before = await desk.store.get(annotation_id(uuid, NAME))
        await ask(desk, PLUGIN_SYNC, force=True)
        assert await desk.settled() == ["file.added", "file.added"]
        assert await desk.store.get(annotation_id(uuid, NAME)) == before


async def test_who_asks_anew_is_told_in_a_hurry_that_it_is_over(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        await desk.add()
        await desk.settled()
        assert desk.standing.hurries == 0
        await ask(desk, PLUGIN_SYNC, force=True)
        assert desk.standing.hurries == 1
        with trio.fail_after(20):
            while desk.standing.hurries < 2:  # noqa: ASYNC110 - it is counted anew now and then
                await trio.sleep(0.1)


async def test_nothing_to_say_takes_away_what_was_said_and_none_keeps_it(tmp_path: Path) -> None:
    answers: list[JsonObject | None] = [{"a": 1}, None, {}]
    async with desk_at(tmp_path, lambda event, entry: answers.pop(0)) as desk:
        uuid = await desk.add()
        await desk.settled()
        await desk.change(uuid, size=4)
        await desk.settled()
        kept = await desk.note(uuid)
        assert kept is not None
        assert kept.source_size == 3
        await desk.change(uuid, size=5)
        await desk.settled()
        assert await desk.note(uuid) is None


# --- what goes wrong ---------------------------------------------------------------------------------------------


async def test_who_asks_for_time_is_asked_again_and_gives_up_in_the_end(tmp_path: Path) -> None:
    def away(event: Event, entry: Entry | None) -> JsonObject | None:
        raise SourceUnavailableError("The model")

    async with desk_at(tmp_path, away) as desk:
        uuid = await desk.add()
        for _ in range(3):
            await desk.settled()
            desk.later(100)
        await desk.settled()
        assert [event.attempt for event in desk.heard] == [1, 2, 3]
        note = await desk.note(uuid)
        assert note is not None
        assert (note.status, note.data) == ("failed", {})
        assert f"{FAILED}:{NAME}" in desk.notices.holding
        assert desk.standing.troubles
        (job,) = cast(list[JsonObject], (await ask(desk, PLUGIN_JOBS, status="failed"))["items"])
        assert job["file_id"] == file_id(uuid)
        desk.answer = named
        assert await ask(desk, PLUGIN_RETRY) == {"requeued": 1}
        await desk.settled()
        well = await desk.note(uuid)
        assert well is not None
        assert well.status == "ok"


@pytest.mark.parametrize("error", [EntryUnreadableError("file::x", "it is torn"), RuntimeError("boom")])
async def test_a_file_that_cannot_be_read_is_not_tried_again(tmp_path: Path, error: Exception) -> None:
    def torn(event: Event, entry: Entry | None) -> JsonObject | None:
        raise error if isinstance(error, MosaicError) else EntryUnreadableError("file::x", str(error))

    async with desk_at(tmp_path, torn) as desk:
        uuid = await desk.add()
        await desk.settled()
        note = await desk.note(uuid)
        assert note is not None
        assert note.status == "failed"
        assert len(desk.heard) == 1


async def test_a_plugin_that_is_paused_keeps_its_jobs(tmp_path: Path) -> None:
    def misconfigured(event: Event, entry: Entry | None) -> JsonObject | None:
        desk.roll.put(subscribed(standing="paused"))
        raise OptionsError(NAME, "endpoint is no address")

    async with desk_at(tmp_path, misconfigured) as desk:
        uuid = await desk.add()
        await desk.settled()
        assert (await desk.queue.counts())[NAME].pending == 1
        desk.answer = named
        desk.roll.put(subscribed())
        desk.later(100)
        await desk.settled()
        assert await desk.note(uuid) is not None
        assert [event.attempt for event in desk.heard] == [1, 1]


async def test_an_answer_that_is_too_large_is_a_failed_annotation(tmp_path: Path) -> None:
    async with desk_at(tmp_path, lambda event, entry: {"text": "x" * (1 << 20)}) as desk:
        uuid = await desk.add()
        await desk.settled()
        note = await desk.note(uuid)
        assert note is not None
        assert (note.status, note.data) == ("failed", {})


async def test_a_file_that_kills_the_agent_is_tried_as_often_as_is_allowed(tmp_path: Path) -> None:
    uuid, heard, note = "", 0, None
    for _ in range(5):
        async with desk_at(tmp_path, named) as desk:
            uuid = uuid or await desk.add()
            await desk.settled()
            heard += len(desk.heard)
            note = await desk.note(uuid)
            if note is None or note.status == "failed":
                break
            await desk.lose_at_work(uuid)
    assert note is not None
    assert note.status == "failed"
    assert heard <= 3


# --- full sync ---------------------------------------------------------------------------------------------------


async def test_a_second_full_sync_asks_nothing_and_a_forced_one_asks_everything(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        for number in range(3):
            await desk.add(f"/home/{number}.txt")
        await desk.settled()
        for _ in range(2):
            await ask(desk, PLUGIN_SYNC)
            assert len(await desk.settled()) == 3
        told = await ask(desk, PLUGIN_SYNC, force=True)
        assert told["plugins"] == {NAME: {"processed": 3, "failed": 0}}
        assert len(desk.heard) == 6


async def test_a_full_sync_asks_about_what_is_not_current(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        uuids = [await desk.add(f"/home/{number}.txt") for number in range(3)]
        await desk.settled()
        found = await desk.store.get(annotation_id(uuids[0], NAME))
        assert found is not None
        gone = Document(found.id, found.rev, found.body, deleted=True)
        await desk.store.write([gone], writer=node_role(NODE))
        await ask(desk, PLUGIN_SYNC)
        await desk.settled()
        assert [event.payload["file_id"] for event in desk.heard[3:]] == [file_id(uuids[0])]
        desk.roll.put(subscribed(annotation_version=2))
        await ask(desk, PLUGIN_SYNC)
        assert len(await desk.settled()) == 7


async def test_a_full_sync_tells_how_far_it_is(tmp_path: Path) -> None:
    away, told = set[str](), list[JsonObject]()

    def answered(event: Event, entry: Entry | None) -> JsonObject | None:
        if entry is not None and entry.name in away:
            raise SourceUnavailableError("The model")
        return named(event, entry)

    async def is_far() -> bool:
        return bool(told) and told[-1]["counts"] == {"planned": 3, "done": 2, "failed": 0}

    events = ("file.added", "sync.started")
    async with desk_at(tmp_path, answered, subscribed(events=events)) as desk:
        for number in range(3):
            await desk.add(f"/home/{number}.txt")
        await desk.settled()
        away.add("2.txt")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(desk.annotating.sync, {"plugin_name": NAME, "force": True}, told.append))
            await soon(is_far)
            away.clear()
            desk.later(3_600)


async def test_a_sync_is_told_to_who_wants_to_hear_of_it_around_its_files(tmp_path: Path) -> None:
    events = ("file.added", "sync.completed", "sync.started")
    async with desk_at(tmp_path, named, subscribed(events=events, window=1)) as desk:
        await desk.settled()
        desk.heard.clear()
        await desk.add()
        await desk.settled()
        await ask(desk, PLUGIN_SYNC, force=True)
        assert await desk.settled() == ["file.added", "sync.started", "file.added", "sync.completed"]
        assert desk.heard[-1].payload == {"trigger": "manual", "processed": 1, "failed": 0}


async def test_a_lost_queue_begins_with_a_full_sync(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        await desk.add()
        await desk.settled()
    for name in ("plugin_jobs.db", "plugin_jobs.db-wal", "plugin_jobs.db-shm"):
        await trio.Path(tmp_path / name).unlink(missing_ok=True)
    async with desk_at(tmp_path, named) as desk:
        assert await desk.settled() == ["file.added"]


async def test_what_was_read_before_a_stop_is_not_told_again(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        await desk.add()
        await desk.settled()
    async with desk_at(tmp_path, named) as desk:
        await desk.add("/home/b.txt")
        assert await desk.settled() == ["file.added"]
        assert desk.heard[0].payload["name"] == "b.txt"


# --- who wants what ----------------------------------------------------------------------------------------------


async def test_types_owners_and_rules_choose_the_files(tmp_path: Path) -> None:
    big = DispatchRule(name="big", steps=(Step(op="size", unknown={"min_bytes": 100}),))
    rules = subscribed(plugin_name="big", dispatch_rules=(big,))
    images = subscribed(plugin_name="images", mime_globs=("image/*",))
    async with desk_at(tmp_path, named, images, rules) as desk:
        small = await desk.add("/home/a.png", mime_type="image/png")
        large = await desk.add("/home/b.txt", size=1_000)
        plain = await desk.add("/home/c", mime_type=None)
        await desk.settled()
        assert await desk.note(small, "images") is not None
        assert await desk.note(large, "images") is None
        assert await desk.note(plain, "images") is None
        assert await desk.note(small, "big") is None
        assert await desk.note(large, "big") is not None
        assert ("big",) in [event.matched_rules for event in desk.heard]


async def test_accesses_labels_and_directories_are_told_as_well(tmp_path: Path) -> None:
    events = ("access.updated", "file.added", "label.assigned", "label.removed")
    async with desk_at(tmp_path, named, subscribed(events=events, window=1)) as desk:
        uuid = await desk.add()
        await desk.settled()
        access = Access(file_id=file_id(uuid), source=Owner(node_id=NODE), last_access=AFTER, access_count=2)
        await desk.write(access_id(uuid), access)
        await desk.settled()
        labels = LabelAssignment(file_id=file_id(uuid), labels=("tax",), updated_at=AFTER, updated_by="me")
        await desk.write(label_assignment_id(uuid), labels)
        await desk.settled()
        await desk.remove(label_assignment_id(uuid))
        assert await desk.settled() == ["file.added", "access.updated", "label.assigned", "label.removed"]
        assert desk.heard[1].payload["access_count"] == 2
        assert desk.heard[2].payload["labels"] == ["tax"]


# --- too much, and too little ------------------------------------------------------------------------------------


async def test_a_full_queue_stops_the_reading_for_its_plugin_alone(tmp_path: Path) -> None:
    slow, quick = subscribed(standing="paused"), subscribed(plugin_name="quick")
    async with desk_at(tmp_path, named, slow, quick) as desk:
        desk.annotating.following.most_pending = 2
        desk.annotating.following.few_pending = 1
        uuids = []
        for number in range(5):
            uuids.append(await desk.add(f"/home/{number}.txt"))
            await soon(partial(desk.note, uuids[-1], "quick"))
        assert f"{FULL}:{NAME}" in desk.notices.holding
        assert await desk.queue.pending(NAME) < 5
        desk.roll.put(subscribed(), quick)
        for uuid in uuids:
            await soon(partial(desk.note, uuid))
        assert f"{FULL}:{NAME}" not in desk.notices.holding


async def test_a_plugin_whose_document_was_deleted_loses_what_waits_and_keeps_what_it_said(tmp_path: Path) -> None:
    async with desk_at(tmp_path, named) as desk:
        uuid = await desk.add()
        await desk.settled()
        desk.roll.put(subscribed(standing="paused"))
        await desk.change(uuid, size=8)
        await desk.settled()
        await desk.store.write(
            [Document(plugin_id(NODE, NAME), "", b'{"type":"plugin"}', deleted=True)], writer=CONTROL
        )
        desk.roll.put()
        await soon(desk.is_forgotten)
        assert await desk.queue.pending(NAME) == 0
        assert await desk.note(uuid) is not None


async def test_what_hangs_on_a_deleted_file_goes_a_day_later(tmp_path: Path) -> None:
    from mosaicfs.services.annotating.forgetting import Forgetting  # noqa: PLC0415 - beside the plugin

    async with desk_at(tmp_path, named, subscribed(events=("file.added",))) as desk:
        uuid = await desk.add()
        back = await desk.add("/home/b.txt")
        await desk.settled()
        await desk.change(uuid, status="deleted", deleted_at=AFTER)
        await desk.change(back, status="deleted", deleted_at=AFTER)
        forgetting = Forgetting(desk.store, NODE, lambda: desk.now[0])
        assert await forgetting.once() == 0
        await desk.change(back, status="active", deleted_at=None)
        desk.now[0] += 90_000 + 60
        assert await forgetting.once() == 1
        assert await desk.note(uuid) is None
        assert await desk.note(back) is not None


# --- sockets -----------------------------------------------------------------------------------------------------


async def test_what_a_lost_line_cut_off_is_no_attempt_and_comes_again_first(tmp_path: Path) -> None:
    lines = ["first", "second"]

    def cut(event: Event, entry: Entry | None) -> JsonObject | None:
        if lines and lines.pop():
            raise DisconnectedError(NAME)
        return named(event, entry)

    async with desk_at(tmp_path, cut, subscribed(in_order=True, window=1)) as desk:
        for number in range(3):
            await desk.add(f"/home/{number}.txt")
        await desk.settled()
        assert [event.sequence for event in desk.heard] == [1, 1, 1, 2, 3]
        assert {event.attempt for event in desk.heard} == {1}


async def test_who_wants_events_in_order_gets_them_so_and_a_lost_line_is_no_attempt(tmp_path: Path) -> None:
    def lost(event: Event, entry: Entry | None) -> JsonObject | None:
        desk.roll.put(subscribed(in_order=True, window=4, standing="disconnected"))
        raise SourceUnavailableError("The plugin notes")

    async with desk_at(tmp_path, lost, subscribed(in_order=True, window=4, standing="disconnected")) as desk:
        for number in range(12):
            await desk.add(f"/home/{number}.txt")
        await desk.settled()
        desk.roll.put(subscribed(in_order=True, window=4))
        desk.later(0)
        await desk.settled()
        assert 1 <= len(desk.heard) <= 4
        desk.heard.clear()
        desk.answer = named
        desk.roll.put(subscribed(in_order=True, window=4))
        await desk.settled()
        sequences = [event.sequence for event in desk.heard]
        assert sequences == sorted(sequences)
        assert len(sequences) == 12
        assert {event.attempt for event in desk.heard} == {1}

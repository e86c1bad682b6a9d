"""A hosted backend from its document to documents of its files, and what becomes of it when things go wrong."""

from __future__ import annotations

import pytest
import trio

from kernel.tests.services.backends.service import CREATED, NAME, NODE, Host, settled
from mosaicfs.errors import (
    AccessRefusedError,
    EntryGoneError,
    MosaicError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.model.crawling import Quota, Source, Usage
from mosaicfs.services.backends import hosted
from mosaicfs.services.backends.using import MOST_KINDS, NOTHING_USED


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted, "wait_after", lambda failures, asked_s=None: 0.01)


def fill(host: Host, files: int) -> None:
    for number in range(files):
        host.service.put(f"id-{number:04}", b"%d" % number, f"f/{number:04}.jpg")


async def test_files_of_a_backend_are_indexed_under_its_name(host: Host) -> None:
    host.service.put("id-1", b"one", "a/one.jpg")
    await host.save(backend_config={"bucket": "b"})
    async with host.running():
        item = await host.until("ok")
    [(path, (_, file))] = (await host.files()).items()
    assert (path, item["files"]) == ("/photos/a/one.jpg", 1)
    source = file.source
    assert (source.node_id, source.backend, source.native_id) == (NODE, NAME, "id-1")
    assert source.version == host.service.objects["id-1"].version
    assert host.service.asked == [("startup", None, {"bucket": "b"})]


async def test_a_second_listing_without_changes_writes_nothing(host: Host) -> None:
    fill(host, 30)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        before = (await host.store.info()).update_seq
        await backends.poll(NAME)
        assert (await host.store.info()).update_seq == before


async def test_the_cursor_comes_back_and_a_full_listing_has_none(host: Host) -> None:
    host.service.cursor = "c1"
    fill(host, 1)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        await backends.poll(NAME)
        await backends.poll(NAME, is_full=True)
        assert [(trigger, since) for trigger, since, _ in host.service.asked] == [
            ("startup", None),
            ("manual", "c1"),
            ("manual", None),
        ]


async def test_differences_that_a_full_listing_finds_beside_a_feed_are_drift(host: Host) -> None:
    host.service.cursor = "c1"
    fill(host, 3)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        host.service.put("id-9", b"nine", "f/nine.jpg")
        await backends.poll(NAME, is_full=True)
        assert host.item()["drift"] == 1


async def test_an_object_with_a_known_id_at_another_path_has_moved(host: Host) -> None:
    host.service.put("id-1", b"one", "a/one.jpg")
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        [(before, _)] = (await host.files()).values()
        host.service.put("id-1", b"one, and changed", "b/two.jpg")
        await backends.poll(NAME)
    [(path, (after, file))] = (await host.files()).items()
    assert (path, after, file.size) == ("/photos/b/two.jpg", before, 16)


async def test_what_is_gone_at_the_service_leaves_the_index(host: Host) -> None:
    fill(host, 8)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        del host.service.objects["id-0003"]
        await backends.poll(NAME)
    assert len(await host.files()) == 7


async def test_many_deletions_are_held_until_a_person_confirms(host: Host) -> None:
    fill(host, 300)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        for number in range(150):
            del host.service.objects[f"id-{number:04}"]
        await backends.poll(NAME)
        assert f"large_remote_deletion:{NAME}" in host.notices.holding
        assert len(await host.files()) == 300
        [hold] = backends.index.holds()
        assert (hold.path, hold.missing, hold.hold_id[:3]) == (NAME, 150, "sb-")
        await backends.index.confirm(hold.hold_id)
    assert len(await host.files()) == 150
    assert host.notices.holding == {}


async def test_a_listing_that_is_cut_deletes_nothing_and_keeps_the_cursor(host: Host) -> None:
    host.service.cursor = "c1"
    fill(host, 20)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        host.service.objects = {"id-0000": host.service.objects["id-0000"]}
        host.service.cut_after = 0
        with pytest.raises(EntryGoneError):
            await backends.poll(NAME)
        assert len(await host.files()) == 20
        host.service.cut_after = None
        fill(host, 20)
        await backends.poll(NAME)
        assert host.service.asked[-1][1] == "c1"


async def test_an_outage_is_told_after_three_cycles_and_is_over_with_a_good_one(host: Host) -> None:
    fill(host, 2)
    await host.save()
    async with host.running() as backends:
        await host.until("ok")
        for cycle in range(3):
            assert host.notices.holding == {}, cycle
            host.service.troubles = [SourceUnavailableError(NAME)] * hosted.TRIES
            with pytest.raises(SourceUnavailableError):
                await backends.poll(NAME)
        assert list(host.notices.holding) == [f"sync_stalled:{NAME}"]
        assert host.item()["state"] == "unreachable"
        assert len(await host.files()) == 2
        await backends.poll(NAME)
        assert (host.notices.holding, host.item()["state"]) == ({}, "ok")


async def test_a_short_outage_passes_within_the_cycle(host: Host) -> None:
    fill(host, 2)
    host.service.troubles = [SourceUnavailableError(NAME)] * 2
    await host.save()
    async with host.running():
        await host.until("ok")
    assert len(await host.files()) == 2


async def test_who_asks_us_to_wait_is_left_alone_and_nobody_is_told(host: Host) -> None:
    host.service.troubles = [ThrottledError(NAME, 120.0)]
    await host.save()
    async with host.running():
        item = await host.until("throttled")
        await trio.sleep(0.2)
        assert item["next_poll"] is not None
        assert (len(host.service.asked), host.notices.holding) == (1, {})


@pytest.mark.parametrize(
    ("trouble", "condition"),
    [(SignInNeededError(NAME), "oauth_expired"), (AccessRefusedError("the bucket b"), "sync_stalled")],
)
async def test_what_the_owner_must_mend_is_told_once_and_stops_the_polling(
    host: Host, trouble: MosaicError, condition: str
) -> None:
    host.service.troubles = [trouble]
    await host.save()
    async with host.running():
        await host.until("needs_owner")
        await trio.sleep(0.2)
        assert len(host.service.asked) == 1
        assert list(host.notices.holding) == [f"{condition}:{NAME}"]
        await host.save(backend_config={"bucket": "right"})
        await host.until("ok")
        assert host.notices.holding == {}


async def test_a_disabled_backend_is_not_polled_and_its_files_stay(host: Host) -> None:
    fill(host, 2)
    await host.save()
    async with host.running():
        await host.until("ok")
        await host.save(enabled=False)
        await host.until("disabled")
        asked = len(host.service.asked)
        await host.save(enabled=True)
        await host.until("ok")
        assert len(host.service.asked) == asked + 1
    assert len(await host.files()) == 2


async def test_how_a_backend_fares_is_told_at_once_where_a_person_waits_for_it(host: Host) -> None:
    """It was added, its settings were changed, or it was polled by hand; a poll in its turn can wait."""
    told: list[object] = []
    await host.save()
    async with host.running() as backends:
        backends.on_awaited = lambda: told.append(host.item()["state"])
        await host.until("ok")
        host.service.troubles = [AccessRefusedError("the bucket b")]
        await host.save(backend_config={"bucket": "wrong"})
        await host.until("needs_owner")
        await backends.poll(NAME)
        assert (told, host.item()["polls"]) == (["ok", "needs_owner", "ok"], {"needs_owner": 1, "ok": 1})
        host.service.cursor = "1"
        await host.save(poll_interval_s=1)
        await settled(lambda: asked_often(host, 6))
    assert told == ["ok", "needs_owner", "ok", "ok"]


async def asked_often(host: Host, times: int) -> bool:
    return len(host.service.asked) >= times


async def test_the_files_of_a_removed_backend_leave_the_index(host: Host) -> None:
    fill(host, 30)
    await host.save()
    async with host.running():
        await host.until("ok")
        await host.remove()
        await settled(host.is_empty)
    assert host.notices.holding == {}


async def test_what_a_person_gave_to_another_node_while_this_one_was_off_leaves_its_index(host: Host) -> None:
    fill(host, 3)
    await host.save()
    async with host.running():
        await host.until("ok")
    await host.save(hosting_node_id="node-other")
    async with host.running():
        await settled(host.is_empty)


async def test_quota_is_told_and_warned_of(host: Host) -> None:
    host.service.quota = Quota(used_bytes=95, quota_bytes=100)
    await host.save()
    async with host.running() as backends:
        item = await host.until("ok")
        assert item["quota"] == {"used_bytes": 95, "quota_bytes": 100}
        assert list(host.notices.holding) == [f"quota_near_limit:{NAME}"]
        [use] = backends.cloud()
        assert (use.backend, use.used_bytes, use.quota_bytes) == (NAME, 95, 100)
        host.service.quota = Quota(used_bytes=80, quota_bytes=100)
        await backends.poll(NAME)
        assert host.notices.holding == {}


async def test_what_its_service_was_asked_adds_up_and_when_the_sign_in_ends_is_as_told_last(host: Host) -> None:
    await host.save()
    async with host.running() as backends:
        item = await host.until("ok")
        assert (item["requests"], item["throttled_s"], item["auth"]) == ({}, 0, None), "it tells nothing of it"
        for until in (CREATED, "2026-05-17T09:00:00Z", None, "next spring"):
            host.service.usage = Usage(requests={"list": 2, "read": 3}, throttled_s=1.5, signed_in_until=until)
            await backends.poll(NAME)
        item = await host.until("ok")
        assert (item["requests"], item["throttled_s"]) == ({"list": 8, "read": 12}, 6.0)
        assert item["auth"] == {"expires_at": "2026-05-17T09:00:00Z"}


def test_a_plugin_that_makes_up_kinds_of_requests_fills_no_page() -> None:
    used = NOTHING_USED
    for number in range(1_000):
        used = used.and_now(Usage(requests={f"kind {number}": 1, "list": -1}, throttled_s=-1.0))
    assert (len(used.requests), used.throttled_s, used.requests.get("list")) == (MOST_KINDS, 0.0, None)


async def test_paths_outside_of_the_backend_are_skipped_and_counted(host: Host) -> None:
    host.service.put("id-1", b"good", "good.txt")
    for number, path in enumerate(("../escaped", "a//b", "a/./b", "c\x01d")):
        host.service.put(f"bad-{number}", b"bad", path)
    await host.save()
    async with host.running():
        item = await host.until("ok")
    assert (list(await host.files()), item["skipped"]) == ([f"/{NAME}/good.txt"], 4)


async def test_a_restart_goes_on_from_the_cursor_and_writes_nothing(host: Host) -> None:
    host.service.cursor = "c1"
    fill(host, 5)
    await host.save()
    async with host.running():
        await host.until("ok")
    before = (await host.store.info()).update_seq
    again = Host(host.store, host.folder, host.service)
    async with again.running():
        await again.until("ok")
    assert host.service.asked[-1][:2] == ("startup", "c1")
    assert (await host.store.info()).update_seq == before


async def test_a_slow_service_keeps_no_disk_waiting(host: Host) -> None:
    fill(host, 2)
    host.service.gate = trio.Event()
    await host.save()
    async with host.running() as backends:
        await settled(host.service.is_asked)
        disk = Source(name="/srv", backend="disk", node_id=NODE, prefix="/srv")
        with trio.fail_after(10):
            counts = await backends.index.crawl(disk)
        assert counts.complete
        host.service.gate.set()
        await host.until("ok")
    assert set(await host.files()) == {"/photos/f/0000.jpg", "/photos/f/0001.jpg", "/srv/local.txt"}


async def test_a_look_that_a_person_asked_for_ends_the_wait_for_the_owner(host: Host) -> None:
    host.service.troubles = [SignInNeededError(NAME)]
    await host.save(full_interval_s=1)
    async with host.running() as backends:
        await host.until("needs_owner")
        await backends.poll(NAME)
        assert (host.item()["state"], host.notices.holding) == ("ok", {})
        asked = len(host.service.asked)

        async def goes_on() -> bool:
            return len(host.service.asked) > asked

        await settled(goes_on)
        assert host.service.asked[-1][0] == "scheduled"

"""From a notification in the store to a message on a channel, and what becomes of it when the channel fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest
import trio
from trio.testing import MockClock

from kernel.tests.services.delivering.conditions import holding
from kernel.tests.services.delivering.service import Room
from mosaicfs.errors import SignInNeededError, SourceUnavailableError, UnsupportedError
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.delivering.ledger import NAME, Ledger

HOUR_S = 3600.0


@pytest.fixture
def room(store: Store, wall_clock: Clock, tmp_path: Path) -> Room:
    return Room(store, wall_clock, tmp_path)


async def test_an_error_arrives_within_ten_seconds_with_all_that_a_channel_needs(
    room: Room, autojump_clock: MockClock
) -> None:
    async with room.running():
        await trio.sleep(60)
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(10)
        (notice,) = room.phone.heard
    assert (notice.transition, notice.notification.status) == ("raised", "active")
    assert notice.id == "notification::node-attic::target_unreachable:usb"
    assert notice.link == "https://nas.example/notifications"
    assert notice.sender.name == "Home"
    assert notice.delivery_id
    assert notice.sent_at


async def test_a_warning_that_ends_within_the_grace_is_not_sent_and_one_that_lasts_is_with_its_end(
    room: Room, autojump_clock: MockClock
) -> None:
    async with room.running():
        brief = await room.begin("target_near_full:a")
        lasting = await room.begin("target_near_full:b")
        await trio.sleep(20)
        await room.end(brief)
        await trio.sleep(60)
        await room.end(lasting)
        await trio.sleep(20)
    assert room.phone.lines == ["raised target_near_full:b", "resolved target_near_full:b"]
    assert len({each.thread for each in room.phone.heard}) == 1
    assert len({each.delivery_id for each in room.phone.heard}) == 2


async def test_many_at_once_are_one_summary_with_the_gravest_first(room: Room, autojump_clock: MockClock) -> None:
    async with room.running():
        for number in range(7):
            await room.begin(f"target_unreachable:{number}", "error" if number == 3 else "warning")
        await trio.sleep(1)
        await room.begin("replica_damaged:usb", "error")
        await trio.sleep(60)
    assert room.phone.heard[0].transition == "raised"
    summary = room.phone.heard[-1]
    assert summary.transition == "summary"
    assert [each.severity for each in summary.notifications] == ["warning"] * 6


async def test_an_outage_of_a_day_is_outlasted_and_the_message_is_the_same(
    room: Room, autojump_clock: MockClock
) -> None:
    room.phone.fails = SourceUnavailableError("ntfy")
    async with room.running():
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(23 * HOUR_S)
    tries = room.phone.tries
    assert tries > 20
    assert room.notices.held == {}
    room.phone.fails = None
    async with room.running():
        await trio.sleep(120)
    assert room.phone.lines == ["raised target_unreachable:usb"]
    assert room.phone.tries == tries + 1


async def test_after_a_day_it_is_given_up_and_told_elsewhere_until_the_next_success(
    room: Room, autojump_clock: MockClock
) -> None:
    room.phone.fails = SourceUnavailableError("ntfy")
    async with room.running():
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(25 * HOUR_S)
        assert list(room.notices.held) == ["channel_failed:phone"]
        room.phone.fails = None
        await room.begin("replica_damaged:usb", "error")
        await trio.sleep(20)
        assert room.notices.held == {}
    assert room.phone.lines == ["raised replica_damaged:usb"]


async def test_what_cannot_be_delivered_at_all_is_dropped_and_told(room: Room, autojump_clock: MockClock) -> None:
    room.phone.fails = UnsupportedError("This text")
    async with room.running():
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(20)
    assert room.phone.tries == 1
    assert "not supported" in room.notices.held["channel_failed:phone"]
    again = Room(room.store, room.clock, room.folder)
    async with again.running():
        await trio.sleep(20)
    assert list(again.notices.held) == ["channel_failed:phone"]
    assert again.phone.heard == []


@pytest.mark.allow_log("plugin paused")
async def test_a_refused_credential_pauses_the_channel_until_a_test_succeeds(
    room: Room, autojump_clock: MockClock
) -> None:
    room.phone.fails = SignInNeededError("ntfy")
    async with room.running() as service:
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(3 * HOUR_S)
        assert (room.phone.tries, list(room.notices.held)) == (1, ["channel_failed:phone"])
        assert "sign in" in str((await service.test({"plugin": "phone"}, lambda _: None))["last_error"])
        room.phone.fails = None
        answer = await service.test({"plugin": "phone"}, lambda _: None)
        assert answer == {"standing": "ready", "installed": True, "settings_ok": True, "delivered": True}
        nobody = await service.test({"plugin": "fax"}, lambda _: None)
        assert nobody["standing"] == "missing"
        await trio.sleep(5)
        assert room.notices.held == {}
    assert room.phone.lines == ["test test", "raised target_unreachable:usb"]


async def test_a_kill_before_the_note_of_a_success_sends_the_same_message_again(
    room: Room, autojump_clock: MockClock
) -> None:
    """What a channel has taken while the program died is sent once more, under the same id."""
    async with room.running() as service:
        with patched(service.ledger, room.folder) as copy:
            await room.begin("target_unreachable:usb", "error")
            await trio.sleep(30)
    first = room.phone.heard[0].delivery_id
    copy.replace(room.folder / NAME)
    async with room.running():
        await trio.sleep(30)
    assert [each.delivery_id for each in room.phone.heard] == [first, first]


async def test_in_quiet_hours_nothing_is_sent_and_afterwards_one_summary(room: Room, autojump_clock: MockClock) -> None:
    room.options = {"quiet": "09:00-12:00", "timezone": "UTC"}
    async with room.running():
        ended = await room.begin("target_near_full:ended")
        await room.begin("target_near_full:a")
        await room.begin("target_unreachable:b", "error")
        await trio.sleep(HOUR_S)
        await room.end(ended)
        await trio.sleep(HOUR_S)
        assert room.phone.heard == []
        await trio.sleep(HOUR_S)
    (summary,) = room.phone.heard
    assert summary.transition == "summary"
    assert [each.condition_key for each in summary.notifications] == ["target_unreachable:b", "target_near_full:a"]
    assert summary.notification.title == "1 error, 1 warning"


async def test_a_condition_that_flaps_is_told_as_that_and_then_not_for_an_hour(
    room: Room, autojump_clock: MockClock
) -> None:
    async with room.running():
        for _ in range(8):
            noun = await room.begin("target_unreachable:usb", "error")
            await trio.sleep(20)
            await room.end(noun)
            await trio.sleep(20)
    assert room.phone.lines.count("raised target_unreachable:usb") == 4
    assert room.phone.heard[-1].notification.title == "Keeps coming back: Target nearly full"


async def test_a_long_condition_that_ends_is_told_however_long_ago_it_was_last_seen(
    room: Room, autojump_clock: MockClock
) -> None:
    async with room.running():
        noun = await room.begin("target_unreachable:usb", "error")
        await trio.sleep(60)
    await trio.sleep(40 * HOUR_S)
    await room.end(noun)
    await trio.sleep(30 * HOUR_S)
    async with room.running():
        await trio.sleep(60)
    assert room.phone.lines == ["raised target_unreachable:usb", "resolved target_unreachable:usb"]


async def test_its_own_failure_is_not_for_a_channel_and_names_can_be_hidden(
    room: Room, autojump_clock: MockClock
) -> None:
    room.options = {"hide_names": True}
    async with room.running():
        await room.put(holding("channel_failed:phone", "error", room.clock()))
        message = "/srv/media/private: “Taxes 2025” and usb-stick cannot be read."
        await room.begin("target_unreachable:usb-stick", "error", message)
        await trio.sleep(30)
    (notice,) = room.phone.heard
    assert notice.notification.condition_key == "target_unreachable"
    assert notice.notification.message == "…: … and … cannot be read."
    assert "usb" not in repr(notice)


@pytest.mark.allow_log("plugin paused")
async def test_a_channel_with_wrong_hours_is_told_about_and_sends_nothing(
    room: Room, autojump_clock: MockClock
) -> None:
    room.options = {"quiet": "late"}
    async with room.running():
        await room.begin("target_unreachable:usb", "error")
        await trio.sleep(30)
    assert room.phone.heard == []
    assert "late" in room.notices.held["channel_failed:phone"]


@contextmanager
def patched(ledger: Ledger, folder: Path) -> Iterator[Path]:
    """Keep the state of the ledger just before the first success is noted, as a kill would."""
    copy, end = folder / "as at the kill", ledger.end

    async def noting(delivery_id: str, outcome: str, now: float) -> None:
        if not copy.exists():
            with closing(apsw.Connection(str(folder / NAME))) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),)).fetchall()
        await end(delivery_id, outcome, now)

    ledger.end = noting  # type: ignore[method-assign]
    yield copy

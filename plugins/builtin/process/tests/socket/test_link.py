"""The socket protocol between a link and a plugin that a test plays, over a real socket."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import trio
import trio.testing

from mosaicfs.errors import (
    DisconnectedError,
    EntryUnreadableError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.socket import link as linking
from mosaicfs_process.socket.link import Link
from mosaicfs_process.socket.peer import uids_of
from mosaicfs_process.socket.reaching import Near
from plugins.builtin.process.tests.scenery import Told, event, until
from plugins.builtin.process.tests.socket.plugin import HELLO, Answers, ask, linked, plugin_at, ready, ready_again

Make = Callable[..., PluginInstance]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two connections; how long they are is tested where the rule is."""
    monkeypatch.setattr(linking, "wait_after", lambda failures: 0.01)


async def test_both_say_hello_and_nothing_before_it(ground: PluginGround, instance: Make) -> None:
    async with linked(ground, instance(config={"k": "v"})) as (link, plugin):
        line = await plugin.met()
        hello = await line.hear()
        assert {**hello, "agent_version": ""} == {
            "type": "hello",
            "protocols": [1],
            "node_id": "laptop",
            "plugin_name": "words",
            "agent_version": "",
            "config": {"k": "v"},
            "last_acked": 0,
        }
        await line.say(HELLO | {"window": 7, "info": {"name": "words", "api": 1, "hooks": ["annotate", "query"]}})
        await ready(link)
        assert (link.info.version, link.info.window, link.info.hooks) == ("1.4.0", 7, ("annotate", "query"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"type": "refuse", "reason": "too old"}, "too old"),
        (HELLO | {"protocol": 2}, "version 2"),
        (HELLO | {"plugin_name": "other"}, "'other'"),
        (HELLO | {"window": 0}, "window"),
        (HELLO | {"window": 1001}, "window"),
        (HELLO | {"window": True}, "window"),
        (HELLO | {"info": {"name": "words"}}, "api"),
    ],
)
async def test_who_does_not_fit_is_refused_with_the_reason(
    ground: PluginGround, instance: Make, answer: object, reason: str
) -> None:
    async with linked(ground, instance()) as (link, plugin):
        line = await plugin.met()
        await line.hear()
        await line.say(answer)
        await until(lambda: link.standing[0] == "refused")
        assert reason in link.standing[1]


@pytest.mark.parametrize("answer", [b"garbage\n", b"[]\n", b"12\n", b"\xff\n", {"ack": 1}, {"type": "event"}])
async def test_something_else_than_a_hello_is_a_lost_connection(
    ground: PluginGround, instance: Make, answer: object
) -> None:
    async with linked(ground, instance()) as (link, plugin):
        line = await plugin.met()
        await line.hear()
        await line.say(answer)
        assert await line.hear() == {}
        await ready_again(plugin, link)


async def test_acks_come_in_any_order_and_carry_facts(ground: PluginGround, instance: Make, entry: Entry) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        for sequence in (1, 2, 3, 4):
            nursery.start_soon(ask, link, answers, sequence, entry)
            assert (await line.hear())["sequence"] == sequence
        nack = {"kind": "try_later", "code": "throttled", "message": "", "retry_after_s": 3}
        await line.say({"ack": 3, "data": {"n": 3}}, {"ack": 1}, {"nack": 4, "error": nack}, {"ack": 2, "data": 5})
        await until(lambda: len(answers) == 4)
        assert (answers[1], answers[3]) == (None, {"n": 3})
        assert isinstance(answers[2], SourceUnavailableError)
        assert isinstance(answers[4], ThrottledError)


async def test_the_envelope_has_no_config_and_no_more_go_than_the_window(
    ground: PluginGround, instance: Make, entry: Entry
) -> None:
    async with linked(ground, instance(config={"key": "hunter2"})) as (link, plugin), trio.open_nursery() as nursery:
        line = await plugin.greeted(window=2)
        await ready(link)
        answers: Answers = {}
        for sequence in range(1, 6):
            nursery.start_soon(ask, link, answers, sequence, entry)
            await trio.testing.wait_all_tasks_blocked()
        first, second = await line.hear(), await line.hear()
        assert (first["type"], first["event"], first["sequence"], second["sequence"]) == ("event", "file.added", 1, 2)
        assert "config" not in first
        assert len(link._up._session.events) == 2
        for sequence in (2, 1, 3, 4, 5):
            await line.say({"ack": sequence})
            await until(lambda sequence=sequence: sequence in answers)  # type: ignore[misc]  # bound at once
        assert set(answers) == {1, 2, 3, 4, 5}


async def test_wrong_acks_change_nothing(ground: PluginGround, instance: Make) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1)
        await line.hear()
        wrong: list[object] = [{"ack": 99}, {"ack": True}, {"ack": "1"}, {"nack": None}, {"ack": [1]}, {"ack": 1.0}]
        strange = [{"type": "reply", "id": "r9"}, {"type": "part", "id": None}, {"type": "dance"}, {}, {"type": 5}]
        await line.say(*wrong, *strange, *[{"ack": 7}] * 5000, {"ack": 1, "data": {"yes": 1}}, {"ack": 1, "data": {}})
        await until(lambda: bool(answers))
        assert answers == {1: {"yes": 1}}


async def test_what_is_not_acked_when_the_line_is_lost_was_not_tried(ground: PluginGround, instance: Make) -> None:
    """Whoever keeps the events sends them again, in their order; here that is the test."""
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        for sequence in (1, 2, 3):
            nursery.start_soon(ask, link, answers, sequence)
            await line.hear()
        await line.say({"ack": 2})
        await until(lambda: 2 in answers)
        await line.hang_up()
        await until(lambda: len(answers) == 3)
        assert isinstance(answers[1], DisconnectedError)
        assert isinstance(answers[3], DisconnectedError)
        assert answers[2] is None
        line = await plugin.met()
        assert (await line.hear())["last_acked"] == 2
        await line.say(HELLO)
        await ready(link)
        for sequence in (1, 3):
            nursery.start_soon(ask, link, answers, sequence)
            assert (await line.hear())["sequence"] == sequence
        await line.say({"ack": 1}, {"ack": 3})
        await until(lambda: answers[1] is answers[3] is None)


@pytest.mark.allow_log("event set aside")
async def test_an_event_that_kills_its_plugin_five_times_is_set_aside(ground: PluginGround, instance: Make) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        for time in range(1, 6):
            line = await ready_again(plugin, link)
            answers: Answers = {}
            for sequence in (7, 8):
                nursery.start_soon(ask, link, answers, sequence)
                await line.hear()
            await line.hang_up()
            await until(lambda answers=answers: len(answers) == 2)  # type: ignore[misc]  # bound at once
            assert isinstance(answers[8], DisconnectedError)
            assert isinstance(answers[7], EntryUnreadableError if time == 5 else DisconnectedError)


async def test_a_missed_health_check_ends_the_connection(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    async with linked(ground, instance(timeout_s=60)) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1)
        assert (await line.hear())["type"] == "event"
        assert (await line.hear())["type"] == "health_check"
        await until(lambda: bool(answers))
        assert isinstance(answers[1], DisconnectedError | TimedOutError)


async def test_a_plugin_that_is_well_and_never_acks_has_the_event_refused(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    async with (
        linked(ground, instance(timeout_s=60, health_check_interval_s=9999)) as (link, plugin),
        trio.open_nursery() as nursery,
    ):
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1)
        await line.hear()
        for _ in range(5):
            asked = await line.hear()
            assert asked["type"] == "health_check"
            await line.say({"type": "reply", "id": asked["id"], "result": {"status": "healthy"}})
        await until(lambda: bool(answers))
        assert isinstance(answers[1], TimedOutError)
        assert link.standing[0] == "ready"


async def test_another_configuration_is_said_at_once_and_bye_at_the_end(ground: PluginGround, instance: Make) -> None:
    async with trio.open_nursery() as nursery, plugin_at(ground.runtime_dir / "plugin-sockets/words.sock") as plugin:
        near = Near(ground.runtime_dir / "plugin-sockets/words.sock", ground.settings)
        link = Link(ground, instance(config={"a": 1}), near)
        nursery.start_soon(link.run)
        line = await ready_again(plugin, link)
        link.take(instance(config={"a": 1}))
        link.take(instance(config={"a": 2}))
        assert await line.hear() == {"type": "config", "config": {"a": 2}}
        nursery.cancel_scope.cancel()
        with trio.CancelScope(shield=True):
            assert await line.hear() == {"type": "bye", "reason": "shutdown"}


@pytest.mark.allow_log("a plugin notifies too often")
async def test_ten_notifications_a_minute_are_heard(ground: PluginGround, instance: Make, told: Told) -> None:
    async with linked(ground, instance()) as (link, plugin):
        line = await ready_again(plugin, link)
        lag = {"condition_key": "lag", "severity": "warning", "title": "Late", "message": "by a day"}
        strange = [12, {"condition_key": "x"}, lag | {"severity": "purple"}]
        await line.say({"type": "notification", "notifications": [lag, *strange], "resolve_notifications": [5, "old"]})
        await until(lambda: told.held == {"lag": "Late"})
        await line.say(*[{"type": "notification", "notifications": [lag]}] * 30)
        await line.say({"type": "notification", "resolve_notifications": ["lag"]})
        asked = partial(link.request, "query", {}, 5)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(asked)
            key = (await line.hear())["id"]
            await line.say({"type": "reply", "id": key})
        assert len(told.heard) == 10
        assert told.held == {"lag": "Late"}


async def test_three_missed_health_checks_are_told(
    ground: PluginGround, instance: Make, told: Told, autojump_clock: trio.testing.MockClock
) -> None:
    async with linked(ground, instance(health_check_interval_s=30)) as (link, plugin):
        line = await ready_again(plugin, link)
        await until(lambda: "plugin_health_check_failed:words" in told.held)
        heard = await line.hear()
        while heard.get("id") != "r4":
            heard = await line.hear()
        notice = {"condition_key": "lag", "severity": "info", "title": "Late"}
        await line.say({"type": "reply", "id": "r4", "result": {"status": "degraded", "notifications": [notice]}})
        await until(lambda: told.held == {"lag": "Late"})


async def test_a_line_of_ten_megabytes_passes_and_a_longer_one_ends_the_connection(
    ground: PluginGround, instance: Make
) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1)
        await line.hear()
        head, tail = b'{"ack":1,"data":{"text":"', b'"}}\n'
        await line.say(head + b"x" * (10_000_000 - len(head) - len(tail)) + tail)
        await until(lambda: bool(answers))
        assert len(answers[1]["text"]) > 9_999_000
        with pytest.raises(trio.BrokenResourceError):
            await line.say(b"y" * 20_000_000)
        await ready_again(plugin, link)


async def test_a_stranger_at_the_socket_is_not_spoken_to(
    ground: PluginGround, instance: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who answers is played: the tests have one user only."""
    monkeypatch.setattr("mosaicfs_process.socket.peer._uid_of", lambda stream, path: 4711)
    async with linked(ground, instance()) as (link, plugin):
        line = await plugin.met()
        assert await line.hear() == {}
        await until(lambda: "user 4711" in link.standing[1])
    trusted = replace(ground, settings=replace(ground.settings, socket_users=("4711",)))
    async with linked(trusted, instance()) as (link, plugin):
        await ready_again(plugin, link)


def test_users_are_named_or_numbered() -> None:
    assert uids_of(["root", "12", "nobody-of-that-name"]) == {0, 12}
    assert os.geteuid() not in uids_of([]) or os.geteuid() == 0


async def test_without_a_connection_everything_is_to_be_tried_later(ground: PluginGround, instance: Make) -> None:
    link = Link(ground, instance(), Near(ground.runtime_dir / "nothing.sock", ground.settings))
    with pytest.raises(SourceUnavailableError):
        await link.request("query", {}, 5)
    with pytest.raises(DisconnectedError):
        await link.event(event(), None, None)

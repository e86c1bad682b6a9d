"""What is asked at a socket beside events, and the bytes that a plugin reads there."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import trio
import trio.testing

from mosaicfs.errors import (
    AccessRefusedError,
    DisconnectedError,
    MosaicError,
    TimedOutError,
)
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from plugins.builtin.process.tests.scenery import until
from plugins.builtin.process.tests.socket.plugin import Answers, ask, linked, ready_again

Make = Callable[..., PluginInstance]


async def test_a_request_has_a_reply_an_error_or_its_time(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        found: list[object] = []

        async def request() -> None:
            try:
                found.append(await link.request("query", {"query": "x"}, 5))
            except MosaicError as trouble:
                found.append(trouble)

        nursery.start_soon(request)
        asked = await line.hear()
        assert asked == {"type": "query", "id": "r1", "deadline_ms": 5000, "payload": {"query": "x"}}
        await line.say({"type": "reply", "id": "r1", "result": {"description": "d"}})
        await until(lambda: len(found) == 1)
        nursery.start_soon(request)
        asked = await line.hear()
        await line.say({"type": "reply", "id": asked["id"], "error": {"kind": "ask_owner", "message": "pay"}})
        await until(lambda: len(found) == 2)
        nursery.start_soon(request)
        asked = await line.hear()
        assert await line.hear() == {"type": "cancel", "id": asked["id"]}
        await line.say({"type": "reply", "id": asked["id"], "result": {"too": "late"}})
        assert found[0] == {"description": "d"}
        assert [type(each) for each in found[1:]] == [AccessRefusedError, TimedOutError]


async def test_progress_gives_a_request_its_time_again(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        found: list[object] = []

        async def request() -> None:
            found.append(await link.request("replica.upload", {}, 60))

        nursery.start_soon(request)
        asked = await line.hear()
        for _ in range(5):
            await trio.sleep(50)
            await line.say({"type": "progress", "id": asked["id"]})
        await line.say({"type": "reply", "id": asked["id"], "result": {"status": "ok"}})
        await until(lambda: bool(found))
        assert found == [{"status": "ok"}]


async def test_a_long_answer_comes_in_parts_each_asked_for(ground: PluginGround, instance: Make) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        found: list[object] = []

        async def request() -> None:
            async with link.parts("crawl_requested", {}, lambda: None) as parts:
                found.extend([part async for part in parts])

        nursery.start_soon(request)
        key = (await line.hear())["id"]
        for number in range(3):
            await line.say({"type": "part", "id": key, "files": [number]})
            assert await line.hear() == {"type": "more", "id": key}
        await line.say({"type": "reply", "id": key, "result": {"files": [], "complete": True}})
        await until(lambda: len(found) == 4)
        assert found == [{"files": [0]}, {"files": [1]}, {"files": [2]}, {"files": [], "complete": True}]


async def test_parts_that_nobody_asked_on_end_the_connection(ground: PluginGround, instance: Make) -> None:
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)

        failed: list[MosaicError] = []

        async def request() -> None:
            try:
                async with link.parts("crawl_requested", {}, lambda: None) as parts:
                    [part async for part in parts]
            except MosaicError as trouble:
                failed.append(trouble)

        nursery.start_soon(request)
        key = (await line.hear())["id"]
        flood = b"".join(b'{"type":"part","id":"%s","files":[]}\n' % key.encode() for _ in range(100))
        await line.say(flood)
        await until(lambda: bool(failed))
        assert isinstance(failed[0], DisconnectedError)


async def test_bytes_are_read_of_files_with_an_open_event_only(
    ground: PluginGround, instance: Make, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(b"content")
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        read = {"type": "read", "id": "p1", "file_id": entry.file_id, "offset": 3, "length": 10}
        await line.say(read)
        assert (await line.hear())["error"]["code"] == "access_refused"
        nursery.start_soon(ask, link, answers, 1, entry, tmp_path / "report.pdf")
        await line.hear()
        await line.say(read)
        told = await line.hear()
        assert (told["type"], told["id"], told["eof"], base64.b64decode(told["data"])) == ("bytes", "p1", True, b"tent")
        await line.say(read | {"length": 2}, read | {"offset": -1}, read | {"length": "all"}, read | {"file_id": "x"})
        got = [await line.hear() for _ in range(4)]
        assert [each.get("eof") for each in got].count(False) == 1
        assert sum("error" in each for each in got) == 3
        await line.say({"ack": 1})
        await until(lambda: 1 in answers)
        await line.say(read)
        assert "error" in await line.hear()

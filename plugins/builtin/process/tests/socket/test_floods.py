"""Too much of everything at a socket: connections, reads, answers after their time. Order and memory stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs.errors import DisconnectedError, TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.socket import link as linking
from plugins.builtin.process.tests.scenery import until
from plugins.builtin.process.tests.socket.plugin import Answers, ask, linked, ready_again

Make = Callable[..., PluginInstance]


async def test_whoever_hangs_up_at_once_is_come_back_to_ever_more_seldom(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    async with linked(ground, instance()) as (_, plugin):
        began = trio.current_time()
        for _ in range(8):
            await (await plugin.greeted()).hang_up()
        assert trio.current_time() - began > 60


async def test_the_same_events_come_again_in_their_order_however_often_the_line_is_lost(
    ground: PluginGround, instance: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is lost between event and ack; the runner brings them again, as it does here."""
    monkeypatch.setattr(linking, "wait_after", lambda failures: 0.01)
    async with linked(ground, instance()) as (link, plugin):
        for _ in range(4):
            line = await ready_again(plugin, link)
            answers: Answers = {}
            async with trio.open_nursery() as nursery:
                for sequence in range(1, 21):
                    nursery.start_soon(ask, link, answers, sequence)
                    assert (await line.hear())["sequence"] == sequence
                await line.hang_up()
            assert {type(each) for each in answers.values()} == {DisconnectedError}
        line = await ready_again(plugin, link)
        answers = {}
        async with trio.open_nursery() as nursery:
            for sequence in range(1, 21):
                nursery.start_soon(ask, link, answers, sequence)
                assert (await line.hear())["sequence"] == sequence
                await line.say({"ack": sequence}, {"ack": sequence})
        assert answers == dict.fromkeys(range(1, 21))


async def test_a_flood_of_reads_is_answered_as_fast_as_it_is_taken(
    ground: PluginGround, instance: Make, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(b"x" * 100_000)
    async with linked(ground, instance()) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1, entry, tmp_path / "report.pdf")
        await line.hear()
        reads = [{"type": "read", "id": f"p{number}", "file_id": entry.file_id} for number in range(200)]
        nursery.start_soon(line.say, *reads)
        heard = {(await line.hear())["id"] for _ in reads}
        assert len(heard) == 200
        await line.say({"ack": 1})
        await until(lambda: 1 in answers)


async def test_an_ack_after_its_time_is_nobodys(
    ground: PluginGround, instance: Make, autojump_clock: trio.testing.MockClock
) -> None:
    document = {"timeout_s": 60, "health_check_interval_s": 9999}
    async with linked(ground, instance(**document)) as (link, plugin), trio.open_nursery() as nursery:
        line = await ready_again(plugin, link)
        answers: Answers = {}
        nursery.start_soon(ask, link, answers, 1)
        await line.hear()
        while not answers:
            asked = await line.hear()
            await line.say({"type": "reply", "id": asked["id"], "result": {"status": "healthy"}})
            await trio.sleep(60)
        assert isinstance(answers[1], TimedOutError)
        await line.say({"ack": 1, "data": {"too": "late"}})
        nursery.start_soon(ask, link, answers, 2)
        assert (await line.hear())["sequence"] == 2
        await line.say({"ack": 2, "data": {"in": "time"}})
        await until(lambda: 2 in answers)
        assert answers[2] == {"in": "time"}

"""A node looks at its sources and asks its plugins, in this order, and tells both."""

from __future__ import annotations

from pathlib import Path

import trio
from trio.testing import MockClock

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.requests import TellProgress, Work
from mosaicfs.services.node_sync import sync_node
from mosaicfs.services.requests import Requests


def tell(_: JsonObject) -> None:
    """Nobody listens."""


def worker(asked: list[Json], name: str, answer: JsonObject | None) -> Work:
    async def work(args: JsonObject, tell: TellProgress) -> JsonObject:
        asked.append([name, args])
        if answer is None:
            raise SourceUnavailableError(name)
        return answer

    return work


async def test_sources_come_before_plugins_and_results_stand_together(tmp_path: Path) -> None:
    asked: list[Json] = []
    requests = Requests("node-desk", tmp_path / "requests.json")
    requests.answer("plugin_sync", worker(asked, "plugins", {"plugins": {"a": {"processed": 1}}, "errors": ["a: 1"]}))
    requests.answer("source_poll", worker(asked, "sources", {"crawls": [], "errors": ["/srv is away"]}))
    found = await sync_node(requests, {"what": "all", "full": True}, tell)
    assert asked == [["sources", {"full": True}], ["plugins", {"full": True}]]
    assert found == {"crawls": [], "plugins": {"a": {"processed": 1}}, "errors": ["/srv is away", "a: 1"]}


async def test_what_fails_of_one_keeps_nobody_from_the_other(tmp_path: Path) -> None:
    asked: list[Json] = []
    requests = Requests("node-desk", tmp_path / "requests.json")
    requests.answer("source_poll", worker(asked, "sources", None))
    requests.answer("plugin_sync", worker(asked, "plugins", {"plugins": {}}))
    found = await sync_node(requests, {}, tell)
    assert (found["plugins"], len(str(found["errors"])) > 2, len(asked)) == ({}, True, 2)


async def test_a_part_that_still_starts_is_waited_for(tmp_path: Path, autojump_clock: MockClock) -> None:
    asked: list[Json] = []
    requests = Requests("node-desk", tmp_path / "requests.json")
    requests.answer("plugin_sync", worker(asked, "plugins", {}))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sync_node, requests, {}, tell)
        await trio.sleep(5)
        requests.answer("source_poll", worker(asked, "sources", {}))
    assert [name for name, _ in asked] == ["sources", "plugins"]  # type: ignore[misc, str-unpack]  # pairs
    found = await sync_node(Requests("node-desk", tmp_path / "other.json"), {}, tell)
    assert "no part of it answers source_poll" in str(found["errors"])

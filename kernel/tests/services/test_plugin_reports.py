"""What another process is told of the plugins of an agent that runs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from mosaicfs import wire
from mosaicfs.documents import sqlite
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.ids import plugin_id
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.role import CONTROL
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places, find_places
from mosaicfs.services.plugin_reports import Reported, ReportedPlugin, reported_plugins
from mosaicfs.services.standing import NodeStanding

ITEMS = [
    PluginItem("words@work", "executable", "1", "Words", ("annotate",), "paused", "no key"),
    PluginItem("lamp", "socket", "", "Lamp", (), "disconnected", "dark"),
]


def places_in(folder: Path) -> Places:
    folder.joinpath("run").mkdir(mode=0o700)
    places = find_places({"HOME": str(folder), "XDG_STATE_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run")})
    places.make()
    return places


def plugin(node: str, name: str, *, enabled: bool = True) -> Plugin:
    return Plugin(
        node_id=node,
        plugin_name=name,
        name=name,
        plugin_type="socket",
        enabled=enabled,
        created_at="2026-01-01T00:00:00Z",
    )


async def test_an_agent_that_runs_tells_how_its_plugins_fare(tmp_path: Path) -> None:
    places, settings = places_in(tmp_path), Settings(agent=AgentSettings(name="desk"))
    assert await reported_plugins(settings, places) == Reported()
    node = node_id(places.state_dir, "desk")
    standing = NodeStanding(node, plugins=lambda: ITEMS)
    standing.queues = lambda: {"words@work": {"pending": 3, "failed": 1}}
    standing.tell("store", "healthy")
    async with sqlite.open_store(places.database, places.bell_dir) as store:
        await standing.flush(store)
        await store.write([Document(plugin_id(node, "lamp"), "", wire.encode(plugin(node, "lamp")))], writer=CONTROL)
        off = plugin(node, "words@work", enabled=False)
        await store.write([Document(plugin_id(node, "words@work"), "", wire.encode(off))], writer=CONTROL)
    lock = os.open(places.state_dir / "agent.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = await reported_plugins(settings, places)
    finally:
        os.close(lock)
    words, lamp = told.plugins
    assert (words, lamp) == (ReportedPlugin(ITEMS[0], 3, 1), ReportedPlugin(ITEMS[1]))
    assert (told.node_id, told.agent_runs, told.enabled) == (node, True, frozenset({"lamp"}))
    assert await reported_plugins(settings, places) == Reported(node, enabled=frozenset({"lamp"}))

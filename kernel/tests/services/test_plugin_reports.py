"""What another process is told of the plugins of an agent that runs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from mosaicfs.documents import sqlite
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places, find_places
from mosaicfs.services.plugin_reports import reported_plugins
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


async def test_an_agent_that_runs_tells_how_its_plugins_fare(tmp_path: Path) -> None:
    places, settings = places_in(tmp_path), Settings(agent=AgentSettings(name="desk"))
    assert await reported_plugins(settings, places) == []
    standing = NodeStanding(node_id(places.state_dir, "desk"), plugins=lambda: ITEMS)
    standing.tell("store", "healthy")
    async with sqlite.open_store(places.database, places.bell_dir) as store:
        await standing.flush(store)
    lock = os.open(places.state_dir / "agent.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert await reported_plugins(settings, places) == ITEMS
    finally:
        os.close(lock)
    assert await reported_plugins(settings, places) == []

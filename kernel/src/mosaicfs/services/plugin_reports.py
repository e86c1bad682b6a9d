"""How the plugins of this machine fare in its agent, for who looks from another process.

What a process finds by itself is what is installed; which instances documents enable is in the store, and who is
connected or fails, the agent alone knows. It writes that into its status document.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, get_args

import msgspec

from mosaicfs.documents import sqlite
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.configuration import Settings
from mosaicfs.model.ids import plugin_id, status_id
from mosaicfs.model.json import Json
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_item import PluginItem, PluginStanding
from mosaicfs.model.store import IdRange, Store
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places
from mosaicfs.services.node_check import is_locked
from mosaicfs.services.store_drivers import SQLITE, driver_of
from mosaicfs.wire import noun_in

AGENT_LOCK = "agent.lock"
MOST = 1000


class ReportedPlugin(NamedTuple):
    """`pending` and `failed` count what waits for it, and what it could not do."""

    item: PluginItem
    pending: int = 0
    failed: int = 0


class Reported(NamedTuple):
    """`agent_runs` says whether anybody asks them; `enabled` are the names of all instances that documents enable."""

    node_id: str = ""
    agent_runs: bool = False
    plugins: tuple[ReportedPlugin, ...] = ()
    enabled: frozenset[str] = frozenset()


async def reported_plugins(settings: Settings, places: Places) -> Reported:
    """Nothing is reported where there is no instance yet; how plugins fare, only where an agent runs."""
    agent_runs = is_locked(places.state_dir / AGENT_LOCK)
    if not agent_runs and not places.database.exists():
        return Reported()
    node = node_id(places.state_dir, settings.agent.name)
    async with _opened(settings, places) as store:
        enabled = await _enabled(store, node)
        status = noun_in(await store.get(status_id(node)), AgentStatus) if agent_runs else None
    return Reported(node, agent_runs, () if status is None else tuple(_plugins_in(status)), enabled)


def _opened(settings: Settings, places: Places) -> AbstractAsyncContextManager[Store]:
    if settings.store.driver == SQLITE:
        return sqlite.open_store(places.database, places.bell_dir)
    return driver_of(settings).open_store(settings, places)


async def _enabled(store: Store, node: str) -> frozenset[str]:
    first = plugin_id(node, "")
    rows = await store.ids(IdRange(first, f"{first}\uffff"), MOST, include_docs=True)
    found = [noun_in(row.document, Plugin) for row in rows]
    return frozenset(noun.plugin_name for noun in found if noun is not None and noun.enabled)


def _plugins_in(status: AgentStatus) -> list[ReportedPlugin]:
    part = status.subsystems.get("plugins")
    items = part.unknown.get("items", []) if part is not None else []
    return [item for told in items if (item := _plugin(told)) is not None] if isinstance(items, list) else []


def _plugin(told: Json) -> ReportedPlugin | None:
    """A newer agent may have words that are not known here."""
    if not isinstance(told, Mapping) or told.get("standing") not in get_args(PluginStanding):
        return None
    try:
        item = msgspec.convert([told.get(name) for name in PluginItem._fields], PluginItem)
        return msgspec.convert([item, told.get("pending", 0), told.get("failed", 0)], ReportedPlugin)
    except msgspec.ValidationError:
        return None

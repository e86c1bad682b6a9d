"""How the plugins of this machine fare in its agent, for who looks from another process.

What a process finds by itself is what is installed; which instances documents enable, and who is connected, the agent
alone knows. It writes that into its status document.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import get_args

import msgspec

from mosaicfs.documents import sqlite
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.configuration import Settings
from mosaicfs.model.ids import status_id
from mosaicfs.model.json import Json
from mosaicfs.model.plugin_item import PluginItem, PluginStanding
from mosaicfs.model.store import Store
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places
from mosaicfs.services.node_check import is_locked
from mosaicfs.services.store_drivers import SQLITE, driver_of
from mosaicfs.wire import noun_in

AGENT_LOCK = "agent.lock"


async def reported_plugins(settings: Settings, places: Places) -> list[PluginItem]:
    """None are reported where no agent runs."""
    if not is_locked(places.state_dir / AGENT_LOCK):
        return []
    async with _opened(settings, places) as store:
        status = noun_in(await store.get(status_id(node_id(places.state_dir, settings.agent.name))), AgentStatus)
    return [] if status is None else _items_in(status)


def _opened(settings: Settings, places: Places) -> AbstractAsyncContextManager[Store]:
    if settings.store.driver == SQLITE:
        return sqlite.open_store(places.database, places.bell_dir)
    return driver_of(settings).open_store(settings, places)


def _items_in(status: AgentStatus) -> list[PluginItem]:
    part = status.subsystems.get("plugins")
    items = part.unknown.get("items", []) if part is not None else []
    return [item for told in items if (item := _item(told)) is not None] if isinstance(items, list) else []


def _item(told: Json) -> PluginItem | None:
    """A newer agent may have words that are not known here."""
    if not isinstance(told, Mapping) or told.get("standing") not in get_args(PluginStanding):
        return None
    try:
        return msgspec.convert([told.get(name) for name in PluginItem._fields], PluginItem)
    except msgspec.ValidationError:
        return None

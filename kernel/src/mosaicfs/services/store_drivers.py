"""Drivers of stores that are no file of this machine: found by their entry points, and asked how their store fares."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib.metadata import entry_points
from typing import Protocol, cast, runtime_checkable

from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.store import Store, StoreFinding
from mosaicfs.paths import Places

SQLITE = "sqlite"
"""The driver of the kernel itself, which needs no entry point."""

STORES = "mosaicfs.stores"


class StoreDriver(Protocol):
    """The module that an entry point of the group `mosaicfs.stores` names."""

    def open_store(self, settings: Settings, places: Places) -> AbstractAsyncContextManager[Store]: ...


@runtime_checkable
class LooksAtStore(Protocol):
    """A driver that says what is missing where its store lies."""

    async def look(self, settings: Settings) -> list[StoreFinding]:
        """Changes nothing there, and raises nothing that is wrong there."""


def driver_of(settings: Settings) -> StoreDriver:
    """`ConfigError` for one that is not installed, or that this machine must not use."""
    known = {found.name: found for found in entry_points(group=STORES)}
    name = settings.store.driver
    if name not in known:
        trouble = f"no store driver {name!r} is installed; there are: {', '.join(sorted({SQLITE, *known}))}."
        raise ConfigError(settings.place("store.driver"), trouble)
    if settings.agent.control_plane_url:
        trouble = f"{name} is for a control plane; a machine that has joined one keeps a file of its own. Leave it out."
        raise ConfigError(settings.place("store.driver"), trouble)
    return cast(StoreDriver, known[name].load())


async def look_at_store(settings: Settings) -> list[StoreFinding]:
    """What the driver that the configuration chooses has to say of its store; nothing where that is a plain file."""
    if settings.store.driver == SQLITE:
        return []
    driver = driver_of(settings)
    return await driver.look(settings) if isinstance(driver, LooksAtStore) else []

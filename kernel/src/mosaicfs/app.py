"""The only room that builds things: the store, the plugins, and a duty that runs with both.

When faces are put up again is in `services/serve`, how a duty ends in `stopping`; here they are only put together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from typing import NamedTuple, Protocol, cast

from mosaicfs.documents import sqlite
from mosaicfs.errors import ConfigError, NoFaceError
from mosaicfs.listeners import refuse_taken, safe_listeners
from mosaicfs.logs import set_up_logging
from mosaicfs.model.configuration import Settings
from mosaicfs.model.kernel import Started
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.store import Store
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places
from mosaicfs.plugin_host.host import PluginHost, load_plugins
from mosaicfs.services.serve import Face, serve
from mosaicfs.stopping import until_told_to_stop

SQLITE = "sqlite"
STORES = "mosaicfs.stores"


class StoreDriver(Protocol):
    """The module that an entry point of the group `mosaicfs.stores` names."""

    def open_store(self, settings: Settings, places: Places) -> AbstractAsyncContextManager[Store]: ...


class Opened(NamedTuple):
    """What a duty stands on. `database` is a path or an address."""

    instance_id: str
    node_id: str
    database: str
    is_new: bool


class Observer(Protocol):
    """Who is told how a duty fares."""

    def opened(self, opened: Opened) -> None: ...

    def ready(self, facts: Mapping[str, str]) -> None: ...

    def stopping(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RunningKernel:
    """What faces are given; `model.kernel` says what they may ask of it."""

    store: Store
    settings: Settings
    places: Places
    node_id: str


async def run_duty(duty: Duty, settings: Settings, places: Places, observer: Observer) -> None:
    """Until SIGINT or SIGTERM. What could refuse the start is looked at before anything is opened."""
    if duty == "server":
        refuse_taken(safe_listeners(settings.server.listen, settings.place("server.listen")))
    places.make()
    set_up_logging(settings.logging)
    work = partial(_run, duty, settings, places, observer)
    await until_told_to_stop(work, on_stopping=observer.stopping)


async def _run(duty: Duty, settings: Settings, places: Places, observer: Observer) -> None:
    host = load_plugins(settings, places)
    names = list(_ready_faces(host, duty))
    async with open_store(settings, places) as store:
        kernel = RunningKernel(store, settings, places, node_id(places.state_dir, settings.agent.name))
        observer.opened(await _opened(kernel))
        await serve([_face(host, name, kernel) for name in names], observer.ready)


@asynccontextmanager
async def open_store(settings: Settings, places: Places) -> AsyncIterator[Store]:
    """The store that the configuration chooses."""
    if settings.store.driver == SQLITE:
        opening: AbstractAsyncContextManager[Store] = sqlite.open_store(places.database, places.bell_dir)
    else:
        opening = _driver(settings).open_store(settings, places)
    async with opening as store:
        yield store


def plugin_items(settings: Settings, places: Places) -> list[PluginItem]:
    """Every plugin that is installed or named, and how it fares. Runs the code of those that are loaded."""
    set_up_logging(settings.logging)
    return load_plugins(settings, places).items()


def _driver(settings: Settings) -> StoreDriver:
    known = {found.name: found for found in entry_points(group=STORES)}
    name = settings.store.driver
    if name not in known:
        trouble = f"no store driver {name!r} is installed; there are: {', '.join(sorted({SQLITE, *known}))}."
        raise ConfigError(settings.place("store.driver"), trouble)
    return cast(StoreDriver, known[name].load())


def _ready_faces(host: PluginHost, duty: Duty) -> Iterator[str]:
    """A face whose options are wrong refuses the start: nobody else would show that it is not there."""
    items = {item.name: item for item in host.items()}
    names = host.hooks.faces(duty)
    if not names:
        raise NoFaceError(duty)
    for name in names:
        if items[name].standing == "paused":
            raise ConfigError(f"[plugin.{name}]", items[name].reason)
        yield name


def _face(host: PluginHost, name: str, kernel: RunningKernel) -> Face:
    async def serve_it(started: Started) -> None:
        await host.hooks.serve(name, kernel, started)

    return Face(name, serve_it)


async def _opened(kernel: RunningKernel) -> Opened:
    """A store without a document, not even a deleted one, is one that nobody has used yet."""
    info = await kernel.store.info()
    store, places = kernel.settings.store, kernel.places
    database = str(places.database) if store.driver == SQLITE else store.url
    return Opened(info.uuid, kernel.node_id, database, is_new=info.live + info.deleted == 0)

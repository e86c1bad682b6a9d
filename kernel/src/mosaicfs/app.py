"""The only room that builds things, with `agent` beside it: the store, the plugins, and a duty that runs with them.

When faces are put up again is in `services/serve`, how a duty ends in `stopping`; here they are only put together, and
so taken apart in the right order: faces, the index, what is still to be written, the last heartbeat, the store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from time import time
from typing import NamedTuple, Protocol

import trio

from mosaicfs.agent import CLOSING_S, Agent, Ground, Work
from mosaicfs.documents import sqlite
from mosaicfs.errors import ConfigError, NoFaceError
from mosaicfs.instance_id import instance_id
from mosaicfs.listeners import refuse_taken, safe_listeners
from mosaicfs.logs import set_up_logging
from mosaicfs.model.configuration import Settings
from mosaicfs.model.ids import ROOT_ID
from mosaicfs.model.kernel import Started
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.store import Store
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places
from mosaicfs.plugin_host.describing import described_plugin
from mosaicfs.plugin_host.following import PART as PLUGINS
from mosaicfs.plugin_host.host import PluginHost, load_plugins
from mosaicfs.running_kernel import AgentParts, RunningKernel
from mosaicfs.services import joining
from mosaicfs.services.accesses import reading
from mosaicfs.services.annotate import Hearing, annotate
from mosaicfs.services.conditions import Conditions
from mosaicfs.services.duty_figures import Figures, RelayedStanding, last_sign_of, name_of, tell_all
from mosaicfs.services.expiring import expire
from mosaicfs.services.founding import Founded, begin, found
from mosaicfs.services.instance_settings import SettingsInForce
from mosaicfs.services.joining import Own, membership
from mosaicfs.services.keeping_up import keep_up
from mosaicfs.services.node_check import check_own_node, is_locked
from mosaicfs.services.pinning.pinning import Pinning
from mosaicfs.services.serve import Face, serve
from mosaicfs.services.standing import NodeStanding
from mosaicfs.services.store_drivers import SQLITE, driver_of
from mosaicfs.services.store_health import StoreHealth
from mosaicfs.stopping import orderly_end, until_told_to_stop


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


async def run_duty(
    duty: Duty,
    settings: Settings,
    places: Places,
    observer: Observer,
    *,
    default_tree: bool = True,
    read_again: Callable[[], Settings] | None = None,
) -> None:
    """Until SIGINT or SIGTERM. What could refuse the start is looked at before anything is opened.

    `default_tree`: a new instance begins with directories, not with the root alone. `read_again` is called at SIGHUP,
    for the settings as they are then.
    """
    if duty == "server":
        refuse_taken(safe_listeners(settings.server.listen, settings.place("server.listen")))
    places.make()
    set_up_logging(settings.logging, default_file=places.log_dir / f"{duty}.log")
    in_force = SettingsInForce(settings)
    work = partial(_run, duty, in_force, places, observer, default_tree=default_tree)
    on_hangup = partial(in_force.read_again, read_again or (lambda: settings))
    await until_told_to_stop(work, on_stopping=observer.stopping, on_hangup=on_hangup)


async def _run(
    duty: Duty, in_force: SettingsInForce, places: Places, observer: Observer, *, default_tree: bool
) -> None:
    settings = in_force.current
    conditions = Conditions(node_id(places.state_dir, settings.agent.name))
    host = load_plugins(settings, places, notices_for=conditions.of_plugin)
    names = list(_ready_faces(host, duty))
    async with orderly_end() as stopping, open_store(settings, places) as store:
        # Before the parts of a node begin to write, or no store would be new.
        opened = await _opened(store, settings, places, conditions.node_id)
        if duty == "server" and membership(places) != "joined" and not settings.agent.control_plane_url:
            await _plant_tree(store, settings, conditions.node_id, default_tree=default_tree)

        await in_force.look(store)

        async def serve_all(agent: AgentParts | None) -> None:
            observer.opened(opened)
            async with (
                trio.open_nursery() as nursery,
                reading(store, conditions.node_id, lambda: in_force.current, duty) as content,
            ):
                nursery.start_soon(in_force.run, store)
                relayed = RelayedStanding()
                known = partial(described_plugin, host)
                kernel = RunningKernel(
                    store, in_force, places, conditions.node_id, duty, content, agent, relayed, host.items, known
                )
                async with content.serving(await host.hooks.tier(kernel)):
                    figures = Figures(places.runtime_dir, name_of(duty, settings.mount.path), content, relayed)
                    nursery.start_soon(figures.run)
                    if agent is not None:
                        telling = partial(tell_all, places.runtime_dir, content.report, agent.standing)
                        nursery.start_soon(keep_up, "cache", telling, agent.standing)
                        pinning = _pinning(kernel, conditions, agent.standing)
                        nursery.start_soon(keep_up, "pins", pinning.run, agent.standing)
                        hearing = Hearing(agent.requests, agent.standing, conditions.of(PLUGINS))
                        annotating = partial(annotate, hearing, kernel, agent.plugins, host.hooks.annotate)
                        nursery.start_soon(keep_up, PLUGINS, annotating, agent.standing)
                    await serve([_face(host, name, kernel) for name in names], observer.ready)

        ground = Ground(duty, in_force, places, host, conditions, store)
        await _beside_parts(ground, stopping, serve_all)


async def _beside_parts(ground: Ground, stopping: trio.CancelScope, work: Work) -> None:
    """Work, and what runs beside it. Every duty has notices to write; the rest is the agent's."""
    await ground.conditions.load(ground.store)
    if ground.duty == "agent":
        return await Agent(ground).live(stopping, work)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ground.conditions.run, ground.store)
            nursery.start_soon(StoreHealth(ground.conditions).run, ground.store)
            if ground.duty == "server" and not ground.settings.agent.control_plane_url:
                lives = partial(is_locked, ground.places.state_dir / "agent.lock")
                last_sign = partial(last_sign_of, ground.places.runtime_dir, "agent")
                nursery.start_soon(check_own_node, ground.store, ground.conditions.node_id, lives, last_sign)
                nursery.start_soon(partial(expire, ground.store, as_control=True))
            with stopping:
                await work(None)
            nursery.cancel_scope.cancel()
    finally:
        with trio.move_on_after(CLOSING_S):
            await ground.conditions.flush(ground.store)


@asynccontextmanager
async def open_store(settings: Settings, places: Places) -> AsyncIterator[Store]:
    """The store that the configuration chooses."""
    if settings.store.driver == SQLITE:
        opening: AbstractAsyncContextManager[Store] = sqlite.open_store(places.database, places.bell_dir)
    else:
        opening = driver_of(settings).open_store(settings, places)
    async with opening as store:
        yield store


async def found_instance(settings: Settings, places: Places, *, default_tree: bool = True) -> Founded:
    """Make the instance of this machine; `InstanceExistsError` where it has one."""
    _log_beside_answers(settings)
    begin(places)
    async with open_store(settings, places) as store:
        return await found(store, settings, places, time, default_tree=default_tree)


async def own_documents(settings: Settings, places: Places) -> Own:
    """What this machine's own instance holds that would be left behind."""
    if membership(places) != "own":
        return Own((), {})
    _log_beside_answers(settings)
    async with open_store(settings, places) as store:
        return await joining.own_documents(store, node_id(places.state_dir, settings.agent.name))


def plugin_items(settings: Settings, places: Places) -> list[PluginItem]:
    """Every plugin that is installed or named, and how it fares. Runs the code of those that are loaded."""
    # Who is refused is in the answer, with the reason.
    _log_beside_answers(replace(settings, logging=replace(settings.logging, level="error")))
    return load_plugins(settings, places).items()


def _log_beside_answers(settings: Settings) -> None:
    """For commands, whose answers are on stdout."""
    set_up_logging(replace(settings.logging, file=""))


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


def _pinning(kernel: RunningKernel, conditions: Conditions, standing: NodeStanding) -> Pinning:
    return Pinning(
        kernel.store,
        kernel.node_id,
        kernel.tree,
        kernel.content,
        conditions.of("pins"),
        standing,
        lambda: kernel.settings,
        metered=kernel.metered,
    )


def _face(host: PluginHost, name: str, kernel: RunningKernel) -> Face:
    async def serve_it(started: Started) -> None:
        await host.hooks.serve(name, kernel, started)

    return Face(name, serve_it)


async def _opened(store: Store, settings: Settings, places: Places, node: str) -> Opened:
    """A store without a document, not even a deleted one, is one that nobody has used yet."""
    info = await store.info()
    database = str(places.database) if settings.store.driver == SQLITE else settings.store.url
    return Opened(instance_id(places.state_dir), node, database, is_new=info.live + info.deleted == 0)


async def _plant_tree(store: Store, settings: Settings, node: str, *, default_tree: bool) -> None:
    if await store.get(ROOT_ID) is None:
        from mosaicfs.services.first_tree import plant_tree  # noqa: PLC0415 - once in the life of an instance

        await plant_tree(store, settings, node, defaults=default_tree)

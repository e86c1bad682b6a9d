"""The parts of an agent, made of each other: what runs beside the faces, and in which order it ends.

What a duty stands on is made in `app`; here it is only put together for the one duty that indexes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import NamedTuple, TypeAlias

import trio

from mosaicfs.model.configuration import Settings
from mosaicfs.model.crawling import Source
from mosaicfs.model.indexing import Index
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.store import Store
from mosaicfs.paths import Places
from mosaicfs.plugin_host.following import PART as PLUGINS
from mosaicfs.plugin_host.following import followed_plugins
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.running_kernel import AgentParts
from mosaicfs.services.backends.backends import PART as BACKENDS
from mosaicfs.services.backends.backends import Backends
from mosaicfs.services.backends.polls import Polls
from mosaicfs.services.conditions import Conditions
from mosaicfs.services.crawl import open_indexing
from mosaicfs.services.dead_mounts import PLUGIN as MOUNT
from mosaicfs.services.dead_mounts import DeadMounts
from mosaicfs.services.expiring import expire
from mosaicfs.services.first_pull import FirstPull, WaitingIndex
from mosaicfs.services.indexing.told_facts import Teller
from mosaicfs.services.instance_settings import SettingsInForce
from mosaicfs.services.keeping_up import keep_up
from mosaicfs.services.node_life import NodeLife, watch_paths
from mosaicfs.services.node_sync import answer_node_sync
from mosaicfs.services.notify import notifying
from mosaicfs.services.progress import tell_progress
from mosaicfs.services.querying.advertising import advertise
from mosaicfs.services.querying.answering import Answering
from mosaicfs.services.querying.line import NAME as QUERY
from mosaicfs.services.querying.line import serve_line
from mosaicfs.services.reception import Reception
from mosaicfs.services.requests import Requests
from mosaicfs.services.standing import NodeStanding
from mosaicfs.services.storage import StorageWatch
from mosaicfs.services.store_health import StoreHealth
from mosaicfs.services.uplink import Uplink

CLOSING_S = 5.0
"""What is left to write at a stop must not keep a machine from going down."""

PUSH_S = 5.0
GOODBYE_S = 3.0

Work: TypeAlias = Callable[[AgentParts | None], Awaitable[None]]
"""What a duty is there for; None where it is no agent's."""


class Ground(NamedTuple):
    """What the parts of a duty are made of."""

    duty: Duty
    in_force: SettingsInForce
    places: Places
    host: PluginHost
    conditions: Conditions
    store: Store

    @property
    def settings(self) -> Settings:
        return self.in_force.current


class Agent:
    """The parts of an agent, made of each other. Without an address of a control plane it is its own.

    With one, crawls wait for the first pull, and heartbeats for the plugin that carries them.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        node, settings = ground.conditions.node_id, ground.settings
        interval_s = float(settings.storage.utilization_interval_s)
        self.standing = NodeStanding(node, plugins=ground.host.items)
        self.storage = StorageWatch(node, watch_paths(settings), interval_s, ground.conditions.of("storage"))
        self.polls = Polls(ground.host.hooks)
        self.uplink = Uplink(ground.places.state_dir / "last_contact")
        self.first_pull = FirstPull()
        self.has_joined = bool(settings.agent.control_plane_url)
        self.requests = Requests(node, ground.places.state_dir / "requests.json")
        answer_node_sync(self.requests)
        self.life = NodeLife(
            node,
            lambda: ground.settings,
            self.standing,
            self.uplink if self.has_joined else Reception(ground.store),
            storage=lambda: self.storage.current,
            jobs=self.requests.reports,
            capabilities=ground.host.hooks.capabilities,
        )
        notices = ground.conditions.of(PLUGINS)
        self.plugins = followed_plugins(
            ground.host, ground.store, ground.places, settings, node_id=node, conditions=notices
        )
        self.delivering = notifying(ground, self.requests)
        self.standing.on_news = self._heard
        self.plugins.on_news = self.standing.hurry
        self.storage.on_look = self.requests.on_news = self.life.wake.call

    def _heard(self) -> None:
        """A folder that was added while the node runs may lie on a disk that nobody has looked at."""
        paths = (*watch_paths(self.ground.settings), *self.standing.watch_paths)
        self.storage.watch_paths = tuple(dict.fromkeys(paths))
        self.life.wake.call()

    def _indexing(self) -> AbstractAsyncContextManager[Index]:
        # These conditions are told by plugins, and are examined again like those of the crawler.
        for part in ("watcher", "replication"):
            self.ground.conditions.of(part)
        return open_indexing(
            self.ground.store,
            self.polls,
            memory_path=self.ground.places.state_dir / "agent.db",
            node_id=self.ground.conditions.node_id,
            settings=self.ground.settings,
            standing=self.standing,
            notices=self.ground.conditions.of("crawler"),
            teller_of=self._teller_of,
        )

    def _teller_of(self, source: Source) -> Teller | None:
        found = self.ground.host.hooks.annotates(source)
        return None if found is None else Teller(*found)

    async def live(self, stopping: trio.CancelScope, work: Work) -> None:
        """From the first heartbeat to the last. What was told before the end is written before it."""
        self.standing.tell("store", "healthy")
        if self.has_joined:
            await self.first_pull.look(self.ground.store)
        else:
            self.first_pull.over.set()
        try:
            async with trio.open_nursery() as nursery:
                for part, task in self._tasks().items():
                    nursery.start_soon(keep_up, part, task, self.standing)
                with stopping:
                    await self._index(nursery, work)
                # Before the last heartbeat, or another one might follow it.
                nursery.cancel_scope.cancel()
        finally:
            await self._close()

    async def _index(self, nursery: trio.Nursery, work: Work) -> None:
        async with self._indexing() as index:
            nursery.start_soon(keep_up, "crawler", partial(tell_progress, index, self.standing), self.standing)
            waiting = WaitingIndex(index, self.first_pull.over)
            backends = self._backends(waiting)
            async with trio.open_nursery() as hosting:
                hosting.start_soon(keep_up, BACKENDS, backends.run, self.standing)
                answering = Answering(self.ground.conditions.node_id, self.ground.host.hooks)
                line = partial(serve_line, self.ground.places.runtime_dir / QUERY, answering.ask)
                hosting.start_soon(keep_up, "plugins", line, self.standing)
                life = AgentParts(
                    waiting,
                    self.standing,
                    self.requests,
                    self.uplink,
                    self.first_pull,
                    self.life,
                    backends,
                    answering,
                    self.plugins,
                )
                await work(life)
                # Before the index is closed, into which they write.
                hosting.cancel_scope.cancel()

    def _backends(self, index: Index) -> Backends:
        ground = self.ground
        backends = Backends(
            ground.store,
            ground.conditions.node_id,
            self.polls,
            index,
            self.standing,
            ground.conditions.of("storage_backend"),
            ground.places.state_dir,
            ground.places.runtime_dir,
            watched=lambda: (*watch_paths(ground.settings), *self.standing.watch_paths),
            is_ready=ground.host.is_ready,
            on_awaited=self.standing.hurry,
        )
        self.storage.cloud = backends.cloud
        for kind, work in backends.by_kind().items():
            self.requests.answer(kind, work)
        return backends

    def _tasks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "notices": partial(self.ground.conditions.run, self.ground.store),
            "store": partial(StoreHealth(self.ground.conditions, self.standing).run, self.ground.store),
            "standing": partial(self.standing.run, self.ground.store),
            "storage": partial(self.storage.run, self.ground.store),
            "requests": partial(self.requests.run, self.ground.store),
            "heartbeat": self.life.run,
            "notify": partial(self.delivering.run, self.ground.store),
            "expiring": partial(expire, self.ground.store, as_control=False),
            PLUGINS: self.plugins.run,
            "vfs_mount": self._dead_mounts().run,
            "capabilities": partial(advertise, self.ground.host.hooks.capabilities, self.life.wake.call),
        }

    def _dead_mounts(self) -> DeadMounts:
        return DeadMounts(self.ground.places.runtime_dir, self.ground.conditions.of_plugin(MOUNT))

    async def _close(self) -> None:
        """Each within its time: what is written, what is sent, and the last word."""
        with trio.move_on_after(CLOSING_S):
            await self.ground.conditions.flush(self.ground.store)
            await self.standing.flush(self.ground.store)
        if self.has_joined and not self.uplink.is_connected:
            return
        with trio.move_on_after(PUSH_S):
            await self.uplink.push()
        with trio.move_on_after(GOODBYE_S):
            await self.life.say_goodbye()

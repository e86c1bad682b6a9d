"""Following the plugin documents of this node: an instance begins, changes and ends while the agent runs.

A change of a document, of the plugins folder and of the standing of any instance is seen within seconds. `current` and
`changed` tell the runner of jobs (`model.subscription`); the owner is told what is missing, refused or misconfigured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.ids import plugin_id, shared_plugin_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Places
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.plugin_item import PluginStanding
from mosaicfs.model.plugin_kind import JoinedPlugin, PluginGround, PluginJoiner
from mosaicfs.model.store import IdRange, Store
from mosaicfs.model.subscription import Subscription
from mosaicfs.plugin_host.effective_config import Unseal, unsealing
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.instances import Instances, Outcome, Wish
from mosaicfs.plugin_host.kinds import joiners
from mosaicfs.plugin_host.subscribing import subscriptions
from mosaicfs.plugin_host.telling import Told
from mosaicfs.wire import noun_in

PART = "plugins"
LOOK_S = 60.0
PAUSE_S = 0.5
GLANCE_S = 1.0
MOST = 1000
SOCKETS = "plugin-sockets"

_log = structlog.get_logger(component="plugins")


class FollowedPlugins:
    """`model.subscription.Subscribers` of one node. Its `options` are those of the configuration file, by plugin."""

    def __init__(
        self,
        host: PluginHost,
        store: Store,
        ground: PluginGround,
        unseal: Unseal,
        conditions: Notices,
        *,
        options: Mapping[str, JsonObject],
        kinds: Mapping[str, PluginJoiner] | None = None,
    ) -> None:
        self._store = store
        self._ground = ground
        self._host = host
        self._told = Told(conditions)
        self._changed = trio.Event()
        self._news = trio.Event()
        self._current: dict[str, Subscription] = {}
        self._outcome = Outcome()
        self._standings: list[tuple[str, PluginStanding]] = []
        self.on_news: Callable[[], None] = lambda: None
        """Some plugin fares differently; must not block."""
        self._seen: tuple[tuple[int, ...], ...] = ()
        self._known: object = None
        self._nursery: trio.Nursery | None = None
        self._running: dict[str, trio.CancelScope] = {}
        self._instances = Instances(
            host,
            ground,
            joiners() if kinds is None else kinds,
            options,
            unseal,
            conditions,
            self._hear,
            self._begin,
            self._end,
        )

    # --- what the runner of jobs asks ------------------------------------------------------------------------------

    def current(self) -> Mapping[str, Subscription]:
        """Their standing is that of this moment."""
        return subscriptions(self._host, self._outcome)

    async def changed(self) -> None:
        await self._changed.wait()

    def try_again(self, plugin: str) -> None:
        """What a person says to a plugin that was paused, or rests after failures."""
        self._host.standing.forgive(plugin)
        self._hear()

    # --- what follows ------------------------------------------------------------------------------------------------

    async def run(self) -> NoReturn:
        """Until cancelled; then nothing that was joined runs on."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            try:
                await self._follow()
            finally:
                self._nursery = None
        raise AssertionError("following ends by cancellation alone")

    async def _follow(self) -> NoReturn:
        while True:
            self._news = trio.Event()
            self._seen = self._stamps()
            since = "now"
            try:
                since = (await self._store.info()).update_seq
                self._put(await self._wishes())
            except MosaicError as trouble:
                _log.info("the plugins of this node are not known yet", cause=str(trouble))
            await self._something(since)
            await trio.sleep(PAUSE_S)

    def _put(self, wishes: Sequence[Wish]) -> None:
        """Most changes of a store are not about plugins."""
        known = (tuple((wish.name, wish.stamp) for wish in wishes), self._seen)
        if known != self._known:
            self._known = known
            self._outcome = self._instances.put(wishes)
        self._tell()

    def _tell(self) -> None:
        """The owner, and the runner where it is news to it."""
        self._told.tell(self._host, self._outcome)
        if (standings := [(item.name, item.standing) for item in self._host.items()]) != self._standings:
            self._standings = standings
            self.on_news()
        current = subscriptions(self._host, self._outcome)
        if current != self._current:
            self._current = current
            self._changed.set()
            self._changed = trio.Event()

    async def _something(self, since: str) -> None:
        """Return after news of any kind, and from time to time."""
        with trio.move_on_after(LOOK_S):
            async with trio.open_nursery() as nursery:
                for each in (self._news.wait, self._glance):
                    nursery.start_soon(_until, each, nursery.cancel_scope)
                try:
                    await self._store.wait_until_changed(since, LOOK_S)
                except MosaicError:
                    await trio.sleep(LOOK_S)
                nursery.cancel_scope.cancel()

    async def _glance(self) -> None:
        """At what changes without a document: files, and how the plugins behave."""
        while self._seen == self._stamps():
            self._tell()
            await trio.sleep(GLANCE_S)

    def _stamps(self) -> tuple[tuple[int, ...], ...]:
        return tuple(_stamp(place) for place in (self._ground.plugins_dir, self._ground.runtime_dir / SOCKETS))

    async def _wishes(self) -> list[Wish]:
        first = plugin_id(self._ground.node_id, "")
        rows = await self._store.ids(IdRange(first, f"{first}\uffff"), MOST, include_docs=True)
        found = [(row.rev, noun) for row in rows if (noun := noun_in(row.document, Plugin)) is not None]
        enabled = [(rev, noun) for rev, noun in found if noun.enabled and noun.node_id == self._ground.node_id]
        shared = await self._store.get_many([shared_plugin_id(noun.plugin_name) for _, noun in enabled])
        return [
            Wish(noun, noun_in(other, SharedPlugin), f"{rev} {other.rev if other is not None else ''}")
            for (rev, noun), other in zip(enabled, shared, strict=True)
        ]

    # --- what runs beside --------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        self._known = None
        self._news.set()

    def _begin(self, name: str, joined: JoinedPlugin) -> None:
        assert self._nursery is not None
        scope = self._running[name] = trio.CancelScope()
        self._nursery.start_soon(_keep, name, joined, scope)

    def _end(self, name: str) -> None:
        self._running.pop(name).cancel()


def followed_plugins(
    host: PluginHost, store: Store, places: Places, settings: Settings, *, node_id: str, conditions: Notices
) -> FollowedPlugins:
    """Those of an agent, with its folders and its keys."""
    ground = PluginGround(node_id, places.plugins_dir, places.runtime_dir, places.state_dir, settings.plugins)
    unseal = unsealing(places.state_dir / "keys")
    return FollowedPlugins(host, store, ground, unseal, conditions, options=settings.plugin_options)


async def _keep(name: str, joined: JoinedPlugin, scope: trio.CancelScope) -> None:
    """A kind that breaks costs that instance; it is joined again when its document changes."""
    with scope:
        try:
            await joined.run()
        except Exception:  # noqa: BLE001 - whatever a plugin at the other end brings about
            _log.exception("a plugin is not followed any more", plugin=name)


async def _until(wait: Callable[[], object], scope: trio.CancelScope) -> None:
    await wait()  # type: ignore[misc]  # both are async
    scope.cancel()


def _stamp(place: Path) -> tuple[int, ...]:
    """Of a folder and what lies in it; a file that is written anew may leave its folder as it was."""
    try:
        names = sorted(place.iterdir())
        return (place.stat().st_mtime_ns, *(each.lstat().st_mtime_ns for each in names))
    except OSError:
        return ()

"""Keeping a plugin at a socket connected: greeting it, following its health, and coming back to it for ever."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import structlog
import trio

from mosaicfs import RefusedError
from mosaicfs.errors import DisconnectedError, MosaicError, TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_item import PluginStanding
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs.model.retry import wait_after
from mosaicfs_process.envelopes import event_envelope
from mosaicfs_process.exchange import Facts
from mosaicfs_process.executable.surroundings import home_of
from mosaicfs_process.info import nameless
from mosaicfs_process.socket.connection import HEALTH_S, Connection
from mosaicfs_process.socket.greeting import greet
from mosaicfs_process.socket.lines import GONE, Lines
from mosaicfs_process.socket.notifying import Told
from mosaicfs_process.socket.reaching import Reach
from mosaicfs_process.socket.session import Session, Stuck
from mosaicfs_process.troubles import called

CONNECT_S = 5.0
BYE_S = 1.0
CRAWL_S = 300.0
MOST_MISSED = 3

TROUBLES: tuple[type[BaseException], ...] = (*GONE, OSError)

_log = structlog.get_logger(component="plugins")


class Link:
    """`mosaicfs_process.exchange.Exchange` with a process at a socket."""

    def __init__(self, ground: PluginGround, instance: PluginInstance, reach: Reach) -> None:
        self.instance = instance
        self.info: PluginInfo = nameless(instance.code)
        self.standing: tuple[PluginStanding, str] = ("disconnected", "it was not reached yet")
        self._ground = ground
        self._reach = reach
        self._connection: Connection | None = None
        self._stuck = Stuck()
        self._told = Told(instance.name)
        self._last_acked = 0
        self._changed = trio.Event()
        self._moved = trio.Event()

    @property
    def folder(self) -> Path:
        return home_of(self._ground.state_dir, self.instance.name)

    def take(self, instance: PluginInstance, reach: Reach | None = None) -> None:
        """Another `reach` ends the connection: whoever is at its end is not asked any more."""
        before, self.instance = self.instance, instance
        if reach is not None and reach != self._reach:
            self._reach = reach
            self._moved.set()
            if self._connection is not None:
                self._connection.close()
        if before.config != instance.config:
            self._changed.set()

    # --- what is asked -----------------------------------------------------------------------------------------------

    async def event(self, event: Event, entry: Entry | None, path: Path | None) -> Facts | None:
        shown = path if self._reach.shares_disk else None
        envelope = event_envelope(event, entry, shown, node_id=self._ground.node_id, plugin=self.instance.name)
        file_id = None if entry is None else entry.file_id
        timeout_s = float(self.instance.document.timeout_s)
        return await self._up.event(envelope, file_id or event.name, file_id, path, timeout_s)

    async def request(self, name: str, payload: Facts, limit_s: float) -> Facts | None:
        about = str(payload.get("file_id") or payload.get("remote_key") or name)
        return await self._up.request(name, payload, limit_s, about)

    @asynccontextmanager
    async def parts(
        self, name: str, payload: Facts, on_life: Callable[[], None]
    ) -> AsyncGenerator[AsyncIterator[Facts], None]:
        async with aclosing(self._up.parts(name, payload, CRAWL_S, on_life)) as parts:
            yield parts

    @property
    def _up(self) -> Connection:
        if self._connection is None:
            raise DisconnectedError(self.instance.name)
        return self._connection

    # --- the life of it ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        failures = 0
        while True:
            began = trio.current_time()
            try:
                await self._connected()
            except RefusedError as refusal:
                self._stand("refused", str(refusal))
            except TROUBLES as trouble:
                self._stand("disconnected", _said(trouble))
            lasted = trio.current_time() - began > wait_after(failures or 1)
            failures = 1 if lasted else failures + 1
            with trio.move_on_after(wait_after(failures)):
                await self._moved.wait()
            self._moved = trio.Event()

    async def _connected(self) -> None:
        reach = self._reach
        lines = Lines(await self._reached(), called(self.instance.name))
        try:
            told = reach.greeting(self.instance.config)
            greeted = await greet(lines, self.instance, self._ground.node_id, self._last_acked, told)
        except BaseException:
            with trio.CancelScope(shield=True):
                await lines.aclose()
            raise
        self.info = replace(greeted.info, window=greeted.window)
        session = Session(self.instance.name, greeted.window)
        connection = Connection(lines, session, self._pushed, self._lost)
        self._connection = connection
        self._stand("ready", "")
        _log.info("plugin connected", plugin=self.instance.name, version=greeted.info.version, window=greeted.window)
        try:
            await self._until_lost(connection)
        finally:
            self._connection = None
            self._last_acked = max(self._last_acked, session.last_acked)

    async def _reached(self) -> trio.abc.Stream:
        with trio.move_on_after(CONNECT_S):
            return await self._reach.stream()
        raise TimedOutError(called(self.instance.name), CONNECT_S)

    async def _until_lost(self, connection: Connection) -> None:
        async with trio.open_nursery() as nursery:
            for beside in (self._follow_health, self._follow_config, self._say_bye):
                nursery.start_soon(beside, connection)
            await connection.run(self._stuck)
            nursery.cancel_scope.cancel()

    async def _follow_health(self, connection: Connection) -> None:
        key, missed = f"plugin_health_check_failed:{self.instance.name}", 0
        while True:
            await trio.sleep(max(1, self.instance.document.health_check_interval_s))
            try:
                answer = await connection.request("health_check", {}, HEALTH_S)
            except TimedOutError:
                missed += 1
            except MosaicError:
                continue
            else:
                missed = 0
                self.instance.conditions.clear(key)
                self._told.take(answer or {}, self.instance.notices)
            if missed == MOST_MISSED:
                text = f"{self.instance.name} has not answered {MOST_MISSED} health checks in a row. Look at its log."
                self.instance.conditions.observe(key, "warning", "A plugin does not answer", text)

    async def _follow_config(self, connection: Connection) -> None:
        while True:
            await self._changed.wait()
            self._changed = trio.Event()
            try:
                await connection.say({"type": "config", **self._reach.greeting(self.instance.config)})
            except GONE:
                return

    async def _say_bye(self, connection: Connection) -> None:
        """At a stop, and when the plugin is switched off; a plugin that listens to nobody does not hold us up."""
        try:
            await trio.sleep_forever()
        finally:
            if connection.is_up:
                with trio.move_on_after(BYE_S, shield=True):
                    with suppress(*GONE):
                        await connection.say({"type": "bye", "reason": "shutdown"})

    def _lost(self) -> None:
        self._connection = None
        self._stand("disconnected", "the connection was lost")

    def _pushed(self, message: Facts) -> None:
        self._told.pushed(message, self.instance.notices)

    def _stand(self, standing: PluginStanding, reason: str) -> None:
        if (standing, reason) != self.standing:
            self.standing = (standing, reason)
            self.instance.on_news()


def _said(trouble: BaseException) -> str:
    if isinstance(trouble, FileNotFoundError):
        return f"nothing listens at {trouble.filename or 'its socket'}"
    return trouble.strerror or str(trouble) if isinstance(trouble, OSError) else str(trouble)

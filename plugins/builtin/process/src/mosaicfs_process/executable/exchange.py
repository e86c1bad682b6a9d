"""Asking a program: each job, query and request is a process of its own, in one of a few slots."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
import structlog
import trio

from mosaicfs import RefusedError, open_plugin_file
from mosaicfs.errors import AskOwnerError, SourceUnavailableError, TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import Json
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.crawling import one_part
from mosaicfs_process.envelopes import event_envelope, request_envelope
from mosaicfs_process.exchange import Facts
from mosaicfs_process.executable.batching import Batches, Waiting
from mosaicfs_process.executable.limits import limits_of
from mosaicfs_process.executable.running import TERM_S, Ended, Program, run
from mosaicfs_process.executable.sandbox import Reach, command, walls_of
from mosaicfs_process.executable.surroundings import environment_of, home_of
from mosaicfs_process.executable.verdict import answer_of
from mosaicfs_process.troubles import called

ASKED_TERM_S = 0.5
"""Who waits for an answer has a limit of its own, which is near."""

ASKED_SLOTS = 4
"""For what somebody waits for; it never stands behind jobs."""
AT_ONCE = frozenset({"query", "materialize", "notice"})
CRAWL_S = 300.0

_log = structlog.get_logger(component="plugins")


class SandboxRequiredError(AskOwnerError):
    def __init__(self, plugin: str) -> None:
        super().__init__(
            f"The plugin {plugin} may only run in a sandbox ([plugins] sandbox = required), and none works on this "
            "machine. Install bubblewrap, or choose “auto”."
        )


class ExecutableExchange:
    """`mosaicfs_process.exchange.Exchange` with one program."""

    def __init__(self, ground: PluginGround, instance: PluginInstance, info: PluginInfo) -> None:
        self.instance = instance
        self._ground = ground
        self._info = info
        self._jobs = trio.CapacityLimiter(max(1, instance.document.workers))
        self._asked = trio.CapacityLimiter(ASKED_SLOTS)
        self._others = trio.CapacityLimiter(max(1, instance.document.workers))
        self._batches = Batches(self._batch)

    def take(self, instance: PluginInstance, info: PluginInfo) -> None:
        self.instance, self._info = instance, info
        self._jobs.total_tokens = self._others.total_tokens = max(1, instance.document.workers)

    @property
    def folder(self) -> Path:
        return home_of(self._ground.state_dir, self.instance.name)

    async def event(self, event: Event, entry: Entry | None, path: Path | None) -> Facts | None:
        name = self.instance.name
        envelope = event_envelope(event, entry, path, node_id=self._ground.node_id, plugin=name)
        waiting = Waiting(envelope, entry.file_id if entry is not None else event.name)
        most = max(1, self.instance.document.batch_size)
        return await self._batches.answer(name, waiting, most, self._jobs)

    async def request(self, name: str, payload: Facts, limit_s: float) -> Facts | None:
        """The time in a line counts too: who asks does not wait longer than it says."""
        envelope = request_envelope(name, payload, node_id=self._ground.node_id, plugin=self.instance.name)
        about = str(payload.get("file_id") or payload.get("remote_key") or name)
        slots, until = self._asked if name in AT_ONCE else self._others, trio.current_time() + limit_s
        with trio.move_on_at(until) as line:
            await slots.acquire()
        if line.cancelled_caught:
            raise TimedOutError(called(self.instance.name), limit_s)
        try:
            return await self._ask(envelope, about, until - trio.current_time(), _places_in(payload))
        finally:
            slots.release()

    @asynccontextmanager
    async def parts(
        self, name: str, payload: Facts, on_life: Callable[[], None]
    ) -> AsyncGenerator[AsyncIterator[Facts], None]:
        yield one_part(await self.request(name, payload, CRAWL_S))

    async def _batch(self, events: Sequence[Waiting]) -> Facts | None:
        limit_s = float(self.instance.document.timeout_s)
        places = [place for each in events for place in _places_in(each.envelope["payload"])]
        if len(events) == 1:
            return await self._ask(events[0].envelope, events[0].about, limit_s, places)
        whole: Facts = {"event": "batch", "events": [each.envelope for each in events]}
        return await self._ask(whole, "a batch of files", limit_s, places)

    async def _ask(self, envelope: Facts, about: str, limit_s: float, places: Sequence[Path]) -> Facts | None:
        instance = self.instance
        stdin = msgspec.json.encode({**envelope, "config": dict(instance.config)})
        term_s = ASKED_TERM_S if envelope["event"] in AT_ONCE else TERM_S
        try:
            ended = await self._run(instance, stdin, limit_s, places, term_s)
        except OSError as trouble:  # no room on the disk, no process or descriptor left: not the fault of the plugin
            raise SourceUnavailableError(called(instance.name), f"it cannot be started: {_said(trouble)}") from None
        if ended.stderr:
            ended.stderr = instance.discreet(ended.stderr)
            _log.warning("plugin says", plugin=instance.name, file_id=about, text=ended.stderr)
        return answer_of(ended, instance.name, about, limit_s)

    async def _run(
        self, instance: PluginInstance, stdin: bytes, limit_s: float, places: Sequence[Path], term_s: float
    ) -> Ended:
        settings = self._ground.settings
        walls = await walls_of(settings.sandbox)
        if walls is None:
            raise SandboxRequiredError(instance.name)
        home = home_of(self._ground.state_dir, instance.name)
        with await self._opened(instance) as file:
            path = Path(file.name)
            reach = Reach(path, home, _outside(places, home), network=self._info.network)
            program = Program(
                file.fileno(),
                path,
                home,
                environment_of(home, settings.pass_env),
                limits_of(settings, limit_s),
                command(walls, reach, settings),
            )
            return await run(program, stdin, limit_s, term_s=term_s)

    async def _opened(self, instance: PluginInstance) -> BinaryIO:
        """The file may have gone, or have become unsafe, since the instance was joined."""
        try:
            return await trio.to_thread.run_sync(open_plugin_file, self._ground.plugins_dir, instance.code)
        except (RefusedError, OSError) as trouble:
            raise SourceUnavailableError(called(instance.name), str(trouble)) from None


def _said(trouble: OSError) -> str:
    return f"{trouble.strerror or trouble}{f' ({trouble.filename})' if trouble.filename else ''}"


def _places_in(payload: Json) -> list[Path]:
    """Files that the program is told to read or write."""
    known = payload if isinstance(payload, dict) else {}
    named = [known.get(name) for name in ("content_path", "source_path", "staging_path")]
    return [Path(place) for place in named if isinstance(place, str)]


def _outside(places: Sequence[Path], home: Path) -> list[Path]:
    """What is to be shown to it beside its home. Staging files lie in there and may be written."""
    return [place for place in places if not place.is_relative_to(home) and place.exists()]

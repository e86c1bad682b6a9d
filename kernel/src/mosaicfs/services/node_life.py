"""The heartbeat of a node: made of what its parts say, and handed to whoever keeps the node document.

When one is due is decided here: at once, every half minute, as soon as something has changed that others go by, and a
last one at a clean stop. How it travels is the receiver's matter.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from time import time
from typing import Literal, NoReturn

import structlog
import trio
from msgspec import structs

import mosaicfs
from mosaicfs.errors import AccessRefusedError, MosaicError
from mosaicfs.model.agent_status import Subsystem
from mosaicfs.model.configuration import Settings
from mosaicfs.model.heartbeat import PROTOCOL, Heartbeat, HeartbeatReceiver, JobReport, Platform
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Storage, Transfer
from mosaicfs.model.retry import wait_after
from mosaicfs.model.times import Clock, now_text
from mosaicfs.services.standing import NodeStanding
from mosaicfs.services.waking import Wake

_PLATFORMS: Mapping[str, Platform] = {"linux": "linux", "darwin": "darwin", "win32": "windows"}

_log = structlog.get_logger(component="heartbeat")


@dataclass(slots=True)
class NodeLife:
    """`settings`, `storage`, `capabilities` and `jobs` are asked anew for each heartbeat, so they must be at hand."""

    node_id: str
    settings: Callable[[], Settings]
    standing: NodeStanding
    receiver: HeartbeatReceiver
    storage: Callable[[], tuple[Storage, ...]] = tuple
    capabilities: Callable[[], tuple[str, ...]] = tuple
    jobs: Callable[[], tuple[JobReport, ...]] = tuple
    clock: Clock = time
    wake: Wake = field(default_factory=Wake)
    transfer: Transfer | None = None
    _last: Heartbeat | None = None

    async def run(self) -> NoReturn:
        """A heartbeat that is not taken is tried again, at the latest when the next one is due."""
        failures = 0
        while True:
            interval_s = float(self.settings().heartbeat.interval_s)
            try:
                await self._send("online")
            except MosaicError as error:
                failures += 1
                self._tell(error, failures)
                await trio.sleep(min(wait_after(failures), interval_s))
                continue
            failures = 0
            with trio.move_on_after(interval_s):
                while self._last is not None and _gist(self._now("online")) == _gist(self._last):
                    await self.wake.wait()

    def advertise(self, transfer: Transfer | None) -> None:
        self.transfer = transfer
        self.wake.call()

    async def say_goodbye(self) -> None:
        """Once, at a clean stop. Whoever does not hear it finds out by itself."""
        try:
            await self._send("offline")
        except MosaicError as error:
            _log.info("the last heartbeat was not taken", error=str(error))

    async def _send(self, status: Literal["online", "offline"]) -> None:
        self.standing.look_at_plugins()
        heartbeat = self._now(status)
        await self.receiver.receive(heartbeat)
        self._last = heartbeat

    def _now(self, status: Literal["online", "offline"]) -> Heartbeat:
        subsystems = self.standing.subsystems
        return Heartbeat(
            node_id=self.node_id,
            name=self.settings().agent.name or socket.gethostname(),
            platform=_PLATFORMS.get(sys.platform, "linux"),
            version=mosaicfs.__version__,
            vfs_capable=False,
            capabilities=self.capabilities(),
            watch_paths=self._own_paths(),
            adopted_paths=self.standing.adopted_paths,
            transfer=self.transfer,
            storage=self.storage(),
            status=status,
            overall=self.standing.overall,
            subsystems={name: structs.replace(each, unknown={}) for name, each in subsystems.items()},
            crawl=_crawl(subsystems),
            jobs=self.jobs(),
            protocol=PROTOCOL,
            time=now_text(self.clock),
        )

    def _own_paths(self) -> tuple[str, ...]:
        """Those of the configuration, also before anybody looked at them, and those that were named since."""
        adopted = self.standing.adopted_paths
        named = (path for path in self.standing.watch_paths if path not in adopted)
        return tuple(dict.fromkeys((*watch_paths(self.settings()), *named)))

    def _tell(self, error: MosaicError, failures: int) -> None:
        """What passes by itself is worth a line from the third time on; a removed node is told at once."""
        tell = _log.warning if failures >= 3 or isinstance(error, AccessRefusedError) else _log.info
        tell("the heartbeat is not taken", attempt=failures, error=str(error))


def watch_paths(settings: Settings) -> tuple[str, ...]:
    """Each once, without a `/` at the end."""
    return tuple(dict.fromkeys(normpath(path) for path in settings.agent.watch_paths))


def _crawl(subsystems: Mapping[str, Subsystem]) -> JsonObject:
    return dict(subsystems["crawler"].unknown) if "crawler" in subsystems else {}


def _gist(heartbeat: Heartbeat) -> object:
    """What others go by. How far a crawl is can wait for its half minute."""
    return (
        heartbeat.overall,
        heartbeat.capabilities,
        heartbeat.transfer,
        heartbeat.watch_paths,
        heartbeat.adopted_paths,
        heartbeat.storage,
        {job.job_id: job.state for job in heartbeat.jobs},
    )

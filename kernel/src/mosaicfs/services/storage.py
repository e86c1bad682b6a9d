"""How full the disks with watched folders are: looked at once an hour, kept as snapshots, told when it gets tight.

What is decided from what the system says is in `inventory`, how it is asked in `probing`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.ids import utilization_id
from mosaicfs.model.inventory import Fill, Probe
from mosaicfs.model.node import Storage
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, time_text
from mosaicfs.model.utilization import CloudUse, FilesystemUse, UtilizationSnapshot
from mosaicfs.services.inventory import Measured, is_local, judged, measured, mount_of, part_used
from mosaicfs.services.probing import SystemProbe
from mosaicfs.services.revising import revise

HOUR_S = 3600.0
STEP_S = 30.0
"""The wall clock may jump, and a machine may sleep: so the time is looked at that often."""

PULSE_S = 2.0
"""A disk that fills fast is told of within seconds: its numbers are asked for that often, and nothing else."""

PROMPT_S = 60.0
"""A snapshot that would be later after its hour is not made."""

_log = structlog.get_logger(component="storage")


@dataclass(slots=True)
class StorageWatch:
    """`current` is what the last look has found. `on_look` is called after each look; `cloud` says what services told.

    `watch_paths` may be changed at any time; it is looked again soon.
    """

    node_id: str
    watch_paths: tuple[str, ...]
    interval_s: float
    notices: LastingNotices
    probe: Probe = field(default_factory=SystemProbe)
    clock: Clock = time
    on_look: Callable[[], None] = lambda: None
    cloud: Callable[[], tuple[CloudUse, ...]] = tuple
    _found: list[Measured] = field(default_factory=list)
    _looked_at: tuple[str, ...] = ()
    _told: dict[str, str] = field(default_factory=dict)

    @property
    def current(self) -> tuple[Storage, ...]:
        return tuple(each.storage for each in self._found)

    async def run(self, store: Store) -> NoReturn:
        """A look at once, by the interval, and at every full hour, which is kept."""
        await self.look()
        next_look = trio.current_time() + self.interval_s
        hour = _hour(self.clock())
        while True:
            now = self.clock()
            step_s = max(0.0, min(STEP_S, HOUR_S - now % HOUR_S, next_look - trio.current_time()))
            if await self._turned_within(step_s):
                next_look = trio.current_time()
            now = self.clock()
            is_full_hour = _hour(now) != hour and now % HOUR_S < PROMPT_S
            hour = _hour(now)
            if is_full_hour or trio.current_time() >= next_look or self.watch_paths != self._looked_at:
                await self.look()
                next_look = trio.current_time() + self.interval_s
            if is_full_hour:
                await self._keep(store, now)

    async def look(self) -> None:
        """Ask the system, and say what gets tight and what does not any more."""
        self._looked_at = self.watch_paths
        mounts = await self.probe.mounts()
        places = {path: real for path in self._looked_at if (real := await self.probe.real_path(path)) is not None}
        on = {mount.mount_point for real in places.values() if (mount := mount_of(real, mounts)) and is_local(mount)}
        fills: dict[str, Fill] = {point: fill for point in sorted(on) if (fill := await self.probe.fill(point))}
        devices = await self.probe.block_devices() if fills else ()
        self._found = measured(self.node_id, places, mounts, fills, devices)
        for each in self._found:
            self._tell(each)
        self.on_look()

    async def _turned_within(self, seconds: float) -> bool:
        """True as soon as a disk that was found gets tight, or is not any more; False after the time."""
        with trio.move_on_after(seconds):
            while True:
                await trio.sleep(PULSE_S)
                if await self._has_turned():
                    return True
        return False

    async def _has_turned(self) -> bool:
        for each in self._found:
            fill = await self.probe.fill(each.use.mount_point)
            if fill is None or each.read_only:
                continue
            used = part_used(fill.used_bytes, fill.available_bytes), part_used(fill.used_inodes, fill.available_inodes)
            keys = (f"{name}:{each.use.filesystem_id}" for name in ("storage_near_capacity", "inodes_near_exhaustion"))
            if any(self._is_news(key, part) for key, part in zip(keys, used, strict=True)):
                return True
        return False

    def _is_news(self, key: str, part: float | None) -> bool:
        """What holds already is none, unless it has become graver."""
        holds = self.notices.holds(key)
        match judged(part, holds=holds):
            case "over":
                return holds
            case "error":
                return not holds or self._told.get(key) != "error"
            case "warning":
                return not holds
        return False

    async def _keep(self, store: Store, now: float) -> None:
        """The hour's snapshot; one that is there stays as it is. An hour that cannot be written is left out."""
        captured_at = time_text(int(now * 1_000_000))
        snapshot = UtilizationSnapshot(
            node_id=self.node_id,
            captured_at=captured_at,
            filesystems=tuple(each.use for each in self._found),
            cloud=self.cloud() or None,
        )
        doc_id = utilization_id(self.node_id, captured_at)

        def decide(before: UtilizationSnapshot | None) -> UtilizationSnapshot | None:
            return snapshot if before is None else None

        try:
            await revise(store, doc_id, node_role(self.node_id), UtilizationSnapshot, decide)
        except MosaicError as error:
            _log.warning("the snapshot of this hour is left out", hour=captured_at, error=str(error))

    def _tell(self, each: Measured) -> None:
        use = each.use
        self._judge("storage_near_capacity", each, part_used(use.used_bytes, use.available_bytes), _SPACE)
        self._judge("inodes_near_exhaustion", each, part_used(use.used_inodes, use.available_inodes), _INODES)

    def _judge(self, name: str, each: Measured, part: float | None, title: str) -> None:
        """What is mounted read-only is full for ever, and nobody has to do anything."""
        key = f"{name}:{each.use.filesystem_id}"
        verdict = judged(None if each.read_only else part, holds=self.notices.holds(key))
        self._told[key] = verdict or self._told.get(key, "over")
        if verdict == "over":
            self.notices.clear(key)
        elif verdict is not None and part is not None:
            self.notices.observe(key, verdict, title, _message(name, each.use, part))


_SPACE = "Disk nearly full"
_INODES = "Disk can hold few more files"


def _message(name: str, use: FilesystemUse, part: float) -> str:
    """Rounded down, so that 100 % is full."""
    percent = int(part * 100)
    if name == "storage_near_capacity":
        left = f"{percent} % of the space is used; {_size(use.available_bytes)} are left."
        return f"{use.mount_point}: {left} Remove what you do not need, or move folders to another disk."
    left = f"{percent} % of the files it can hold are there; {use.available_inodes:,} more fit."
    return f"{use.mount_point}: {left} Remove folders with many small files, even where space is left."


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:,.0f} {unit}"
        size /= 1024
    return f"{size:,.1f} TiB"


def _hour(now: float) -> int:
    return int(now // HOUR_S)

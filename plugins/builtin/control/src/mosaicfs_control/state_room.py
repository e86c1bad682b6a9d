"""Room for the state of the control plane: told before its database can grow no more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

import anyio
import anyio.to_thread
import structlog

from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Severity

CONDITION = "control_plane_disk_low"
BETWEEN_S = 60.0
MIB, GIB = 1 << 20, 1 << 30

_log = structlog.get_logger(component="state_room")


class Room(NamedTuple):
    total: int
    free: int


def judged(room: Room) -> Severity | Literal["over"] | None:
    """None between the thresholds, where nothing changes."""
    if room.free < 512 * MIB:
        return "error"
    if room.free < 2 * GIB or room.free < room.total * 0.10:
        return "warning"
    return "over" if room.free > 3 * GIB and room.free > room.total * 0.15 else None


class StateRoom:
    """`measure` raises `OSError` where the directory cannot be looked at."""

    def __init__(self, state_dir: Path, notices: LastingNotices, measure: Callable[[Path], Room] | None = None) -> None:
        self._state_dir = state_dir
        self._notices = notices
        self._measure = measure or room_of

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            await self.check()
            await anyio.sleep(BETWEEN_S)

    async def check(self) -> None:
        try:
            room = await anyio.to_thread.run_sync(self._measure, self._state_dir)
        except OSError as trouble:
            _log.info("the room for the state cannot be looked at", cause=str(trouble))
            return
        verdict = judged(room)
        if verdict == "over" and self._notices.holds(CONDITION):
            self._notices.clear(CONDITION)
        elif verdict in ("error", "warning"):
            self._notices.observe(CONDITION, verdict, "Little room for the control plane", self._message(room))

    def _message(self, room: Room) -> str:
        return (
            f"{self._state_dir}: {room.free / GIB:.1f} GiB of {room.total / GIB:.0f} GiB are free. Without room "
            "nothing can be written any more. Remove what is not needed on that disk, or move the state elsewhere."
        )


def room_of(state_dir: Path) -> Room:
    found = shutil.disk_usage(state_dir)
    return Room(found.total, found.free)

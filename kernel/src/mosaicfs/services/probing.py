"""Asking the system for its mounts, disks and free space, in threads, and never for longer than a few seconds.

A dead disk may keep a thread for ever; it is then left to itself, and what it would have told is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import structlog
import trio

from mosaicfs.model.inventory import BlockDevice, Fill, Mount
from mosaicfs.services.inventory import block_devices_in, mounts_in

LIMIT_S = 5.0
_COLUMNS = "PATH,MAJ:MIN,TYPE,UUID,SIZE,VENDOR,MODEL,SERIAL,TRAN"
_LSBLK = ("lsblk", "--json", "--bytes", "--output", _COLUMNS)

T = TypeVar("T")

_log = structlog.get_logger(component="storage")


class SystemProbe:
    """`model.inventory.Probe` of the machine that this runs on."""

    def __init__(self) -> None:
        # Threads that hang on dead disks are taken out of this number, not out of what the store works with.
        self._threads = trio.CapacityLimiter(4)

    async def mounts(self) -> list[Mount]:
        return mounts_in(await self._asked("mounts", _mount_table) or "")

    async def real_path(self, path: str) -> str | None:
        return await self._asked(path, lambda: os.path.realpath(path, strict=True))

    async def fill(self, mount_point: str) -> Fill | None:
        return await self._asked(mount_point, lambda: fill_of(os.statvfs(mount_point)))

    async def block_devices(self) -> list[BlockDevice]:
        with trio.move_on_after(LIMIT_S), suppress(OSError):
            done = await trio.run_process(
                _LSBLK, capture_stdout=True, capture_stderr=True, check=False, deliver_cancel=_kill
            )
            return block_devices_in(done.stdout)
        return []

    async def _asked(self, what: str, ask: Callable[[], T]) -> T | None:
        with trio.move_on_after(LIMIT_S), suppress(OSError):
            return await trio.to_thread.run_sync(ask, abandon_on_cancel=True, limiter=self._threads)
        _log.debug("the system does not tell", path=what)
        return None


def fill_of(told: os.statvfs_result) -> Fill:
    """Some file systems, such as btrfs, count no inodes and say 0."""
    counts_inodes = told.f_files > 0
    return Fill(
        capacity_bytes=told.f_blocks * told.f_frsize,
        used_bytes=(told.f_blocks - told.f_bfree) * told.f_frsize,
        available_bytes=told.f_bavail * told.f_frsize,
        used_inodes=told.f_files - told.f_ffree if counts_inodes else None,
        available_inodes=told.f_favail if counts_inodes else None,
        read_only=bool(told.f_flag & os.ST_RDONLY),
    )


async def _kill(process: trio.Process) -> None:
    """It only looks, so nothing is lost; a gentle end could take as long as the answer."""
    process.kill()


def _mount_table() -> str:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")

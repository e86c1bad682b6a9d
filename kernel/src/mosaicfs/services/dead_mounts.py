"""Mounts of this machine that were killed: nobody serves them, and whoever looks into one gets an error.

One that ends in order says so, and one that is kept up is there again before it is missed. A mount that cannot begin
tells that itself; here is only what it cannot tell any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Final, NoReturn

import trio

from mosaicfs.model.inventory import Probe
from mosaicfs.model.notices import Notices
from mosaicfs.model.times import Clock
from mosaicfs.services.duty_figures import MOUNT, figures_in, lives
from mosaicfs.services.probing import SystemProbe

PLUGIN: Final = "mount"
CONDITION: Final = "mount_failed"
TYPE: Final = "fuse.mosaicfs"
EVERY_S: Final = 10.0


@dataclass(slots=True)
class DeadMounts:
    """`folder` is where the duties of this machine keep their figures."""

    folder: Path
    notices: Notices
    probe: Probe = field(default_factory=SystemProbe)
    clock: Clock = time
    _told: frozenset[str] = frozenset()

    async def run(self) -> NoReturn:
        while True:
            await self.look()
            await trio.sleep(EVERY_S)

    async def look(self) -> None:
        """One that is silent and was unmounted is none: somebody knows of it."""
        dead = frozenset(self._silent())
        if dead:
            dead &= {mount.mount_point for mount in await self.probe.mounts() if mount.fs_type == TYPE}
        if dead and dead != self._told:
            self.notices.observe(CONDITION, "error", "The mount does not work", _message(dead))
        elif self._told and not dead:
            self.notices.clear(CONDITION)
        self._told = dead

    def _silent(self) -> Iterator[str]:
        for duty in figures_in(self.folder):
            path = duty.subsystems.get(MOUNT, {}).get("path")
            if isinstance(path, str) and not lives(duty, self.clock()):
                yield path


def _message(dead: frozenset[str]) -> str:
    places = ", ".join(sorted(dead))
    return (
        f"{places}: the program that served the mount has ended without a word. Mount it again: mosaicfs mount, "
        "or take it away: mosaicfs unmount"
    )

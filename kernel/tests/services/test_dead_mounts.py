"""A mount that was killed is told of until it is served again, or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from mosaicfs.model.content import Content, TierFigures
from mosaicfs.model.inventory import BlockDevice, Fill, Mount
from mosaicfs.model.json import JsonObject
from mosaicfs.services.dead_mounts import CONDITION, DeadMounts
from mosaicfs.services.duty_figures import FRESH_S, Figures, RelayedStanding, name_of
from mosaicfs_sdk.fakes.told import FakeNotices

PLACE = "/home/ana/Mosaic"


class Nothing:
    def figures(self) -> Sequence[TierFigures]:
        return []

    def report(self) -> JsonObject:
        return {}


@dataclass
class Machine:
    """`mounts` is the table of the system."""

    folder: Path
    mounts_now: list[Mount] = field(default_factory=list)
    now: float = 1_000.0
    notices: FakeNotices = field(default_factory=FakeNotices)

    def __post_init__(self) -> None:
        self.dead = DeadMounts(self.folder, self.notices, self, lambda: self.now)

    def serving(self, place: str = PLACE) -> Figures:
        relayed = RelayedStanding()
        relayed.tell("vfs_mount", "healthy", counters={"path": place, "open_files": 2})
        return Figures(self.folder, name_of("mount", place), cast(Content, Nothing()), relayed, lambda: self.now)

    def serves(self, place: str = PLACE) -> None:
        mount = self.serving(place)
        mount.write(mount.relayed.subsystems)
        self.mounts_now = [Mount(place, "fuse.mosaicfs", "mosaicfs", "0:57")]

    async def looked(self, later_s: float = 0.0) -> str | None:
        self.now += later_s
        await self.dead.look()
        return self.notices.holding.get(CONDITION)

    async def mounts(self) -> list[Mount]:
        return self.mounts_now

    async def real_path(self, path: str) -> str | None:
        return path

    async def fill(self, mount_point: str) -> Fill | None:
        return None

    async def block_devices(self) -> Sequence[BlockDevice]:
        return ()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def test_one_that_was_killed_is_told_until_it_is_served_again(machine: Machine) -> None:
    machine.serves()
    assert await machine.looked() is None
    told = await machine.looked(2 * FRESH_S)
    assert told is not None
    assert PLACE in told
    machine.serves()
    assert await machine.looked() is None


async def test_one_that_was_killed_and_then_taken_away_is_missed_by_nobody(machine: Machine) -> None:
    machine.serves()
    assert await machine.looked(2 * FRESH_S) is not None
    machine.mounts_now = []
    assert await machine.looked() is None


async def test_one_that_has_ended_in_order_is_none(machine: Machine, autojump_clock: MockClock) -> None:
    with trio.move_on_after(1):
        await machine.serving().run()
    machine.mounts_now = [Mount(PLACE, "fuse.mosaicfs", "mosaicfs", "0:57")]
    assert await machine.looked(2 * FRESH_S) is None


async def test_what_another_has_mounted_there_since_is_none(machine: Machine) -> None:
    machine.serves()
    machine.mounts_now = [Mount(PLACE, "fuse.sshfs", "attic:", "0:57")]
    assert await machine.looked(2 * FRESH_S) is None

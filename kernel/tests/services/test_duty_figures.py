"""What the duties of a machine read is told as one, and never becomes less while the machine runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from mosaicfs.model.content import Content, TierFigures
from mosaicfs.model.json import JsonObject
from mosaicfs.services import duty_figures
from mosaicfs.services.duty_figures import (
    Figures,
    RelayedStanding,
    figures_in,
    last_sign_of,
    name_of,
    tell_all,
    tiers_in,
)
from mosaicfs_sdk.fakes.told import FakeStanding


@dataclass
class Read:
    """Of one process: so many good reads of the cache, of 10 bytes each."""

    reads: int = 0

    def figures(self) -> Sequence[TierFigures]:
        opens = {"0.1": self.reads, "+Inf": self.reads}
        reads = {"ok": self.reads, "changed": 1}
        return [TierFigures(tier="cache", reads=reads, read_bytes=10 * self.reads, opens=opens, open_seconds=0.5)]

    def report(self) -> JsonObject:
        return {"cache": {"entries": 3, "bytes": 30, "hits": self.reads, "misses": 1}, "peer": {"bytes_in": 7}}


@dataclass
class Machine:
    folder: Path
    now: float = 1_000.0
    standing: FakeStanding = field(default_factory=FakeStanding)

    def duty(self, name: str, reads: int) -> Figures:
        return Figures(self.folder, name, cast(Content, Read(reads)), RelayedStanding(), lambda: self.now)

    def cache(self) -> Mapping[str, object]:
        return self.standing.counters["cache"]

    async def tell(self) -> None:
        with trio.move_on_after(1):
            await tell_all(self.folder, Read().report, self.standing, lambda: self.now)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def lived(figures: Figures, seconds: float = 1) -> None:
    with trio.move_on_after(seconds):
        await figures.run()


async def test_duties_are_added_up(machine: Machine, autojump_clock: MockClock) -> None:
    await lived(machine.duty("agent", 3))
    await lived(machine.duty("server", 4))
    (cache,) = tiers_in(machine.folder)
    assert (cache.tier, cache.reads, cache.read_bytes) == ("cache", {"ok": 7, "changed": 2}, 70)
    assert (cache.opens, cache.open_seconds) == ({"0.1": 7, "+Inf": 7}, 1.0)
    await machine.tell()
    assert {name: machine.cache()[name] for name in ("entries", "bytes", "hits", "misses", "evictions")} == {
        "entries": 3,
        "bytes": 30,
        "hits": 7,
        "misses": 2,
        "evictions": 0,
    }


async def test_a_living_duty_shows_itself_again_and_again(machine: Machine, autojump_clock: MockClock) -> None:
    assert last_sign_of(machine.folder, "agent") is None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(machine.duty("agent", 3).run)
        for machine.now in (1_000.0, 1_010.0, 1_020.0):
            await trio.sleep(2 * duty_figures.EVERY_S)
            assert last_sign_of(machine.folder, "agent") == machine.now
        nursery.cancel_scope.cancel()


async def test_a_duty_that_begins_anew_goes_on_counting(machine: Machine, autojump_clock: MockClock) -> None:
    await lived(machine.duty("agent", 3))
    await lived(machine.duty("agent", 2))
    (cache,) = tiers_in(machine.folder)
    assert (cache.reads["ok"], figures_in(machine.folder)[0].cache["hits"]) == (5, 5)


async def test_a_mount_is_told_of_as_long_as_it_lives(machine: Machine, autojump_clock: MockClock) -> None:
    mount = machine.duty(name_of("mount", "/home/ana/Mosaic"), 1)
    mount.relayed.tell("vfs_mount", "healthy", counters={"path": "/home/ana/Mosaic", "open_files": 2})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_all, machine.folder, Read().report, machine.standing, lambda: machine.now)
        nursery.start_soon(lived, mount, 1.5 * duty_figures.EVERY_S)
        await trio.sleep(2.5 * duty_figures.EVERY_S)
        nursery.cancel_scope.cancel()
    assert machine.standing.counters["vfs_mount"] == {"path": "/home/ana/Mosaic", "open_files": 2}
    assert list(dict.fromkeys(machine.standing.fares["vfs_mount"])) == ["healthy", "disabled"]


async def test_a_mount_that_was_killed_is_none(machine: Machine, autojump_clock: MockClock) -> None:
    mount = machine.duty(name_of("mount", "/mnt"), 1)
    mount.relayed.tell("vfs_mount", "healthy", counters={"open_files": 2})
    mount.write(mount.relayed.subsystems)
    machine.now += 2 * duty_figures.FRESH_S
    await machine.tell()
    assert "vfs_mount" not in machine.standing.fares


async def test_what_cannot_be_read_counts_for_nothing(machine: Machine, autojump_clock: MockClock) -> None:
    (machine.folder / "reads-server.json").write_bytes(b"{")
    await lived(machine.duty("agent", 3))
    assert [each.reads["ok"] for each in tiers_in(machine.folder)] == [3]


async def test_a_folder_that_cannot_be_written_to_stops_nobody(machine: Machine, autojump_clock: MockClock) -> None:
    machine.folder = machine.folder / "absent"
    await lived(machine.duty("agent", 3))
    assert tiers_in(machine.folder) == []

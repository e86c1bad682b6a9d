"""What the owner is told of a mount that cannot be there, or that was killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from mosaicfs.errors import ConfigError, MosaicError
from mosaicfs.model.content import Content, TierFigures
from mosaicfs.model.json import JsonObject
from mosaicfs.services.dead_mounts import DeadMounts
from mosaicfs.services.duty_figures import FRESH_S, Figures, RelayedStanding, name_of
from mosaicfs_mount.device.mounting import mount
from mosaicfs_mount.failing import CONDITION, FuseMissingError, told_of
from mosaicfs_mount.mount_points import MountPointError, unmount
from mosaicfs_sdk.fakes.told import FakeNotices
from plugins.builtin.mount.tests.test_mounted import HAS_FUSE

PLACE = Path("/home/ana/Mosaic")


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (MountPointError(PLACE, "is not empty"), "is not empty"),
        (ConfigError("mount.options", "there is no option colour."), "there is no option colour"),
        (ExceptionGroup("of a nursery", [OSError(5, "the line broke")]), "the line broke"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_what_keeps_a_mount_away_is_told_with_its_place(trouble: Exception, told: str) -> None:
    notices = FakeNotices()
    with pytest.raises(type(trouble)), told_of(notices, PLACE):
        raise trouble
    assert told in notices.holding[CONDITION]
    assert str(PLACE) in notices.holding[CONDITION]


def test_a_machine_that_has_no_fuse_has_no_mount_that_could_fail() -> None:
    notices = FakeNotices()
    with pytest.raises(FuseMissingError), told_of(notices, PLACE):
        raise FuseMissingError("/dev/fuse is missing.")
    assert not notices.holding


@dataclass
class _Nothing:
    tiers: list[TierFigures] = field(default_factory=list)

    def figures(self) -> list[TierFigures]:
        return self.tiers

    def report(self) -> JsonObject:
        return {}


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Path]:
    """A mount whose program is gone; the system still has it."""
    place = tmp_path / "tree"
    place.mkdir()
    try:
        descriptor = mount(place, ["fsname=mosaicfs", "subtype=mosaicfs"])
    except MosaicError as refused:
        pytest.skip(str(refused))
    os.close(descriptor)
    try:
        yield place
    finally:
        unmount(place, lazily=True)


@pytest.mark.skipif(not HAS_FUSE, reason="this machine has no FUSE: /dev/fuse and fusermount3 are needed")
async def test_a_mount_that_was_killed_is_told_until_it_is_taken_away(killed: Path, tmp_path: Path) -> None:
    relayed, notices = RelayedStanding(), FakeNotices()
    relayed.tell("vfs_mount", "healthy", counters={"path": str(killed)})
    figures = Figures(tmp_path, name_of("mount", str(killed)), cast(Content, _Nothing()), relayed)
    figures.write(relayed.subsystems)
    dead = DeadMounts(tmp_path, notices)
    await dead.look()
    assert not notices.holding, "it was heard a moment ago"
    dead.clock = lambda: figures.clock() + 2 * FRESH_S
    await dead.look()
    assert str(killed) in notices.holding[CONDITION]
    unmount(killed, lazily=False)
    await dead.look()
    assert not notices.holding

"""What the owner hears of the disk that the control plane writes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs import Conditions
from mosaicfs.model.ids import CONTROL_PLANE
from mosaicfs_control.state_room import CONDITION, GIB, MIB, Room, StateRoom, judged, room_of


@pytest.mark.parametrize(
    ("total", "free", "verdict"),
    [
        (100 * GIB, 20 * GIB, "over"),
        (100 * GIB, 12 * GIB, None),
        (100 * GIB, 9 * GIB, "warning"),
        (8 * GIB, 2 * GIB - 1, "warning"),
        (8 * GIB, 2 * GIB, None),
        (8 * GIB, 512 * MIB - 1, "error"),
        (8 * GIB, 4 * GIB, "over"),
    ],
)
def test_room_is_judged_by_its_part_and_by_its_size(total: int, free: int, verdict: str | None) -> None:
    assert judged(Room(total, free)) == verdict


async def test_it_is_told_while_it_lasts_and_is_over_at_the_higher_mark(tmp_path: Path) -> None:
    notices = Conditions(CONTROL_PLANE).of(CONTROL_PLANE)
    free = [0]
    watch = StateRoom(tmp_path, notices, lambda _: Room(100 * GIB, free[0]))
    for gib, holds in ((20, False), (9, True), (12, True), (16, False)):
        free[0] = gib * GIB
        await watch.check()
        assert notices.holds(CONDITION) is holds


async def test_a_directory_that_cannot_be_looked_at_changes_nothing(tmp_path: Path) -> None:
    notices = Conditions(CONTROL_PLANE).of(CONTROL_PLANE)
    await StateRoom(tmp_path / "gone", notices).check()
    assert not notices.holds(CONDITION)
    assert room_of(tmp_path).total > 0

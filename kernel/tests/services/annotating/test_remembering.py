"""A plugin that has lost what it made of its events hears of everything again; one that has not does not."""

from __future__ import annotations

import shutil
from pathlib import Path

from kernel.tests.services.annotating.desk import NAME, Desk, desk_at
from mosaicfs.services.annotating.remembering import NAME as MARK
from mosaicfs.services.annotating.remembering import Remembering


def with_memory(desk: Desk, folder: Path) -> Desk:
    desk.annotating.following.remembering = Remembering(folder)
    return desk


async def life(folder: Path, *paths: str) -> list[str]:
    """What is heard from one start of the agent to its stop."""
    async with desk_at(folder, lambda event, entry: {}) as desk:
        with_memory(desk, folder / "plugin-state")
        for path in paths:
            await desk.add(path)
        return await desk.settled()


async def test_what_was_seen_comes_again_only_where_the_state_is_gone(tmp_path: Path) -> None:
    assert await life(tmp_path, "/home/a.txt", "/home/b.txt") == ["file.added"] * 2
    assert (tmp_path / "plugin-state" / NAME / MARK).exists()
    assert await life(tmp_path) == []
    shutil.rmtree(tmp_path / "plugin-state" / NAME)
    assert await life(tmp_path) == ["file.added"] * 2
    assert await life(tmp_path, "/home/c.txt") == ["file.added"]


def test_a_name_that_is_none_leads_nowhere(tmp_path: Path) -> None:
    memory = Remembering(tmp_path / "plugin-state")
    memory.begin("../outside")
    assert not memory.is_lost("../outside")
    assert list(tmp_path.iterdir()) == []

"""Watchers of one process share the kernel's watches."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Budget, Watching

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is the kernel's of Linux")

QUICK = WatchSettings(debounce_ms=30, rename_window_ms=150, min_interval_s=0)


def nothing_excluded(_path: bytes, _is_folder: bool) -> bool:
    return False


async def test_two_watchers_have_one_limit_and_what_one_leaves_the_other_takes(tmp_path: Path) -> None:
    budget = Budget(10)
    settings = replace(QUICK, poll_interval_s=1)
    one, other = (Watching([tmp_path / name], nothing_excluded, settings, budget=budget) for name in ("a", "b"))
    for name in ("a", "b"):
        for number in range(7):
            (tmp_path / name / str(number)).mkdir(parents=True)
    async with trio.open_nursery() as nursery:
        first = trio.CancelScope()
        await nursery.start(_in_scope, one, first)
        await nursery.start(other.run)
        assert [(watcher.facts().watches, watcher.facts().unwatched_count) for watcher in (one, other)] == [
            (8, 0),
            (2, 6),
        ]
        assert {watcher.facts().watch_limit for watcher in (one, other)} == {10}
        assert budget.room() == 0
        first.cancel()
        with trio.fail_after(15):
            while other.facts().unwatched_count:  # noqa: ASYNC110 - what is waited for is the poll
                await trio.sleep(0.05)
        assert budget.room() == 2
        nursery.cancel_scope.cancel()
    assert budget.room() == 10


async def _in_scope(
    watcher: Watching, scope: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    with scope:
        await watcher.run(task_status=task_status)

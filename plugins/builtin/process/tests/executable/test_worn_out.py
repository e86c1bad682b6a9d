"""Programs that use up what the machine has: descriptors, processes, room on the disk. The agent stays as it was."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.executable.kind import EXECUTABLES
from plugins.builtin.process.tests.scenery import event, has_ended, lines_in, until

Write = Callable[[str, str], Path]
Make = Callable[..., PluginInstance]

OPENS_ALL = f"""#!{sys.executable}
import os, sys
opened = []
try:
    while True:
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    print('{{"opened": %d}}' % len(opened))
"""
FORKS = """#!/bin/sh
for number in 1 2 3 4 5 6 7 8; do
    (sleep 300) & echo $! >>children
done
echo '{}'
"""
WRITES_ALL = f"""#!{sys.executable}
with open("much", "wb") as file:
    while True:
        file.write(bytes(1 << 20))
"""


def descriptors() -> int:
    """Open ones of ours."""
    return len(list(Path("/proc/self/fd").iterdir()))


def module(ground: PluginGround, instance: PluginInstance) -> Any:
    return EXECUTABLES.join(ground, instance).module


async def test_descriptors_of_a_program_are_its_own_and_few(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    program("words", OPENS_ALL)
    found = module(ground, instance())
    before = descriptors()
    for _ in range(3):
        assert 200 < (await found.annotate(event(), None, None))["opened"] < 256
    assert descriptors() <= before


async def test_runs_that_fail_leave_no_descriptor_open(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\nkill -9 $$\n")
    found = module(ground, instance())
    with pytest.raises(MosaicError):
        await found.annotate(event(), None, None)
    before = descriptors()
    for _ in range(10):
        with pytest.raises(MosaicError):
            await found.annotate(event(), None, None)
    assert descriptors() <= before


async def test_all_that_it_forked_goes_with_it(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", FORKS)
    assert await module(ground, instance()).annotate(event(), None, None) == {}
    children = [int(pid) for pid in lines_in(ground.state_dir / "plugin-state/words/children")]
    assert len(children) == 8
    await until(lambda: all(has_ended(pid) for pid in children))


@pytest.mark.allow_log("plugin says")
async def test_it_fills_no_disk(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", WRITES_ALL)
    small = replace(ground, settings=replace(ground.settings, file_size_max_mb=2))
    with pytest.raises(SourceUnavailableError, match="ended with"):
        await module(small, instance()).annotate(event(), None, None)
    assert (ground.state_dir / "plugin-state/words/much").stat().st_size <= 2 << 20


async def test_without_room_for_its_folder_a_job_waits(
    ground: PluginGround, program: Write, instance: Make, entry: Entry
) -> None:
    """As on a full disk; a file in the way is met by root, too."""
    program("words", "#!/bin/sh\necho '{}'\n")
    found = module(ground, instance(provides_filesystem=True, file_path_prefix="/home"))
    (ground.state_dir / "plugin-state").write_text("in the way")
    with pytest.raises(SourceUnavailableError, match="cannot be started"):
        await found.annotate(event(), None, None)
    (ground.state_dir / "plugin-state").unlink()
    assert await found.annotate(event(), None, None) == {}
    shutil.rmtree(ground.state_dir / "plugin-state/words/staging", ignore_errors=True)
    (ground.state_dir / "plugin-state/words/staging").write_text("in the way")
    with pytest.raises(SourceUnavailableError, match="nothing can be put there"):
        await found.materialize(entry, Span())
    await trio.lowlevel.checkpoint()

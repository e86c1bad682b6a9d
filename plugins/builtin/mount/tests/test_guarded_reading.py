"""What a program that a rule speaks of gets of files that are not here; and that nobody else notices."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.errors import MosaicError
from mosaicfs.model.configuration import AccessSettings
from mosaicfs.model.guard_rule import GuardRule
from mosaicfs_mount.callers import caller_of
from mosaicfs_mount.errnos import GuardedError, SystemRefusal, errno_of
from mosaicfs_mount.reading import Handed
from plugins.builtin.mount.tests.rooms import NAS, World, directory, file_id

CONTENT = bytes(range(256)) * 1_024
ME, NOBODY = os.getpid(), 0


@pytest.fixture
async def desk(tmp_path: Path) -> World:
    """`/all/far.bin` of another node, `/all/own.bin` of this one."""
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"))
    await world.put(1, "/far.bin", CONTENT, node=NAS)
    await world.put(2, "/own.bin", CONTENT)
    await world.operations.following.begin()
    return world


def rule(world: World, action: str, **more: Any) -> None:
    """For this process, whatever it is called today."""
    me = caller_of(ME)
    assert me is not None
    guard = GuardRule((me.name,), action, **more)  # type: ignore[arg-type]
    world.settings = replace(world.settings, access=AccessSettings(guard=(guard,)))


async def opened(world: World, name: str = "far.bin", pid: int = ME, flags: int = os.O_RDONLY) -> Handed:
    return await world.operations.open(await world.find(f"/all/{name}"), flags, pid)


async def xattr(world: World, name: str) -> bytes:
    return await world.operations.xattr(await world.find("/all/far.bin"), f"user.mosaicfs.{name}")


async def test_a_refused_program_opens_only_what_is_here(desk: World) -> None:
    rule(desk, "refuse", errno="EACCES")
    with pytest.raises(GuardedError) as refused:
        await opened(desk)
    assert errno_of(refused.value) == errno.EACCES
    assert desk.content.opened == [], "nothing was asked of anybody"
    await opened(desk, "own.bin")
    await opened(desk, pid=NOBODY)
    desk.content.local[file_id(1)] = len(CONTENT)
    await opened(desk)
    told = desk.operations.reading.read_now((await status_of(desk)).handle, 0, 1 << 20)
    status = json.loads(bytes(told or b""))
    assert list(status["mount"]["guard_refusals"].values()) == [1]


async def status_of(world: World) -> Handed:
    return await world.operations.open(await world.find("/.mosaic/status.json"), os.O_RDONLY, ME)


async def test_whoever_would_write_is_told_that_first(desk: World) -> None:
    rule(desk, "refuse")
    with pytest.raises(SystemRefusal, match="EROFS"):
        await opened(desk, flags=os.O_RDWR)
    assert desk.operations.guard.refusals == {}


async def test_of_a_header_what_begins_in_it_is_read_whole_and_nothing_is_kept(desk: World) -> None:
    rule(desk, "header", header_bytes=4_096)
    handed = await opened(desk)
    assert (handed.is_direct, handed.keeps_pages, handed.backing) == (True, False, None)
    assert [each.brief for each in desk.content.opened] == [True]
    reading = desk.operations.reading
    assert reading.read_now(handed.handle, 0, 100) is None
    assert await reading.read(handed.handle, 4_000, 10_000) == CONTENT[4_000:14_000]
    with pytest.raises(MosaicError) as refused:
        reading.read_now(handed.handle, 4_096, 1)
    assert errno_of(refused.value) == errno.EAGAIN
    other = await opened(desk, pid=NOBODY)
    assert (other.is_direct, desk.content.opened[-1].brief) == (False, False)
    assert not (await opened(desk, pid=NOBODY)).is_direct
    for each in (handed, other):
        await reading.close(each.handle)


async def test_a_refusal_is_the_reason_until_somebody_opens_it_and_no_error_of_the_file(desk: World) -> None:
    rule(desk, "refuse")
    with pytest.raises(GuardedError):
        await opened(desk)
    assert "user.mosaicfs.reason" in await desk.operations.xattr_names(await desk.find("/all/far.bin"))
    assert (await xattr(desk, "reason"), await xattr(desk, "state")) == (b"guarded", b"unreachable")
    await opened(desk, pid=NOBODY)
    with pytest.raises(SystemRefusal, match="ENODATA"):
        await xattr(desk, "reason")


async def test_a_file_that_is_on_its_way_says_so(desk: World) -> None:
    desk.content.coming.add(file_id(1))
    assert await xattr(desk, "state") == b"fetching"
    desk.content.local[file_id(1)] = 1
    assert await xattr(desk, "state") == b"fetching"

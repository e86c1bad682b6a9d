"""The system hears once that bytes of a file have come, and only where it was told otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio

from mosaicfs_mount.arriving import LOOK_S, PATIENCE_S, Arriving
from plugins.builtin.mount.tests.rooms import NAS, World, directory, file_id


@pytest.fixture
async def far(tmp_path: Path) -> World:
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"))
    await world.put(1, "/far.bin", b"0123456789", node=NAS)
    return world


async def read(world: World) -> Arriving:
    """To its end, by a program that opens and closes it."""
    operations = world.operations
    handed = await operations.open(await world.find("/all/far.bin"), os.O_RDONLY, 0)
    await operations.reading.read(handed.handle, 0, 10)
    await operations.reading.close(handed.handle)
    return operations.arriving


def told(world: World) -> list[tuple[int, bool]]:
    world.operations.arriving.look()
    world.operations.telling.say_now()
    return world.system.inodes


async def test_bytes_that_are_noted_after_the_close_are_told_once(far: World) -> None:
    number = await far.find("/all/far.bin")
    arriving = await read(far)
    assert told(far) == []
    far.content.local[file_id(1)] = 10
    assert told(far) == told(far) == [(number, False)]
    assert len(arriving) == 0
    assert (await far.attributes("/all/far.bin")).blocks == 1
    await read(far)
    assert told(far) == [(number, False)]


async def test_a_system_that_asks_by_itself_is_told_nothing(far: World) -> None:
    await read(far)
    far.content.local[file_id(1)] = 10
    assert (await far.attributes("/all/far.bin")).blocks == 1
    assert told(far) == []


async def test_the_look_ends_when_nothing_comes_and_begins_anew_with_the_next_read(
    far: World, autojump_clock: object
) -> None:
    del autojump_clock
    number = await far.find("/all/far.bin")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(far.operations.arriving.run)
        arriving = await read(far)
        await trio.sleep(PATIENCE_S + 2 * LOOK_S)
        assert len(arriving) == 0
        await read(far)
        far.content.local[file_id(1)] = 4
        await trio.sleep(2 * LOOK_S)
        far.operations.telling.say_now()
        assert far.system.inodes == [(number, False)]
        nursery.cancel_scope.cancel()

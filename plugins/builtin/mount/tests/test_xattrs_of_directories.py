"""What a directory says of itself: why it is there, what in it has no effect, and whether it shows everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from mosaicfs.model.directory import Mount, MountSource
from mosaicfs_mount.errnos import SystemRefusal
from plugins.builtin.mount.tests.rooms import World, directory, document


@pytest.fixture
async def searches(tmp_path: Path) -> World:
    """Two files, in `/all`, and found by `/some` and by `/few`, which shows one."""
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"))
    await world.write(document(1, "/a/one.txt", 3), document(2, "/a/two.txt", 5))
    for path, limit in (("/some", 10), ("/few", 1)):
        doc_id, noun = directory(path, None)
        found = MountSource(search="ext:txt", limit=limit)
        entry = Mount(mount_id="00000002", source=found, strategy="flatten", conflict_policy="suffix_node_id")
        await world.write((doc_id, replace(noun, mounts=(entry,))))
    await world.operations.following.begin()
    return world


async def xattr(world: World, path: str, name: str) -> str:
    return (await world.operations.xattr(await world.find(path), f"user.mosaicfs.{name}")).decode()


async def test_a_search_that_was_cut_says_so_wherever_it_is(searches: World) -> None:
    assert len(await searches.list("/few")) == 1
    assert await xattr(searches, "/few", "truncated") == "1"
    for path in ("/some", "/all", "/.mosaic/search/txt"):
        with pytest.raises(SystemRefusal, match="ENODATA"):
            await xattr(searches, path, "truncated")


async def test_a_directory_tells_why_it_is_there_and_what_has_no_effect(searches: World) -> None:
    told = json.loads(await xattr(searches, "/all/a", "why"))
    assert (told["result"], told["problems"]) == ("visible", [])
    doc_id, noun = directory("/all")
    odd = replace(noun.mounts[0], mount_id="00000003", source=MountSource(search="size:enormous"), strategy="flatten")
    await searches.write((doc_id, replace(noun, mounts=(*noun.mounts, odd))))
    await searches.catch_up()
    [problem] = json.loads(await xattr(searches, "/all", "why"))["problems"]
    assert (problem["code"], problem["mount_id"]) == ("invalid_search", "00000003")

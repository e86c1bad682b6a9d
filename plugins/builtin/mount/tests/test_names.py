"""Names and attributes as the system asks for them, and for how long it may keep the answers."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import BadQueryError, NotShownError
from mosaicfs_mount.errnos import SystemRefusal
from mosaicfs_mount.names import Told
from mosaicfs_mount.options import MountOptions, read_options
from plugins.builtin.mount.tests.rooms import NAS, World, directory, document


async def told(world: World, path: str) -> Told:
    above, _, name = path.rpartition("/")
    found = await world.operations.look_up(await world.find(above) if above else 1, name.encode())
    assert isinstance(found, Told), path
    return found


async def test_a_file_has_one_inode_at_all_its_places(world: World) -> None:
    assert await world.find("/all/b/c/three.txt") == await world.find("/other/c/three.txt") == 5_003


async def test_a_name_that_is_listed_is_found_and_means_the_same(world: World) -> None:
    assert await world.list("/all/a") == ["one.txt", "two.txt"]
    assert await world.find("/all/a/two.txt") == 5_002


async def test_what_is_there_may_be_kept_long_and_what_is_not_for_a_moment(world: World) -> None:
    found = await told(world, "/all/a/one.txt")
    assert (found.entry_s, found.attr_s) == (3_600, 3_600)
    assert await world.operations.look_up(await world.find("/all/a"), b"none") == 5.0


async def test_a_name_that_is_no_text_is_not_there(world: World) -> None:
    assert await world.operations.look_up(1, b"\xff\xfe") == 5.0


async def test_the_views_are_there_without_being_listed(world: World) -> None:
    assert ".mosaic" not in await world.list("/")
    assert [await world.find(f"/.mosaic{name}") for name in ("", "/status.json", "/search", "/recent")] == [2, 3, 4, 5]
    assert await world.list("/.mosaic/search/one") == ["one.txt"]
    assert (await told(world, "/.mosaic/recent/one.txt")).entry_s <= 1


async def test_a_search_that_cannot_be_read_is_an_error(world: World) -> None:
    search = await world.find("/.mosaic/search")
    with pytest.raises(BadQueryError):
        await world.operations.look_up(search, b"colour:red")


async def test_what_is_here_has_blocks_and_what_is_not_has_none(world: World) -> None:
    await world.write(document(9, "/a/far.bin", 1_000, node=NAS), document(8, "/a/near.bin", 1_000))
    far, near = await told(world, "/all/a/far.bin"), await told(world, "/all/a/near.bin")
    assert (far.attributes.blocks, far.attributes.block_size) == (0, 1 << 20)
    assert (near.attributes.blocks, near.attributes.block_size) == (2, 4_096)
    assert {stat.filemode(far.attributes.mode), stat.filemode(near.attributes.mode)} == {"-r--r--r--"}


async def test_a_directory_without_a_document_is_as_old_as_the_one_above(world: World) -> None:
    times = {(await told(world, path)).attributes.mtime_ns for path in ("/all", "/all/b", "/all/b/c")}
    assert len(times) == 1
    assert times != {0}


async def test_one_listing_sees_one_state(world: World) -> None:
    handle = await world.operations.open_directory(await world.find("/all/a"))
    await world.remove(1, "/a/one.txt")
    await world.catch_up()
    opened = world.operations.directory(handle)
    rows = [(name, after.entry_s) for _, name, _, after in world.operations.names.rows(opened, 0)]
    assert rows == [(b".", 0), (b"..", 0), (b"one.txt", 0), (b"two.txt", 0)], "and what is old by now is not kept"
    assert [at for at, *_ in world.operations.names.rows(opened, 3)] == [4]


async def test_an_answer_that_was_overtaken_by_a_change_is_not_kept(world: World) -> None:
    above, ask = await world.find("/all/a"), world.tree.look_up

    async def slow(path: str) -> object:
        found = await ask(path)
        await world.put(1, "/a/one.txt", b"longer than before")
        await world.catch_up()
        return found

    world.tree.look_up = slow  # type: ignore[assignment, method-assign]
    found = await world.operations.look_up(above, b"one.txt")
    assert isinstance(found, Told)
    assert (found.entry_s, found.attr_s) == (0, 0)


async def test_what_the_system_forgets_is_forgotten(world: World) -> None:
    before = len(world.operations.known)
    inode = await world.find("/all/a/one.txt")
    assert await world.find("/all/a/one.txt") == inode
    world.operations.forget([(inode, 1)])
    assert world.operations.attributes(inode).attributes.inode == inode
    world.operations.forget([(inode, 1)])
    with pytest.raises(SystemRefusal):
        world.operations.attributes(inode)
    above = [(await world.find("/all/a"), 3), (await world.find("/all"), 4)]
    world.operations.forget(above)
    assert len(world.operations.known) == before


async def test_a_subtree_is_the_whole_of_a_mount(world: World, tmp_path: Path) -> None:
    part = World(tmp_path, options=read_options("subtree=/all/a"), store=world.store)
    await part.operations.following.begin()
    assert await part.list("/") == ["one.txt", "two.txt"]
    assert part.operations.attributes(1).attributes.inode == 1


async def test_a_directory_that_is_gone_cannot_be_opened(world: World) -> None:
    inode = await world.find("/all/b/c")
    await world.remove(3, "/b/c/three.txt")
    with pytest.raises(NotShownError):
        await world.operations.open_directory(inode)


async def test_a_short_time_that_was_asked_for_holds(tmp_path: Path) -> None:
    world = World(tmp_path, options=MountOptions(entry_s=1, attr_s=2, negative_s=0))
    await world.write(directory("/", None), directory("/all"))
    found = await told(world, "/all")
    assert (found.entry_s, found.attr_s) == (1, 2)
    assert await world.operations.look_up(1, b"none") == 0


async def test_many_ask_at_once_and_all_are_answered(world: World) -> None:
    above = await world.find("/all/a")
    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(world.operations.look_up, above, b"one.txt")
    assert world.operations.known.node(5_001).lookups == 50

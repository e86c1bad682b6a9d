"""What the system is told after a change: what it knows and what is different, and nothing else."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
import trio
from msgspec import structs

from mosaicfs.errors import TimedOutError
from mosaicfs.model.tree import Disturbed
from mosaicfs_mount import following
from plugins.builtin.mount.tests.rooms import World, directory, document, inodes, rows_in


async def test_nothing_is_told_of_what_the_system_never_asked_for(world: World) -> None:
    await world.put(1, "/a/one.txt", b"changed")
    await world.put(4, "/a/four.txt", b"new")
    await world.catch_up()
    assert (world.system.names, world.system.inodes) == ([], [])


async def test_another_version_of_a_known_file_drops_its_pages(world: World) -> None:
    inode = await world.find("/all/a/one.txt")
    await world.find("/all/a/two.txt")
    await world.put(1, "/a/one.txt", b"another size")
    await world.catch_up()
    assert inodes(world.system.inodes, data=True) == {inode}
    assert world.system.names == []
    assert (await world.operations.attributes(inode)).attributes.size == 12


async def test_a_name_that_went_is_dropped_and_its_directory_is_newer(world: World) -> None:
    await world.list("/all/a")
    above = await world.find("/all/a")
    before = (await world.operations.attributes(above)).attributes.mtime_ns
    await world.remove(1, "/a/one.txt")
    await world.catch_up()
    assert world.system.names == [(above, b"one.txt")]
    assert above in inodes(world.system.inodes, data=True)
    assert (await world.operations.attributes(above)).attributes.mtime_ns > before
    assert await world.find("/all/a/one.txt") == 0


async def test_a_name_that_came_is_told_where_the_system_remembers_that_there_was_none(world: World) -> None:
    above = await world.find("/all/a")
    assert await world.find("/all/a/new.txt") == 0
    await world.put(4, "/a/new.txt", b"new")
    await world.catch_up()
    assert (above, b"new.txt") in world.system.names
    assert (await world.attributes("/all/a/new.txt")).inode == 5_004


async def test_a_file_that_moves_loses_the_old_name_and_keeps_its_inode(world: World) -> None:
    above = await world.find("/all/a")
    inode = (await world.attributes("/all/a/one.txt")).inode
    await world.put(1, "/b/c/moved.txt", b"one")
    await world.catch_up()
    assert world.system.names == [(above, b"one.txt")]
    assert (await world.attributes("/all/b/c/moved.txt")).inode == inode


async def test_a_directory_that_has_become_empty_goes_with_its_name(world: World) -> None:
    await world.find("/all/b/c")
    all_, b = await world.find("/all"), await world.find("/all/b")
    await world.remove(3, "/b/c/three.txt")
    await world.catch_up()
    assert set(world.system.names) == {(all_, b"b"), (b, b"c")}


async def test_a_document_in_place_of_a_computed_directory_has_another_inode(world: World) -> None:
    before, above = await world.find("/all/a"), await world.find("/all")
    await world.direct("/all/a", "/b")
    await world.catch_up()
    assert (above, b"a") in world.system.names
    assert await world.find("/all/a") != before


async def test_a_directory_that_moves_takes_along_what_is_known_below_it(world: World) -> None:
    number, below = await world.find("/other"), await world.find("/other/c")
    inode = (await world.attributes("/other")).inode
    old, (new, noun) = directory("/other", "/b")[0], directory("/renamed", "/b")
    await world.write((old, None), (new, structs.replace(noun, inode=inode)))
    assert await world.find("/renamed") == number, "asked for before the change is followed"
    assert [row.name for row in rows_in(await world.read(below))] == [b".", b"..", b"three.txt"]
    world.operations.telling.say_now()
    assert (number, b"c") in world.system.names
    await world.catch_up()
    assert (1, b"other") in world.system.names
    assert (await world.attributes("/renamed/c/three.txt")).inode == 5_003


async def test_a_rule_that_hides_files_takes_their_directory_away(world: World) -> None:
    await world.list("/all/a")
    await world.direct("/all", "/b")
    await world.catch_up()
    assert (await world.find("/all"), b"a") in world.system.names
    assert await world.list("/all") == ["c"]


async def test_a_name_that_means_another_file_is_dropped(world: World) -> None:
    above = await world.find("/all/a")
    assert (await world.attributes("/all/a/one.txt")).inode == 5_001
    await world.remove(1, "/a/one.txt")
    await world.put(7, "/a/one.txt", b"reborn")
    await world.catch_up()
    assert world.system.names == [(above, b"one.txt")]
    assert (await world.attributes("/all/a/one.txt")).inode == 5_007


async def test_the_same_change_is_told_once(world: World) -> None:
    await world.list("/all/a")
    await world.remove(1, "/a/one.txt")
    await world.catch_up()
    await world.catch_up()
    assert (world.system.names, world.system.inodes) == ([], [])


async def test_much_at_once_is_not_compared_but_a_directory_keeps_its_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MANY", 2)
    above = await world.find("/all/a")
    for path in ("/all", "/all/a", "/all/b/c"):
        await world.list(path)
    await world.write(document(4, "/a/x", 1), document(3, "/b/c/three.txt", 9))
    await world.catch_up()
    assert {(above, b"one.txt"), (above, b"two.txt")} <= set(world.system.names)
    assert (await world.find("/all"), b"a") not in world.system.names


async def test_a_thousandth_of_ten_thousand_entries_is_found_quickly_and_takes_little_room(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"))
    await world.write(*(document(n, f"/d{n % 100}/a-file-with-some-name-{n}.jpeg", n) for n in range(10_000)))
    await world.operations.following.begin()
    folders = await world.list("/all")
    tracemalloc.start()
    for each in folders:
        await world.list(f"/all/{each}")
    world.operations.names.changed((), everything=True)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(world.operations.known) == 10_000 + 100 + 2
    assert kept / 10_000 < 200
    wanted = {await world.find(f"/all/d0/a-file-with-some-name-{n}.jpeg") for n in range(0, 1_000, 100)}
    await world.write(*(document(n, f"/d{n % 100}/a-file-with-some-name-{n}.jpeg", 7) for n in range(0, 1_000, 100)))
    began = time.monotonic()
    await world.catch_up()
    assert inodes(world.system.inodes, data=True) == wanted
    assert time.monotonic() - began < 1.0
    assert (await world.attributes("/all/d0/a-file-with-some-name-100.jpeg")).size == 7


@pytest.mark.allow_log("changes cannot be followed")
async def test_what_could_not_be_read_is_made_good_by_looking_at_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inode, above = await world.find("/all/a/one.txt"), await world.find("/all/a")
    await world.put(1, "/a/one.txt", b"another size")
    await world.remove(2, "/a/two.txt")
    asked = 0

    async def busy() -> Disturbed:
        nonlocal asked
        asked += 1
        raise TimedOutError("The store", 1)

    async def no_time(seconds: float) -> None:
        if asked:
            monkeypatch.undo()
            raise Enough

    monkeypatch.setattr(world.tree, "disturbed", busy)
    monkeypatch.setattr(trio, "sleep", no_time)
    with pytest.raises(Enough):
        await world.operations.following.run()
    assert await world.find("/all/a/two.txt") == 0
    await world.catch_up()
    assert inode in inodes(world.system.inodes, data=True)
    assert above == await world.find("/all/a")


class Enough(Exception):  # noqa: N818 - it ends a loop
    pass

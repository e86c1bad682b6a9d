"""Names and attributes as the system asks for them, and for how long it may keep the answers."""

from __future__ import annotations

import errno
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import BadQueryError, NotShownError
from mosaicfs.model.tree import Shown, Walked
from mosaicfs_mount.errnos import SystemRefusal
from mosaicfs_mount.names import Told
from mosaicfs_mount.options import MountOptions, read_options
from plugins.builtin.mount.tests.rooms import NAS, World, directory, document, rows_in


async def told(world: World, path: str) -> Told:
    above, _, name = path.rpartition("/")
    found = await world.operations.look_up(await world.find(above) if above else 1, name.encode())
    assert isinstance(found, Told), path
    return found


async def test_a_file_has_one_inode_at_all_its_places(world: World) -> None:
    paths = "/all/b/c/three.txt", "/other/c/three.txt"
    assert [(await world.attributes(each)).inode for each in paths] == [5_003, 5_003]
    assert await world.find(paths[0]) != await world.find(paths[1])


async def test_a_name_that_is_listed_is_found_and_means_the_same(world: World) -> None:
    assert await world.list("/all/a") == ["one.txt", "two.txt"]
    assert (await world.attributes("/all/a/two.txt")).inode == 5_002


async def test_what_is_there_may_be_kept_long_and_what_is_not_for_a_moment(world: World) -> None:
    found = await told(world, "/all/a/one.txt")
    assert (found.entry_s, found.attr_s) == (3_600, 3_600)
    assert await world.operations.look_up(await world.find("/all/a"), b"none") == 5.0


async def test_a_name_that_is_no_text_is_not_there(world: World) -> None:
    assert await world.operations.look_up(1, b"\xff\xfe") == 5.0


async def test_the_views_are_there_without_being_listed(world: World) -> None:
    assert ".mosaic" not in await world.list("/")
    paths = [f"/.mosaic{name}" for name in ("", "/status.json", "/search", "/recent")]
    assert [(await world.attributes(path)).inode for path in paths] == [2, 3, 4, 5]
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
    above = await world.find("/all/a")
    [first] = rows_in(await world.read(above, 0, 160))
    await world.remove(1, "/a/one.txt")
    await world.catch_up()
    rows = rows_in(await world.read(above, first.following))
    assert [(row.name, row.entry_s, row.attr_s) for row in rows] == [
        (b"..", 0, 0), (b"one.txt", 0, 0), (b"two.txt", 0, 0)
    ], "what is old by now is not kept"  # fmt: skip
    assert [row.name for row in rows_in(await world.read(above, rows[1].following))] == [b"two.txt"]
    world.operations.telling.say_now()
    world.system.clear()
    assert await world.read(above, rows[-1].following) == b""
    world.operations.telling.say_now()
    assert world.system.inodes == [(above, True)], "nor is the listing"


async def test_two_who_read_at_once_read_each_what_he_began_with(world: World) -> None:
    above = await world.find("/all/a")
    [old] = rows_in(await world.read(above, 0, 160))
    await world.put(4, "/a/a-new-one.txt", b"new")
    await world.catch_up()
    [new] = rows_in(await world.read(above, 0, 160))
    names = [[row.name for row in rows_in(await world.read(above, each.following))] for each in (old, new)]
    assert names == [[b"..", b"one.txt", b"two.txt"], [b"..", b"a-new-one.txt", b"one.txt", b"two.txt"]]


async def test_an_answer_has_whole_rows_and_as_many_as_fit(world: World) -> None:
    above = await world.find("/all/a")
    packed = await world.read(above)
    dot, _, one, two = rows_in(packed)
    assert len(await world.read(above, 0, len(packed) - 1)) == len(packed) - 160
    assert await world.read(above, 0, 159) == b""
    assert rows_in(await world.read(above, one.following)) == [two]
    assert (one.inode, one.size, one.blocks, one.mode) == (5_001, 3, 1, stat.S_IFREG | 0o444)
    assert one.mtime_ns == (await world.attributes("/all/a/one.txt")).mtime_ns
    assert dot.number == 0, "of which the system counts nothing"


async def test_names_alone_are_given_without_being_told(world: World) -> None:
    before = len(world.operations.known)
    packed = await world.read(1, plus=False)
    assert packed.count(b"\x04\0\0\0all\0") == 1
    assert len(world.operations.known) == before
    assert len(await world.read(1, 0, 63, plus=False)) == 32


async def test_what_is_read_again_is_counted_again(world: World) -> None:
    above = await world.find("/all/a")
    first, again = [rows_in(await world.read(above))[2].number for _ in range(2)]
    assert first == again
    world.operations.forget([(first, 1)])
    assert (await world.operations.attributes(first)).attributes.inode == 5_001
    world.operations.forget([(first, 1)])
    with pytest.raises(SystemRefusal):
        await world.operations.attributes(first)


async def test_a_walk_asks_the_tree_now_and_then(world: World) -> None:
    asked: list[int] = []
    walk = world.tree.walk

    async def counted(paths: Sequence[str], most: int, brief: str = "") -> Walked:
        asked.append(most)
        return await walk(paths, most, brief)

    world.tree.walk = counted  # type: ignore[method-assign]
    paths = ("/", "/all", "/all/a", "/all/b", "/all/b/c", "/other", "/other/c")
    assert [await world.list(each) for each in paths] == [
        ["all", "other"], ["a", "b"], ["one.txt", "two.txt"], ["c"], ["three.txt"], ["c"], ["three.txt"]
    ]  # fmt: skip
    assert asked == [0, 256]
    await world.put(4, "/a/four.txt", b"new")
    await world.catch_up()
    assert await world.list("/all/a") == ["four.txt", "one.txt", "two.txt"], "what was ahead is not kept"


async def test_a_name_that_is_longer_than_a_name_may_be_is_refused(world: World) -> None:
    above = await world.find("/all")
    assert await world.operations.look_up(above, b"n" * 255) == 5.0
    with pytest.raises(SystemRefusal) as refusal:
        await world.operations.look_up(above, b"n" * 256)
    assert refusal.value.number == errno.ENAMETOOLONG


async def walked_to(world: World, *paths: str) -> None:
    """As far as that, and what comes next is made."""
    for each in paths:
        await world.list(each)
    assert world.operations.prepare()
    assert not world.operations.prepare(), "of what the system was not told of nothing is made"


async def test_what_was_made_before_it_was_asked_for_is_told_and_known_like_anything_else(world: World) -> None:
    await walked_to(world, "/", "/all")
    number = await world.find("/all/a")
    rows = rows_in(await world.read(number))
    assert [(row.name, row.inode) for row in rows[2:]] == [(b"one.txt", 5_001), (b"two.txt", 5_002)]
    assert await world.read(number, rows[-1].following) == b""
    for row in rows[2:]:
        known = (await world.operations.attributes(row.number)).attributes
        assert (known.inode, known.size, known.mtime_ns) == (row.inode, row.size, row.mtime_ns)
        assert await world.find(f"/all/a/{row.name.decode()}") == row.number
        world.operations.forget([(row.number, 2)])
        with pytest.raises(SystemRefusal):
            await world.operations.attributes(row.number)


async def test_what_was_made_beforehand_is_not_told_once_something_has_changed(world: World) -> None:
    await walked_to(world, "/", "/all")
    await world.put(4, "/a/four.txt", b"new")
    await world.catch_up()
    assert await world.list("/all/a") == ["four.txt", "one.txt", "two.txt"]


async def test_what_was_made_beforehand_is_made_anew_for_who_knows_a_name_by_then(world: World) -> None:
    await walked_to(world, "/", "/all")
    number = await world.find("/all/a/two.txt")
    rows = rows_in(await world.read(await world.find("/all/a")))
    assert [row.number == number for row in rows[2:]] == [False, True]


async def test_what_was_made_beforehand_is_cut_for_who_has_little_room(world: World) -> None:
    await walked_to(world, "/", "/all")
    number = await world.find("/all/a")
    first = rows_in(await world.read(number, room=500))
    second = rows_in(await world.read(number, first[-1].following, room=500))
    assert [row.name for row in (*first, *second)] == [b".", b"..", b"one.txt", b"two.txt"]


async def test_many_names_in_one_directory_are_asked_for_together(world: World) -> None:
    await world.write(*(document(n, f"/many/{n}", n) for n in range(100, 200)))
    asked = 0
    ask, above = world.tree.look_up, await world.find("/all/many")

    async def counted(path: str) -> Shown:
        nonlocal asked
        asked += 1
        return await ask(path)

    world.tree.look_up = counted  # type: ignore[method-assign]
    for n in range(100, 200):
        found = await world.operations.look_up(above, str(n).encode())
        assert isinstance(found, Told)
        assert (found.attributes.inode, found.attributes.size) == (5_000 + n, n)
    assert await world.operations.look_up(above, b"none") == 5.0
    assert asked < 40


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
    number = await world.find("/all/a/one.txt")
    assert await world.find("/all/a/one.txt") == number
    world.operations.forget([(number, 1)])
    assert (await world.operations.attributes(number)).attributes.inode == 5_001
    world.operations.forget([(number, 1)])
    with pytest.raises(SystemRefusal):
        await world.operations.attributes(number)
    above = [(await world.find("/all/a"), 3), (await world.find("/all"), 4)]
    world.operations.forget(above)
    assert len(world.operations.known) == before


async def test_a_subtree_is_the_whole_of_a_mount(world: World, tmp_path: Path) -> None:
    part = World(tmp_path, options=read_options("subtree=/all/a"), store=world.store)
    await part.operations.following.begin()
    assert await part.list("/") == ["one.txt", "two.txt"]
    assert (await part.operations.attributes(1)).attributes.inode == 1


async def test_a_directory_that_is_gone_cannot_be_read(world: World) -> None:
    number = await world.find("/all/b/c")
    await world.remove(3, "/b/c/three.txt")
    with pytest.raises(NotShownError):
        await world.read(number)


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
    number = await world.find("/all/a/one.txt")
    world.operations.forget([(number, 50)])
    assert (await world.operations.attributes(number)).attributes.inode == 5_001
    world.operations.forget([(number, 1)])
    with pytest.raises(SystemRefusal):
        await world.operations.attributes(number)

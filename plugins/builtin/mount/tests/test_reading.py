"""Open files: what the system may go on with, what must wait, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs.errors import EntryChangedError, SourceUnavailableError, TooManyReadsError
from mosaicfs_mount.errnos import SystemRefusal
from mosaicfs_mount.reading import Handed
from plugins.builtin.mount.tests.rooms import NAS, World, directory, document, file_id


@pytest.fixture
async def far(tmp_path: Path) -> World:
    """One file of another node, `/all/far.bin`."""
    world = World(tmp_path, max_requests=8)
    await world.write(directory("/", None), directory("/all"))
    await world.put(1, "/far.bin", b"0123456789", node=NAS)
    await world.operations.following.begin()
    return world


async def opened(world: World, path: str = "/all/far.bin", flags: int = os.O_RDONLY, pid: int = 0) -> Handed:
    return await world.operations.open(await world.find(path), flags, pid)


@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_TRUNC, os.O_RDONLY | os.O_APPEND])
async def test_nothing_is_opened_for_writing(far: World, flags: int) -> None:
    with pytest.raises(SystemRefusal, match="EROFS"):
        await opened(far, flags=flags)
    with pytest.raises(SystemRefusal, match="EROFS"):
        await opened(far, "/.mosaic/status.json", flags)
    assert far.content.opened == []


async def test_the_system_keeps_the_pages_of_a_version_and_of_no_other(far: World) -> None:
    assert [(await opened(far)).keeps_pages for _ in range(3)] == [False, True, True]
    await far.put(1, "/far.bin", b"9876543210", age_s=60, node=NAS)
    await far.catch_up()
    assert [(await opened(far)).keeps_pages for _ in range(2)] == [False, True]


async def test_a_file_whose_size_is_not_what_the_system_thinks_is_read_past_it(far: World) -> None:
    assert not (await opened(far)).is_direct
    far.content.of[file_id(1)] = b"more than ten bytes"
    handed = await opened(far)
    assert handed.is_direct
    assert await far.operations.reading.read(handed.handle, 0, 100) == b"more than ten bytes"


async def test_a_read_that_fails_tells_why_and_a_closed_handle_is_none(far: World) -> None:
    handed = await opened(far)
    far.content.opened[0].trouble = EntryChangedError(file_id(1))
    with pytest.raises(EntryChangedError):
        await far.operations.reading.read(handed.handle, 0, 10)
    await far.operations.reading.close(handed.handle)
    assert far.content.opened[0].closed
    with pytest.raises(SystemRefusal, match="EBADF"):
        await far.operations.reading.read(handed.handle, 0, 10)


async def test_what_is_at_hand_is_read_and_closed_at_once(far: World) -> None:
    handed = await opened(far)
    reading, file = far.operations.reading, far.content.opened[0]
    assert reading.read_now(handed.handle, 0, 10) is None
    assert not reading.close_now(handed.handle)
    assert not file.closed
    file.is_at_hand = True
    assert reading.read_now(handed.handle, 3, 4) == b"3456"
    assert len(far.operations.arriving) == 1
    assert reading.close_now(handed.handle)
    assert (file.closed, len(reading), reading.close_now(handed.handle)) == (True, 0, False)
    with pytest.raises(SystemRefusal, match="EBADF"):
        reading.read_now(handed.handle, 0, 10)


async def test_a_quarter_of_all_requests_never_waits_for_bytes(far: World) -> None:
    handed = await opened(far)
    far.content.opened[0].gate = gate = trio.Event()
    async with trio.open_nursery() as nursery:
        for _ in range(6):
            nursery.start_soon(far.operations.reading.read, handed.handle, 0, 1)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(TooManyReadsError):
            await far.operations.reading.read(handed.handle, 0, 1)
        with pytest.raises(TooManyReadsError):
            await opened(far)
        assert await far.list("/all") == ["far.bin"]
        gate.set()
    assert await far.operations.reading.read(handed.handle, 0, 1) == b"0"


@pytest.mark.allow_log("a request takes long")
async def test_a_request_that_takes_long_is_logged_and_listed(far: World, autojump_clock: object) -> None:
    handed = await opened(far)
    far.content.opened[0].gate = gate = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(far.operations.waiting.watch)
        nursery.start_soon(far.operations.reading.read, handed.handle, 0, 1)
        await trio.sleep(59)
        assert far.operations.waiting.long() == []
        await trio.sleep(10)
        assert [(each.what, each.path) for each in far.operations.waiting.long()] == [("read", "/far.bin")]
        gate.set()
        nursery.cancel_scope.cancel()


async def test_a_mount_that_stops_opens_nothing_and_says_when_it_is_idle(far: World) -> None:
    handed = await opened(far)
    far.content.opened[0].gate = gate = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(far.operations.reading.read, handed.handle, 0, 1)
        await trio.testing.wait_all_tasks_blocked()
        far.operations.reading.stop()
        assert not far.operations.reading.idle.is_set()
        with pytest.raises(SystemRefusal):
            await opened(far)
        gate.set()
    assert far.operations.reading.idle.is_set()


async def test_the_status_is_the_same_for_the_life_of_a_handle(far: World) -> None:
    handed = await opened(far, "/.mosaic/status.json")
    assert handed.is_direct
    before = far.operations.reading.read_now(handed.handle, 0, 1 << 20)
    await far.write(document(2, "/another", 1))
    assert far.operations.reading.read_now(handed.handle, 0, 1 << 20) == before
    assert before != far.operations.reading.read_now((await opened(far, "/.mosaic/status.json")).handle, 0, 1 << 20)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.mosaicfs.id", file_id(1).encode()),
        ("user.mosaicfs.node", NAS.encode()),
        ("user.mosaicfs.path", b"/far.bin"),
        ("user.mosaicfs.state", b"unreachable"),
        ("user.mosaicfs.tier", b"unavailable"),
        ("user.mosaicfs.cached_bytes", b"0"),
        ("user.mosaicfs.labels", b"[]"),
        ("user.mosaicfs.pin", b"none"),
    ],
)
async def test_an_attribute_says_what_is_known(far: World, name: str, value: bytes) -> None:
    assert await far.operations.xattr(await far.find("/all/far.bin"), name) == value


async def test_a_file_that_is_kept_for_a_pin_says_so(far: World) -> None:
    inode = await far.find("/all/far.bin")
    far.content.pins[file_id(1)] = "blocked"
    assert await far.operations.xattr(inode, "user.mosaicfs.pin") == b"blocked"
    assert await far.operations.xattr(inode, "user.mosaicfs.state") == b"unreachable"
    far.content.pins[file_id(1)] = "kept"
    far.content.local[file_id(1)] = 1 << 30
    assert await far.operations.xattr(inode, "user.mosaicfs.state") == b"pinned"


@pytest.mark.parametrize(
    "name", ["security.capability", "system.posix_acl_access", "user.other", "user.mosaicfs.digest"]
)
async def test_an_attribute_without_a_value_is_none(far: World, name: str) -> None:
    for path in ("/all/far.bin", "/all"):
        with pytest.raises(SystemRefusal, match="ENODATA"):
            await far.operations.xattr(await far.find(path), name)


async def test_why_the_last_try_failed_is_an_attribute_until_one_works(far: World) -> None:
    inode = await far.find("/all/far.bin")
    far.content.refusal = SourceUnavailableError("nas")
    with pytest.raises(SourceUnavailableError):
        await opened(far)
    assert "user.mosaicfs.reason" in await far.operations.xattr_names(inode)
    assert await far.operations.xattr(inode, "user.mosaicfs.reason") == b"source_offline"
    far.content.refusal = None
    assert "user.mosaicfs.reason" not in await far.operations.xattr_names(inode)


async def test_of_many_files_only_the_latest_are_known_well(far: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_mount.known.MOST_OPENED", 3)
    await far.write(*(document(number, f"/{number}", 10, node=NAS) for number in range(10, 20)))
    await far.catch_up()
    held = await opened(far, "/all/10")
    for number in range(11, 20):
        handed = await opened(far, f"/all/{number}")
        await far.operations.reading.close(handed.handle)
    kept = [each.shown.name for each in far.operations.known.opened]
    assert kept.count("10") == 1
    assert len(kept) <= 4
    assert "19" in kept
    await far.operations.reading.close(held.handle)
    again = await opened(far, "/all/19")
    assert again.keeps_pages
    assert not (await opened(far, "/all/11")).keeps_pages

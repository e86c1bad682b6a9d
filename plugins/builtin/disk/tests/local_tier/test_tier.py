"""The tier of local files, by the suite of all tiers and by what is its own."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace as with_settings
from pathlib import Path
from threading import Event

import msgspec
import pytest
import trio
import trio.testing
from msgspec.structs import replace

from mosaicfs import open_folder, wire
from mosaicfs.errors import (
    DiskMissingError,
    EntryGoneError,
    EntryUnreadableError,
    PathRefusedError,
    SourceUnavailableError,
    TimedOutError,
)
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.role import CONTROL
from mosaicfs.model.tier import Live, LocalDescriptor, Offer
from mosaicfs_disk import plugin
from mosaicfs_disk.local_tier import containment
from mosaicfs_disk.local_tier.examining import Examining
from mosaicfs_disk.local_tier.tier import LocalTier
from mosaicfs_disk.mounts import Mount, Mounts
from mosaicfs_disk.presence import facts_of
from mosaicfs_disk.roots import Roots
from mosaicfs_sdk.conformance.tier import Shelf, TierConformance
from mosaicfs_sdk.fakes.kernel import FakeKernel
from plugins.builtin.disk.tests.local_tier.reading import NODE, described, read_all

AT = "2026-01-15T14:30:00Z"


class WatchedShelf:
    def __init__(self, root: Path) -> None:
        self.path = root / "deep" / "file.bin"
        self.path.parent.mkdir()

    def put(self, content: bytes) -> Entry:
        self.path.write_bytes(content)
        return described(self.path)

    def cut(self, size: int) -> None:
        os.truncate(self.path, size)

    def replace(self, content: bytes) -> None:
        self.path.unlink()
        self.path.write_bytes(content)


class TestTier(TierConformance):
    plugin = plugin

    @pytest.fixture
    def kernel(self, kernel: FakeKernel) -> Kernel:
        return kernel

    @pytest.fixture
    def shelf(self, root: Path) -> Shelf:
        return WatchedShelf(root)


class TestTierBehindANetwork(TestTier):
    """The same, where each call goes to a thread because the file system may not answer."""

    @pytest.fixture(autouse=True)
    def far(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        behind_a_network(root, monkeypatch)


def behind_a_network(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"/": Mount("/", "8:1", "ext4", "/dev/sda1"), str(root): Mount(str(root), "0:50", "nfs4", "nas:/export")}
    monkeypatch.setattr(containment, "mounts", lambda: Mounts(table))


# --- the file as it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"longer than it was", b"", b"equal"])
async def test_a_file_that_differs_is_shown_as_it_is_and_says_so(tier: LocalTier, root: Path, content: bytes) -> None:
    """Whether that may be served is for whoever asked: a mount shows files, an answer over HTTP names a version."""
    (root / "a").write_bytes(b"first")
    entry = described(root / "a")
    (root / "a").write_bytes(content)
    os.utime(root / "a", ns=(0, 7_000))
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    shows: object = handle
    assert isinstance(shows, Live)
    assert isinstance(shows, LocalDescriptor)
    assert shows.differs
    assert (handle.size, await handle.read(0, 100)) == (len(content), content)
    await handle.close()


async def test_a_file_that_changes_under_a_reader_tells_from_then_on(tier: LocalTier, root: Path) -> None:
    (root / "a").write_bytes(b"first")
    entry = described(root / "a")
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    seen = [handle.differs]
    with (root / "a").open("r+b") as file:
        file.write(b"other")
    os.utime(root / "a", ns=(0, 7_000))
    assert await handle.read(0, 5) == b"other"
    seen.append(handle.differs)
    assert seen == [False, True]
    await handle.close()


async def test_a_file_is_opened_at_once_only_where_nothing_has_to_be_looked_into(tier: LocalTier, root: Path) -> None:
    (root / "a").write_bytes(b"first")
    entry = described(root / "a")
    offer = await tier.offer(entry)
    assert offer is not None
    assert tier.open_now(entry, offer) is None
    await (await tier.open(entry, offer)).close()
    handle = tier.open_now(entry, offer)
    assert handle is not None
    assert os.pread(handle.fd(), 10, 0) == b"first"
    handle.leave()
    with pytest.raises(EntryUnreadableError):
        await handle.read(0, 1)
    os.utime(root / "a", ns=(0, 7_000))
    assert tier.open_now(entry, offer) is None


async def test_nothing_is_opened_at_once_behind_a_network(
    kernel: FakeKernel, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_a_network(root, monkeypatch)
    (root / "a").write_bytes(b"x")
    tier, entry = LocalTier(kernel), described(root / "a")
    assert await read_all(tier, entry) == b"x"
    assert tier.open_now(entry, Offer(100)) is None


async def test_time_is_compared_to_the_microsecond_whatever_form_it_has(tier: LocalTier, root: Path) -> None:
    (root / "a").write_bytes(b"x")
    os.utime(root / "a", ns=(0, 1_700_000_000_000_000_999))
    entry = replace(described(root / "a"), mtime="2023-11-14T23:13:20+01:00")
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    seen = [handle.differs]
    os.utime(root / "a", ns=(0, 1_700_000_000_000_001_000))
    seen.append(handle.differs)
    assert seen == [False, True]
    await handle.close()


async def test_a_name_that_is_not_utf_8_is_read_by_its_raw_path(tier: LocalTier, root: Path) -> None:
    path = os.fsencode(root) + b"/caf\xe9"
    (root / os.fsdecode(b"caf\xe9")).write_bytes(b"x")
    found = described(os.fsdecode(path))
    raw = urlsafe_b64encode(path).decode().rstrip("=")
    assert await read_all(tier, replace(found, export_path=f"{root}/caf\\xE9", raw_path=raw)) == b"x"


def move(folder: Path, name: str) -> Path:
    folder.rename(folder.with_name(name))
    return folder


# --- what is not there ---------------------------------------------------------------------------------------------


async def test_files_of_others_and_of_bridges_are_not_offered(tier: LocalTier, root: Path) -> None:
    (root / "a").write_bytes(b"x")
    entry = described(root / "a")
    assert await tier.offer(replace(entry, node_id="node-b")) is None
    assert await tier.offer(replace(entry, backend="drive")) is None


async def test_while_its_folder_is_away_a_file_is_not_offered(tier: LocalTier, root: Path) -> None:
    (root / "a").write_bytes(b"x")
    entry = described(root / "a")
    offer = await tier.offer(entry)
    assert offer is not None
    move(root, "away")
    assert await tier.offer(entry) is None
    with pytest.raises(DiskMissingError):
        await tier.open(entry, offer)
    move(root.with_name("away"), root.name)
    assert await read_all(tier, entry) == b"x"


async def test_a_file_that_is_missing_in_its_folder_is_gone(tier: LocalTier, root: Path) -> None:
    with pytest.raises(EntryGoneError):
        await read_all(tier, described(root / "absent"))


async def test_an_empty_mount_point_is_a_disk_that_is_missing(tier: LocalTier, kernel: FakeKernel, root: Path) -> None:
    """The folder is there, and it is not the one that the agent knows."""
    (root / "a").write_bytes(b"x")
    entry = described(root / "a")
    Roots(kernel.places.state_dir / "roots.json").learn(str(root), facts_of(str(root)).identity)
    assert await read_all(tier, entry) == b"x"
    move(root, "disk").mkdir()
    with pytest.raises(DiskMissingError, match="Attach the disk"):
        await read_all(tier, entry)


async def test_a_placeholder_is_not_opened_until_its_bytes_are_here(tier: LocalTier, root: Path) -> None:
    (root / "a").touch()
    os.truncate(root / "a", 100_000)
    entry = replace(described(root / "a"), state="placeholder")
    with pytest.raises(SourceUnavailableError, match="in the cloud"):
        await read_all(tier, entry)
    (root / "a").write_bytes(b"x" * 100_000)
    assert len(await read_all(tier, replace(described(root / "a"), state="placeholder"))) == 100_000


async def test_in_a_synced_folder_a_size_without_blocks_has_no_bytes(
    tier: LocalTier, kernel: FakeKernel, root: Path
) -> None:
    (root / "a").touch()
    os.truncate(root / "a", 100_000)
    entry = described(root / "a")
    assert await read_all(LocalTier(kernel), entry) == bytes(100_000), "elsewhere it is a file like any other"
    place = Availability(node_id=NODE, local_mount_path=str(root), mount_type="onedrive_local", last_seen=AT)
    filesystem = Filesystem(
        filesystem_id="drive",
        friendly_name="Drive",
        owning_node_id="node-b",
        export_root="/",
        availability=(place,),
        created_at=AT,
    )
    await kernel.store.write([Document("filesystem::drive", "", wire.encode(filesystem))], writer=CONTROL)
    with pytest.raises(SourceUnavailableError, match="in the cloud"):
        await read_all(tier, entry)


# --- what is served ------------------------------------------------------------------------------------------------


@pytest.mark.allow_log("a path is not served")
async def test_the_configuration_of_now_decides(kernel: FakeKernel, tmp_path: Path, root: Path) -> None:
    tier = LocalTier(kernel)
    other, hidden = tmp_path / "other", root / "hidden"
    for folder in (other, hidden):
        folder.mkdir()
        (folder / "a").write_bytes(b"x")
    assert await read_all(tier, described(hidden / "a")) == b"x"
    with pytest.raises(PathRefusedError):
        await read_all(tier, described(other / "a"))
    agent = AgentSettings(watch_paths=(str(root),), excluded_paths=(str(hidden),), transfer_serve_paths=(f"{other}/",))
    kernel.settings = with_settings(Settings(), agent=agent)
    assert await read_all(tier, described(other / "a")) == b"x"
    with pytest.raises(PathRefusedError, match="excluded"):
        await read_all(tier, described(hidden / "a"))


@pytest.mark.allow_log("a path is not served")
async def test_what_the_agent_watches_beyond_it_is_served_until_it_is_left(
    tier: LocalTier, kernel: FakeKernel, tmp_path: Path
) -> None:
    added = tmp_path / "added"
    added.mkdir()
    (added / "a").write_bytes(b"x")
    roots = Roots(kernel.places.state_dir / "roots.json")
    roots.learn(str(added), facts_of(str(added)).identity)
    assert await read_all(tier, described(added / "a")) == b"x"
    roots.forget(str(added))
    with pytest.raises(PathRefusedError):
        await read_all(tier, described(added / "a"))


async def test_a_watched_folder_may_be_a_link_and_links_may_cross_to_another(
    kernel: FakeKernel, tmp_path: Path, root: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a").write_bytes(b"x")
    (tmp_path / "linked").symlink_to(other)
    (root / "across").symlink_to(other / "a")
    kernel.settings = Settings(agent=AgentSettings(watch_paths=(str(root), str(tmp_path / "linked"))))
    tier = LocalTier(kernel)
    for path in (tmp_path / "linked" / "a", root / "across"):
        assert await read_all(tier, described(path)) == b"x"


# --- a file system that does not answer ----------------------------------------------------------------------------


async def test_a_file_system_that_hangs_is_not_offered_once_all_its_threads_do(
    kernel: FakeKernel, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind_a_network(root, monkeypatch)
    (root / "a").write_bytes(b"x")
    tier, entry = LocalTier(kernel), described(root / "a")
    offer = await tier.offer(entry)
    assert offer is not None
    monkeypatch.setattr("mosaicfs_disk.local_tier.tier.OPEN_S", 0.02)
    with hanging_opens(monkeypatch) as gate:
        for _ in range(2):
            with pytest.raises(TimedOutError):
                await tier.open(entry, offer)
        assert await tier.offer(entry) is None
        gate.set()
    with trio.fail_after(10):
        while await tier.offer(entry) is None:  # noqa: ASYNC110 - threads are waited for
            await trio.sleep(0.01)
    monkeypatch.setattr("mosaicfs_disk.local_tier.tier.OPEN_S", 3.0)
    assert await read_all(tier, entry) == b"x"


@contextmanager
def hanging_opens(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Until the event is set."""
    gate = Event()

    def hang(path: str) -> int:
        assert gate.wait(20)
        return open_folder(path)

    monkeypatch.setattr("mosaicfs_disk.local_tier.opening.open_folder", hang)
    try:
        yield gate
    finally:
        gate.set()


# --- telling the agent ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def agent_at(path: Path) -> AsyncIterator[list[object]]:
    """Hears what the control socket of the agent would."""
    asked: list[object] = []

    async def converse(stream: trio.SocketStream) -> None:
        async for chunk in stream:
            asked.append(msgspec.json.decode(chunk))
            await stream.send_all(b"{}\n")

    with trio.socket.socket(trio.socket.AF_UNIX) as socket:
        await socket.bind(str(path))
        socket.listen()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, converse, [trio.SocketListener(socket)])
            yield asked
            nursery.cancel_scope.cancel()


async def test_the_agent_is_told_at_once_of_what_is_gone_or_differs(kernel: FakeKernel, root: Path) -> None:
    (root / "a").write_bytes(b"first")
    entry = described(root / "a")
    (root / "a").write_bytes(b"another")
    tier = LocalTier(kernel)
    async with agent_at(kernel.places.runtime_dir / "agent.sock") as asked, trio.open_nursery() as nursery:
        nursery.start_soon(tier.work)
        for _ in range(3):
            await read_all(tier, entry)
        with pytest.raises(EntryGoneError):
            await read_all(tier, described(root / "absent"))
        with trio.fail_after(10):
            while len(asked) < 2:  # noqa: ASYNC110 - the agent is waited for
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert asked == [{"do": "look", "path": f"{root}/{name}"} for name in ("a", "absent")]


async def test_without_an_agent_nobody_is_told_and_nothing_fails(tmp_path: Path) -> None:
    examining = Examining(tmp_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(examining.run)
        examining.ask("/a")
        await trio.testing.wait_all_tasks_blocked(0.05)
        examining.ask("/b")
        await trio.testing.wait_all_tasks_blocked(0.05)
        nursery.cancel_scope.cancel()

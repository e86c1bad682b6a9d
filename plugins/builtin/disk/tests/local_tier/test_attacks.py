"""The attacks of the security page on what is served: each gives no byte, and none hangs."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

import pytest
import trio
from msgspec.structs import replace

import mosaicfs
from mosaicfs.errors import AccessRefusedError, EntryGoneError, PathRefusedError
from mosaicfs.model.configuration import AgentSettings, MountSettings, Settings
from mosaicfs_disk.local_tier.tier import LocalTier
from mosaicfs_sdk.fakes.kernel import FakeKernel
from mosaicfs_sdk.fakes.places import places_below
from plugins.builtin.disk.tests.local_tier.reading import described, read_all

pytestmark = pytest.mark.allow_log("a path is not served")

SECRET = b"secret"


@pytest.fixture(autouse=True, params=["openat2", "by parts"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways down to a file must hold."""
    if request.param == "by parts":
        monkeypatch.setattr("mosaicfs.local_files.opening.has_openat2", lambda: False)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


async def refused(tier: LocalTier, path: Path | str) -> str:
    """Why it is. Whoever else has a copy is asked before."""
    entry = described(path)
    offer = await tier.offer(entry)
    assert offer is not None
    with trio.fail_after(30), pytest.raises(PathRefusedError) as raised:
        await tier.open(entry, offer)
    assert str(path) not in str(raised.value), "the path is for the log of this machine alone"
    return raised.value.cause


async def test_18_a_path_outside_of_what_is_watched(tier: LocalTier) -> None:
    assert await refused(tier, "/etc/shadow") == "it lies in no folder that is served"
    offer = await tier.offer(described("/etc/shadow"))
    assert offer is not None
    assert offer.cost == 990


@pytest.mark.parametrize("path", ["{root}/../secret", "{root}/./a", "{root}//a", "watched/a", "{root}/a\0b"])
async def test_18_a_path_that_is_not_plain(tier: LocalTier, root: Path, secret: Path, path: str) -> None:
    assert await refused(tier, path.format(root=root)) == "its path is not absolute and plain"


@pytest.mark.parametrize("raw", ["/etc/shadow", "/watched/../../etc/shadow", "\0"])
async def test_18_the_raw_path_is_held_to_the_same_rules(tier: LocalTier, root: Path, raw: str) -> None:
    (root / "fine").write_bytes(b"fine")
    entry = replace(described(root / "fine"), raw_path=urlsafe_b64encode(raw.encode()).decode().rstrip("="))
    with pytest.raises(PathRefusedError):
        await read_all(tier, entry)
    with pytest.raises(PathRefusedError):
        await read_all(tier, replace(entry, raw_path="!"))


async def test_18_a_folder_whose_name_only_begins_the_same(tier: LocalTier, root: Path) -> None:
    sibling = root.with_name("watched-not")
    sibling.mkdir()
    (sibling / "secret").write_bytes(SECRET)
    assert await refused(tier, sibling / "secret") == "it lies in no folder that is served"


@pytest.mark.parametrize("target", ["{tmp}/secret", "../secret", "/etc/passwd"])
async def test_18_a_link_that_leads_out(tier: LocalTier, root: Path, tmp_path: Path, secret: Path, target: str) -> None:
    (root / "link").symlink_to(target.format(tmp=tmp_path))
    (root / "folder").symlink_to(tmp_path)
    for path in (root / "link", root / "folder" / "secret"):
        assert "leads elsewhere" in await refused(tier, path)


async def test_18_a_link_that_stays_inside_is_fine(tier: LocalTier, root: Path) -> None:
    (root / "real").write_bytes(b"fine")
    (root / "link").symlink_to(root / "real")
    assert await read_all(tier, described(root / "link")) == b"fine"


@pytest.mark.patient
async def test_18_a_link_that_is_swapped_while_it_is_opened(tier: LocalTier, root: Path, secret: Path) -> None:
    """Thousands of times, file against link and folder against link: never a byte from outside."""
    inside = root / "inside"
    inside.mkdir()
    (inside / "secret").write_bytes(b"inside")
    entries = [described(root / "file"), described(root / "folder" / "secret")]
    found = {"inside": 0, "refused": 0}
    with swapping(root, secret):
        for turn in range(6_000):
            try:
                read = await read_all(tier, replace(entries[turn % 2], size=6))
            except (EntryGoneError, PathRefusedError):
                found["refused"] += 1
            else:
                assert read == b"inside"
                found["inside"] += 1
    assert min(found.values()) > 100, f"the race was not run: {found}"


@contextmanager
def swapping(root: Path, secret: Path) -> Iterator[None]:
    """Puts a file and a link out of the root in each other's place, and a folder and a link, without end."""
    stop, inside = Event(), root / "inside"
    turns = [("file", secret), ("file", inside / "secret"), ("folder", secret.parent), ("folder", inside)]

    def swap() -> None:
        for name, target in cycle(turns):
            (root / "new").symlink_to(target)
            (root / "new").rename(root / name)
            if stop.is_set():
                return

    thread = Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


async def test_18_a_pipe_a_device_and_a_folder(tier: LocalTier, root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    assert await refused(tier, root / "pipe") == "it is no regular file"
    assert await refused(tier, root / "folder") == "it is no regular file"
    if os.geteuid() == 0:
        try:
            os.mknod(root / "device", 0o600 | 0o020000, os.makedev(1, 5))
        except PermissionError:
            return
        assert await refused(tier, root / "device") == "it is no regular file"


@pytest.mark.parametrize("target", ["environ", "fd/0", "root/etc/passwd", "cwd/pyproject.toml"])
async def test_18_what_the_system_shows_of_this_process(tier: LocalTier, root: Path, target: str) -> None:
    assert await refused(tier, f"/proc/self/{target}") == "it lies in no folder that is served"
    (root / "self").symlink_to("/proc/self")
    with pytest.raises((PathRefusedError, EntryGoneError, AccessRefusedError)):
        await read_all(tier, described(root / "self" / target))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def at_home(home: Path) -> LocalTier:
    """A person who watches the whole home directory, with all that is ours inside it."""
    places = places_below(home)
    for folder in (places.keys_dir, places.cache_dir, places.log_dir, places.config_file.parent, places.plugins_dir):
        folder.mkdir(parents=True)
    settings = Settings(agent=AgentSettings(watch_paths=(str(home),)), mount=MountSettings(path=str(home / "tree")))
    return LocalTier(FakeKernel(places, "node-a", settings=settings))


OURS: dict[str, Callable[[mosaicfs.Places], Path]] = {
    "the key of the instance": lambda places: places.keys_dir / "instance.key",
    "the database": lambda places: places.database,
    "a cached file": lambda places: places.cache_dir / "ab" / "x",
    "the configuration": lambda places: places.config_file,
    "the log": lambda places: places.log_dir / "agent.log",
    "a plugin": lambda places: places.plugins_dir / "mine.py",
}


@pytest.mark.parametrize("ours", OURS.values(), ids=OURS)
async def test_19_what_is_ours_in_a_watched_home(
    at_home: LocalTier, home: Path, ours: Callable[[mosaicfs.Places], Path]
) -> None:
    places = at_home._kernel.places
    assert isinstance(places, mosaicfs.Places)
    path = ours(places)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(SECRET)
    assert await refused(at_home, path) == "it belongs to MosaicFS itself"
    (home / "link").symlink_to(path)
    assert "it belongs to MosaicFS itself" in await refused(at_home, home / "link")


async def test_19_nothing_below_the_mount_point(at_home: LocalTier, home: Path) -> None:
    assert await refused(at_home, home / "tree" / "a") == "it belongs to MosaicFS itself"
    (home / "fine").write_bytes(b"fine")
    assert await read_all(at_home, described(home / "fine")) == b"fine"


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3, "refused files were left open"

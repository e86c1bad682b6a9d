"""What whole file systems tell: names that change places, what lies outside, a queue that runs over, and a refusal."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Doubt, Moved, NewFolder, RootGone, Touched, handles
from mosaicfs_disk.watching.fanotify import Fanotify, Lost
from mosaicfs_disk.watching.raw import Raw

pytestmark = pytest.mark.patient

Listen = Callable[..., AbstractAsyncContextManager[Any]]
QUICK = WatchSettings(debounce_ms=30, rename_window_ms=150, min_interval_s=0)
_EXCHANGE = 2


@pytest.fixture
def driver(fanotify: str) -> str:
    return fanotify


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def is_excluded(path: bytes, is_folder: bool) -> bool:
    return is_folder and path.endswith(b"/cache")


@pytest.fixture
def told(fanotify: str, root: Path) -> Iterator[Fanotify]:
    """The driver alone, asked when the test likes."""
    found = Fanotify(is_excluded, {})
    assert found.watch([bytes(root)]) == []
    yield found
    found.close()


def exchange(one: Path, other: Path) -> None:
    assert ctypes.CDLL(None).renameat2(-100, bytes(one), -100, bytes(other), _EXCHANGE) == 0


def paths(noticed: list[Any], verb: str = "") -> list[bytes]:
    return [raw.path for raw in noticed if isinstance(raw, Raw) and (not verb or raw.verb == verb)]


# --- what is read ----------------------------------------------------------------------------------------------------


def test_what_lies_outside_or_is_excluded_is_never_told(told: Fanotify, root: Path) -> None:
    (root / "cache" / "deep").mkdir(parents=True)
    (root / "cache" / "deep" / "file").write_bytes(b"1")
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "file").write_bytes(b"1")
    assert told.read() == []
    (root.parent / "outside").rename(root / "inside")
    assert paths(told.read()) == [bytes(root / "inside")]
    (root / "inside" / "file").write_bytes(b"2")
    assert paths(told.read()) == [bytes(root / "inside" / "file")]
    (root / "inside").rename(root / "cache" / "inside")
    assert paths(told.read()) == [bytes(root / "inside")]
    (root / "cache" / "inside" / "file").write_bytes(b"3")
    assert told.read() == []


def test_a_folder_deeper_than_any_path_is_nobody_s_and_stops_nothing(told: Fanotify, root: Path) -> None:
    """One mark sees the whole file system, also what somebody else has made in it."""
    here, name = os.getcwd(), "d" * 200  # noqa: PTH109 - a path that no Path can name
    try:
        os.chdir(root.parent)
        for _ in range(24):
            os.mkdir(name)  # noqa: PTH102
            os.chdir(name)
        Path("file").write_bytes(b"1")
    finally:
        os.chdir(here)
    (root / "seen").write_bytes(b"1")
    assert paths(told.read()) == [bytes(root / "seen")]
    shutil.rmtree(root.parent / name)


def test_a_file_is_told_where_it_was_though_its_folder_has_moved_on(told: Fanotify, root: Path) -> None:
    (root / "a").mkdir()
    (root / "a" / "file").write_bytes(b"1")
    told.read()
    told.read()  # what the first one asked for is no longer new
    (root / "a" / "file").write_bytes(b"2")
    (root / "a").rename(root / "b")
    (root / "b" / "late").write_bytes(b"2")
    noticed = told.read()
    assert paths(noticed, "written") == [bytes(root / "a" / "file")]
    assert paths(noticed, "made") == [bytes(root / "b" / "late")]
    assert paths(noticed, "look") == []


def test_a_folder_that_is_asked_for_after_it_has_moved_is_looked_at_again(told: Fanotify, root: Path) -> None:
    (root / "a" / "deep").mkdir(parents=True)
    told.read()
    told.watch_again()
    (root / "a" / "deep" / "file").write_bytes(b"1")
    (root / "a").rename(root / "b")
    assert bytes(root / "b" / "deep") in paths(told.read(), "look")


def test_folders_that_change_places_are_both_looked_at(told: Fanotify, root: Path) -> None:
    one, other = root / "one", root / "other"
    for folder in (one, other):
        folder.mkdir()
    told.read()
    exchange(one, other)
    assert paths(told.read(), "look") == [bytes(one), bytes(other)]
    one.rename(root / "third")
    other.rename(one)
    (root / "third").rename(other)
    assert {bytes(one), bytes(other)} <= set(paths(told.read(), "look"))


def test_a_folder_and_a_file_that_change_places_are_looked_at(told: Fanotify, root: Path) -> None:
    folder, file = root / "folder", root / "file"
    folder.mkdir()
    file.write_bytes(b"1")
    told.read()
    exchange(folder, file)
    assert {bytes(folder), bytes(file)} <= set(paths(told.read(), "look"))
    exchange(folder, file)
    told.read()
    exchange(file, folder)
    assert {bytes(folder), bytes(file)} <= set(paths(told.read(), "look"))


def test_a_removed_folder_of_many_is_not_asked_for(told: Fanotify, root: Path) -> None:
    """Its files are gone with it."""
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_bytes(b"1")
    shutil.rmtree(root / "a")
    assert paths(told.read()) == [bytes(root / "a"), bytes(root / "a")]


def test_events_that_the_kernel_dropped_are_a_loss(told: Fanotify, root: Path) -> None:
    for number in range(_queue() + 10):
        (root / str(number)).touch()
    assert Lost() in told.read()
    assert told.read() == []


def _queue() -> int:
    most = int(Path("/proc/sys/fs/fanotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip(f"the kernel keeps {most} events here")
    return most


# --- what is said ----------------------------------------------------------------------------------------------------


async def test_an_overflow_puts_the_root_in_doubt(listen: Listen, root: Path) -> None:
    async with listen(root) as heard:
        for number in range(_queue() + 10):
            (root / str(number)).touch()
        await heard.event(Doubt(bytes(root)))
        assert heard.watching.facts().overflows == 1
        (root / "after").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "after")))


async def test_a_root_below_a_renamed_folder_is_gone(listen: Listen, tmp_path: Path) -> None:
    root = tmp_path / "above" / "root"
    root.mkdir(parents=True)
    async with listen(root) as heard:
        (tmp_path / "above").rename(tmp_path / "elsewhere")
        await heard.event(RootGone(bytes(root)))


async def test_a_root_that_is_a_link_tells_by_that_name(listen: Listen, root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    async with listen(link) as heard:
        (root / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(link / "file")))
        (root / "a").mkdir()
        await heard.event(NewFolder(bytes(link / "a")))
        (root / "a").rename(root / "b")
        await heard.event(Moved(bytes(link / "a"), bytes(link / "b"), True))


async def test_no_folder_is_counted_or_left_out_however_many_there_are(listen: Listen, root: Path) -> None:
    for number in range(50):
        (root / str(number)).mkdir()
    async with listen(root, limit=1) as heard:
        facts = heard.watching.facts()
        assert (facts.driver, facts.watches, facts.watch_limit, facts.unwatched_count) == ("fanotify", 1, 0, 0)
        (root / "49" / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "49" / "file")))


@pytest.mark.allow_log("folders are watched one by one")
async def test_where_it_is_refused_folders_are_watched_one_by_one(
    listen: Listen, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(handles, "begun", refused)
    async with listen(root, settings=replace(QUICK, driver="fanotify")) as heard:
        assert heard.watching.facts().driver == "inotify"
        (root / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "file")))

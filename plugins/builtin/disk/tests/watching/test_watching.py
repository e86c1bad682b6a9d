"""The watcher on real folders of this machine: what programs do, and what is said of it, whichever driver is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Doubt, Event, Gone, Moved, NewFolder, RootGone, Touched, Watching

Listen = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = [
    pytest.mark.patient,
    pytest.mark.skipif(sys.platform != "linux", reason="inotify is the kernel's of Linux"),
]

QUICK = WatchSettings(debounce_ms=30, rename_window_ms=150, min_interval_s=0)


@pytest.fixture(params=["auto", "fanotify"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("fanotify")) if request.param == "fanotify" else "auto"


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# --- files -----------------------------------------------------------------------------------------------------------


async def test_a_new_a_changed_and_a_removed_file_are_told(listen: Listen, tmp_path: Path) -> None:
    async with listen(tmp_path) as heard:
        file = tmp_path / "a"
        file.write_bytes(b"1")
        await heard.event(Touched(bytes(file)))
        heard.clear()
        with file.open("r+b") as opened:
            opened.truncate()
            opened.write(b"2")
        await heard.event(Touched(bytes(file)))
        heard.clear()
        os.utime(file, (1, 1))
        await heard.event(Touched(bytes(file)))
        file.unlink()
        await heard.event(Gone(bytes(file)))


async def test_a_save_by_rename_touches_the_file(listen: Listen, tmp_path: Path) -> None:
    file, temporary = tmp_path / "a", tmp_path / ".a.tmp"
    file.write_bytes(b"1")
    async with listen(tmp_path) as heard:
        temporary.write_bytes(b"2")
        temporary.rename(file)
        await heard.event(Touched(bytes(file)))
        said = await heard.everything_before(tmp_path / "mark")
    assert not any(isinstance(event, Moved) for event in said)


async def test_a_backup_and_a_new_file_leave_the_path_what_it_was(listen: Listen, tmp_path: Path) -> None:
    file, backup = tmp_path / "a", tmp_path / "a~"
    file.write_bytes(b"1")
    async with listen(tmp_path, settings=replace(QUICK, debounce_ms=300)) as heard:
        file.rename(backup)
        file.write_bytes(b"2")
        backup.unlink()
        await heard.event(Touched(bytes(file)))
        await heard.event(Gone(bytes(backup)))
    assert "Moved" not in kinds(heard.all)


async def test_a_rename_is_told_as_one(listen: Listen, tmp_path: Path) -> None:
    old, new = tmp_path / "a", tmp_path / "b"
    old.write_bytes(b"1")
    async with listen(tmp_path) as heard:
        old.rename(new)
        await heard.event(Moved(bytes(old), bytes(new), False))
        assert kinds(await heard.everything_before(tmp_path / "mark")) == ["Moved"]


async def test_a_rename_from_root_to_root_is_one(listen: Listen, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (one / "a").write_bytes(b"1")
    async with listen(one, other) as heard:
        (one / "a").rename(other / "a")
        await heard.event(Moved(bytes(one / "a"), bytes(other / "a"), False))


async def test_a_name_that_is_not_text_is_a_name(listen: Listen, tmp_path: Path) -> None:
    path = bytes(tmp_path) + b"/\xff\xfe"
    async with listen(tmp_path) as heard:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        await heard.event(Touched(path))


async def test_what_is_excluded_is_not_told(listen: Listen, tmp_path: Path) -> None:
    def is_excluded(path: bytes, is_folder: bool) -> bool:
        return path.endswith(b"/cache") if is_folder else path.endswith(b".part")

    (tmp_path / "cache").mkdir()
    async with listen(tmp_path, is_excluded=is_excluded) as heard:
        (tmp_path / "cache" / "a").write_bytes(b"1")
        (tmp_path / "a.part").write_bytes(b"1")
        assert await heard.everything_before(tmp_path / "mark") == []
        (tmp_path / "a.part").rename(tmp_path / "a")
        await heard.event(Touched(bytes(tmp_path / "a")))
        (tmp_path / "a").rename(tmp_path / "b.part")
        await heard.event(Gone(bytes(tmp_path / "a")))


# --- folders ---------------------------------------------------------------------------------------------------------


async def test_a_folder_with_five_hundred_files_moves_as_one(listen: Listen, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "deep").mkdir(parents=True)
    for number in range(500):
        (old / "deep" / str(number)).write_bytes(b"1")
    async with listen(tmp_path) as heard:
        old.rename(new)
        await heard.event(Moved(bytes(old), bytes(new), True))
        assert kinds(await heard.everything_before(tmp_path / "mark")) == ["Moved"]
        (new / "deep" / "7").write_bytes(b"2")
        await heard.event(Touched(bytes(new / "deep" / "7")))


async def test_a_folder_that_moved_twice_is_watched_under_its_last_name(listen: Listen, tmp_path: Path) -> None:
    (tmp_path / "a" / "x").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    async with listen(tmp_path) as heard:
        (tmp_path / "a" / "x").rename(tmp_path / "b" / "y")
        (tmp_path / "b").rename(tmp_path / "c")
        (tmp_path / "c" / "y" / "file").write_bytes(b"1")
        await heard.until(lambda: heard.covers(bytes(tmp_path / "c" / "y" / "file")))
        assert heard.watches(4)


async def test_folders_made_at_once_are_complete(listen: Listen, tmp_path: Path) -> None:
    async with listen(tmp_path) as heard:
        deep = tmp_path / "a" / "b" / "c" / "d"
        deep.mkdir(parents=True)
        (deep / "file").write_bytes(b"1")
        await heard.until(lambda: heard.covers(bytes(deep / "file")))
        heard.clear()
        await heard.everything_before(tmp_path / "mark")
        (deep / "later").write_bytes(b"1")
        await heard.until(lambda: heard.covers(bytes(deep / "later")))


@pytest.mark.parametrize("run", range(10))
async def test_nothing_of_an_archive_is_missed(listen: Listen, tmp_path: Path, run: int) -> None:
    """Each file lies where somebody was told to look, after it was there."""
    archive, root = _archive(tmp_path), tmp_path / "root"
    root.mkdir()
    async with listen(root, settings=replace(QUICK, debounce_ms=5 * run)) as heard:
        looked: set[bytes] = set()
        wanted = {bytes(root / "new" / str(one) / str(two) / "file") for one in range(12) for two in range(12)}
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_run, "tar", "-xf", str(archive), "-C", str(root))
            with trio.fail_after(20):
                while not wanted <= looked:
                    looked |= _look(await heard.watching.events().receive())


def _archive(place: Path) -> Path:
    tree = place / "tree" / "new"
    for one in range(12):
        for two in range(12):
            (tree / str(one) / str(two)).mkdir(parents=True)
            (tree / str(one) / str(two) / "file").write_bytes(b"1")
    with tarfile.open(place / "archive.tar", "w") as archive:
        archive.add(tree, "new")
    return place / "archive.tar"


def _look(event: Event) -> set[bytes]:
    match event:
        case Touched(path):
            return {path} if Path(os.fsdecode(path)).is_file() else set()
        case NewFolder(path) | Doubt(path):
            return {bytes(found) for found in Path(os.fsdecode(path)).rglob("file")}
        case _:
            return set()


async def _run(*command: str) -> None:
    with trio.fail_after(30):
        await trio.run_process(command, stdout=subprocess.DEVNULL)


async def test_a_folder_that_leaves_and_comes_back_is_gone_and_new(listen: Listen, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "d" / "deep").mkdir(parents=True)
    async with listen(root) as heard:
        (root / "d").rename(outside)
        await heard.event(Gone(bytes(root / "d")))
        assert heard.watches(1)
        (outside / "deep" / "unseen").write_bytes(b"1")
        outside.rename(root / "d")
        await heard.event(NewFolder(bytes(root / "d")))
        heard.clear()
        (root / "d" / "deep" / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "d" / "deep" / "file")))


async def test_a_removed_tree_is_gone_with_its_watches(listen: Listen, tmp_path: Path) -> None:
    (tmp_path / "d" / "deep").mkdir(parents=True)
    (tmp_path / "d" / "deep" / "a").write_bytes(b"1")
    async with listen(tmp_path) as heard:
        shutil.rmtree(tmp_path / "d")
        await heard.event(Gone(bytes(tmp_path / "d")))
        assert heard.watches(1)


async def test_a_folder_that_becomes_readable_is_looked_through(listen: Listen, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a").write_bytes(b"1")
    async with listen(tmp_path) as heard:
        folder.chmod(0)
        folder.chmod(0o700)
        (folder / "a").write_bytes(b"2")
        await heard.until(lambda: heard.covers(bytes(folder / "a")))


# --- roots -----------------------------------------------------------------------------------------------------------


async def test_a_removed_root_is_told_and_watched_again_when_added(listen: Listen, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    async with listen(root) as heard:
        shutil.rmtree(root)
        await heard.event(RootGone(bytes(root)))
        assert heard.watches(0)
        root.mkdir()
        await heard.watching.add(root)
        (root / "a").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "a")))


async def test_a_root_that_is_renamed_is_gone(listen: Listen, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    async with listen(root) as heard:
        root.rename(tmp_path / "other")
        await heard.event(RootGone(bytes(root)))


async def test_a_root_that_was_never_there_is_gone_at_the_start(listen: Listen, tmp_path: Path) -> None:
    async with listen(tmp_path / "missing", tmp_path) as heard:
        await heard.everything_before(tmp_path / "mark")
    async with listen(tmp_path / "missing") as heard:
        await heard.event(RootGone(bytes(tmp_path / "missing")))


async def test_a_root_can_be_added_and_removed(listen: Listen, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    async with listen(one) as heard:
        await heard.watching.add(other)
        (other / "a").write_bytes(b"1")
        await heard.event(Touched(bytes(other / "a")))
        heard.watching.remove(other)
        heard.clear()
        (other / "b").write_bytes(b"1")
        assert await heard.everything_before(one / "mark") == []
        assert heard.watches(1)


async def test_a_root_within_a_root_is_told_once(listen: Listen, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    async with listen(inner, tmp_path) as heard:
        (inner / "a").write_bytes(b"1")
        assert kinds(await heard.everything_before(tmp_path / "mark")) == ["Touched"]


async def test_events_end_with_the_watcher(tmp_path: Path) -> None:
    watching = Watching([tmp_path], lambda _path, _is_folder: False, QUICK)
    async with trio.open_nursery() as nursery:
        await nursery.start(watching.run)
        nursery.cancel_scope.cancel()
    assert [event async for event in watching.events()] == []

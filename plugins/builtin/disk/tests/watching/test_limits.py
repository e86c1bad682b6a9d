"""The watcher where it cannot hear of everything: limits, overflow, storms, and what is polled."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Doubt, Moved, Touched
from mosaicfs_disk.watching import watching as watching_module
from mosaicfs_disk.watching.inotify import Inotify, KernelEvent

Listen = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is the kernel's of Linux")

QUICK = WatchSettings(debounce_ms=30, rename_window_ms=150, min_interval_s=0)


# --- limits, overflow, storms ----------------------------------------------------------------------------------------


@pytest.mark.patient
async def test_folders_past_the_limit_are_polled(listen: Listen, tmp_path: Path) -> None:
    for one in range(6):
        for two in range(6):
            (tmp_path / str(one) / str(two)).mkdir(parents=True)
    async with listen(tmp_path, limit=20, settings=replace(QUICK, poll_interval_s=1)) as heard:
        facts = heard.watching.facts()
        assert (facts.watches, facts.watch_limit, facts.unwatched_count) == (20, 20, 1 + 6 + 36 - 20)
        assert len(facts.unwatched_paths) == facts.unwatched_count
        unwatched = Path(facts.unwatched_paths[0])
        (unwatched / "file").write_bytes(b"1")
        await heard.event(Doubt(bytes(unwatched)))
        shutil.rmtree(tmp_path / "0")
        shutil.rmtree(tmp_path / "1")
        shutil.rmtree(tmp_path / "2")
        shutil.rmtree(tmp_path / "3")
        heard.clear()
        await heard.until(lambda: heard.watching.facts().unwatched_count == 0)


async def test_folders_near_the_root_and_changed_lately_come_first(listen: Listen, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name / "below").mkdir(parents=True)
        os.utime(tmp_path / name, (1_000, 1_000))
    os.utime(tmp_path / "c", (2_000, 2_000))
    async with listen(tmp_path, limit=2) as heard:
        unwatched = tuple(str(tmp_path / name) for name in ("a", "b", "c/below", "d"))
        assert heard.watching.facts().unwatched_paths == unwatched


async def test_an_unwatched_folder_that_is_renamed_is_polled_by_its_new_name(listen: Listen, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    async with listen(tmp_path, limit=1) as heard:
        (tmp_path / "a").rename(tmp_path / "b")
        await heard.event(Moved(bytes(tmp_path / "a"), bytes(tmp_path / "b"), True))
        assert heard.watching.facts().unwatched_paths == (str(tmp_path / "b"),)


async def test_an_overflow_puts_all_roots_in_doubt_and_finds_new_folders(
    listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overflown = [True]
    read = Inotify.read

    def losing(driver: Inotify) -> list[KernelEvent]:
        events = read(driver)
        return [KernelEvent(-1, 0x4000, 0, b"")] if overflown and overflown.pop() else events

    async with listen(tmp_path) as heard:
        monkeypatch.setattr(Inotify, "read", losing)
        (tmp_path / "new" / "deep").mkdir(parents=True)
        await heard.event(Doubt(bytes(tmp_path)))
        (tmp_path / "new" / "deep" / "a").write_bytes(b"1")
        await heard.event(Touched(bytes(tmp_path / "new" / "deep" / "a")))
        assert heard.watching.facts().overflows == 1


@pytest.mark.patient
async def test_a_storm_ends_in_one_doubt(listen: Listen, tmp_path: Path) -> None:
    root, quiet = tmp_path / "root", tmp_path / "quiet"
    root.mkdir()
    quiet.mkdir()
    settings = replace(QUICK, storm_events_per_s=20, storm_seconds=1)
    async with listen(root, quiet, settings=settings) as heard:
        number = 0
        with trio.fail_after(10):
            while not heard.watching.facts().storms:
                for _ in range(50):
                    number += 1
                    (root / str(number)).write_bytes(b"1")
                await trio.sleep(0.01)
        await heard.event(Doubt(bytes(root)))
        (root / "after").write_bytes(b"1")
        await heard.event(Touched(bytes(root / "after")))
    assert not heard.has(Doubt(bytes(quiet)))


async def test_a_consumer_that_does_not_listen_costs_bounded_memory(listen: Listen, tmp_path: Path) -> None:
    async with listen(tmp_path, most=50) as heard:
        for number in range(300):
            (tmp_path / str(number)).write_bytes(b"1")
        await heard.event(Doubt(bytes(tmp_path)))


# --- polling ---------------------------------------------------------------------------------------------------------


async def test_what_is_polled_is_in_doubt_each_interval(
    listen: Listen, tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with listen(tmp_path, settings=WatchSettings(driver="poll", poll_interval_s=900)) as heard:
        start = trio.current_time()
        await heard.watching.events().receive()
        await heard.watching.events().receive()
        assert trio.current_time() - start == pytest.approx(1_800)
        facts = heard.watching.facts()
    assert (facts.driver, facts.unwatched_paths) == ("poll", (str(tmp_path),))


@pytest.mark.patient
async def test_a_root_on_a_network_is_polled(listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share, local = tmp_path / "share", tmp_path / "local"
    (local / "mounted" / "deep").mkdir(parents=True)
    share.mkdir()
    mounts = {b"/": "ext4", bytes(share): "nfs4", bytes(local / "mounted"): "fuse.sshfs"}
    monkeypatch.setattr(watching_module, "read_mounts", lambda: mounts)
    async with listen(share, local, settings=replace(QUICK, poll_interval_s=1)) as heard:
        assert heard.watching.facts().unwatched_paths == (str(local / "mounted"), str(share))
        assert heard.watching.facts().watches == 1
        await heard.event(Doubt(bytes(share)))
        await heard.event(Doubt(bytes(local / "mounted")))


@pytest.mark.allow_log("folders are polled")
@pytest.mark.patient
async def test_without_an_instance_of_inotify_all_is_polled(
    listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Inotify:
        raise OSError("Too many open files")

    monkeypatch.setattr(watching_module, "Inotify", refuse)
    async with listen(tmp_path, settings=replace(QUICK, poll_interval_s=1)) as heard:
        assert heard.watching.facts().driver == "poll"
        await heard.event(Doubt(bytes(tmp_path)))

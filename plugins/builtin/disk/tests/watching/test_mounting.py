"""What is mounted and unmounted below a watched folder, of which the kernel's watches tell nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs_disk.watching import Doubt, Touched
from mosaicfs_disk.watching import watching as watching_module
from mosaicfs_disk.watching.fanotify import Fanotify
from mosaicfs_disk.watching.mounts import read_mounts
from mosaicfs_disk.watching.raw import Raw

pytestmark = pytest.mark.patient

Listen = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture(params=["auto", "fanotify"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("fanotify")) if request.param == "fanotify" else "auto"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "usb" / "beneath").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def usb(root: Path) -> Iterator[Path]:
    """A place where only root may mount. Nothing stays mounted."""
    place = root / "usb"
    if os.geteuid() != 0 or mounted(place).returncode:
        pytest.skip("only root may mount here")
    unmount(place)
    yield place
    while not subprocess.run(["umount", "-l", place], check=False, capture_output=True).returncode:
        pass  # one mount lies over another


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching_module, "_MOUNTS_S", 0.05)


def mounted(place: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], check=False, capture_output=True)


def bind(content: Path, place: Path) -> None:
    subprocess.run(["mount", "--bind", content, place], check=True)


def unmount(place: Path) -> None:
    subprocess.run(["umount", place], check=True)


async def test_what_is_mounted_below_is_in_doubt_and_watched(listen: Listen, root: Path, usb: Path) -> None:
    async with listen(root) as heard:
        mounted(usb)
        await heard.event(Doubt(bytes(usb)))
        (usb / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(usb / "file")))
        heard.clear()
        (usb / "new").mkdir()
        (usb / "new" / "file").write_bytes(b"1")
        await heard.until(lambda: heard.covers(bytes(usb / "new" / "file")))


async def test_what_was_beneath_is_watched_again_once_it_is_unmounted(listen: Listen, root: Path, usb: Path) -> None:
    mounted(usb)
    async with listen(root) as heard:
        unmount(usb)
        await heard.event(Doubt(bytes(usb)))
        (usb / "beneath" / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(usb / "beneath" / "file")))


async def test_a_disk_that_is_another_between_two_looks_is_watched(listen: Listen, root: Path, usb: Path) -> None:
    """The table may look just as before."""
    mounted(usb)
    async with listen(root) as heard:
        for number in range(3):
            unmount(usb)
            mounted(usb)
            (usb / "early").write_bytes(b"1")
            heard.clear()
            await heard.until(lambda: heard.covers(bytes(usb / "early")))
            (usb / f"late-{number}").write_bytes(b"1")
            await heard.event(Touched(bytes(usb / f"late-{number}")))


async def test_a_disk_that_comes_back_to_the_same_line_of_the_table_is_watched(
    listen: Listen, root: Path, usb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two looks at the table, and when all that is told of its going has been dealt with."""
    mounted(usb)
    async with listen(root) as heard:
        monkeypatch.setattr(watching_module, "_MOUNTS_S", 2.0)
        monkeypatch.setattr(watching_module, "_MEND_AFTER_S", 0.0)
        await trio.sleep(0.1)
        unmount(usb)
        await trio.sleep(0.3)
        mounted(usb)
        await _until_watched(heard, usb)


async def _until_watched(heard: Any, folder: Path) -> None:
    """Writes until it is told of one file, however late: who writes before it is watched again is not told of."""
    written: list[Path] = []
    while not any(heard.has(Touched(bytes(file))) for file in written):
        assert len(written) < 100, "nothing is told of what is written there"
        written.append(folder / str(len(written)))
        written[-1].write_bytes(b"1")
        with trio.move_on_after(0.5):
            await heard.event(Touched(bytes(written[-1])))


async def test_a_folder_that_is_bound_into_the_root_tells_by_that_name(listen: Listen, root: Path, usb: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    bind(outside, usb)
    async with listen(root) as heard:
        (outside / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(usb / "file")))


def test_what_changes_beneath_a_mount_is_not_seen(fanotify: str, root: Path, usb: Path) -> None:
    beneath = root.parent / "window"
    beneath.mkdir()
    bind(root, beneath)
    mounted(usb)
    told = Fanotify(lambda _path, _is_folder: False, read_mounts())
    try:
        told.watch([bytes(root)])
        (beneath / "usb" / "file").write_bytes(b"1")
        assert told.read() == []
        (beneath / "file").write_bytes(b"1")
        assert [raw.path for raw in told.read() if isinstance(raw, Raw)] == [bytes(root / "file")]
    finally:
        told.close()
        unmount(beneath)


async def test_a_root_that_is_bound_tells_by_its_name(listen: Listen, root: Path, usb: Path) -> None:
    content = root.parent / "content"
    (content / "deep").mkdir(parents=True)
    bind(content, usb)
    async with listen(usb) as heard:
        (content / "deep" / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(usb / "deep" / "file")))
        (root.parent / "usb").mkdir()
        assert await heard.everything_before(usb / "mark") == [Touched(bytes(usb / "deep" / "file"))]


async def test_a_watched_disk_can_be_unmounted(listen: Listen, root: Path, usb: Path) -> None:
    mounted(usb)
    async with listen(root) as heard:
        (usb / "file").write_bytes(b"1")
        await heard.event(Touched(bytes(usb / "file")))
        unmount(usb)

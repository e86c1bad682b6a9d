"""Disks with a file system of their own that go away for real, plainly or while they are in use, and come back."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.machine import Machine, make_files

pytestmark = pytest.mark.alone

FILES = 200
WAYS = pytest.mark.parametrize("way", ["plainly", "lazily"])


BOTH = pytest.mark.parametrize("driver", ["auto", "fanotify"])


@pytest.fixture
def driver() -> str:
    return "auto"


@pytest.fixture
def machine(tmp_path: Path, driver: str) -> Iterator[Machine]:
    settings = {"MOSAICFS_WATCH_RENAME_WINDOW_MS": "500", "MOSAICFS_WATCH_DRIVER": driver}
    found = Machine(tmp_path / "machine", **settings)
    yield found
    found.close()


class Disk:
    """A file system in a file, as a disk that can be plugged in and pulled at one place."""

    def __init__(self, image: Path, place: Path) -> None:
        self.image, self.place = image, place

    def plug_in(self) -> None:
        done = subprocess.run(
            ["mount", "-o", "loop", self.image, self.place], check=False, capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"nothing can be mounted from a file here: {done.stderr.strip()}")

    def pull(self, way: str) -> None:
        """Plainly it works as soon as nobody has a file open on it, which must be soon."""
        began = time.monotonic()
        while subprocess.run(
            ["umount", *(["-l"] if way == "lazily" else []), self.place], check=False, capture_output=True
        ).returncode:
            assert time.monotonic() - began < 30, "somebody holds the disk open"
            time.sleep(0.1)

    def close(self) -> None:
        while not subprocess.run(["umount", "-l", self.place], check=False, capture_output=True).returncode:
            pass  # one mount lies over another


@pytest.fixture
def disk(tmp_path: Path, machine: Machine) -> Iterator[Disk]:
    """Plugged in at the watched folder, with files. The folder beneath is empty."""
    found = formatted(tmp_path / "disk.img", machine.files)
    try:
        found.plug_in()
        make_files(machine.files, FILES)
        yield found
    finally:
        found.close()


def formatted(image: Path, place: Path) -> Disk:
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed (e2fsprogs)")
    with image.open("wb") as empty:
        empty.truncate(16 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    return Disk(image, place)


def counts(machine: Machine) -> tuple[int, int]:
    return machine.total(), machine.total("--status", "deleted")


def state(machine: Machine) -> str:
    """Of the watched folder, as the agent says at its socket."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(30)
        asking.connect(str(machine.runtime / "agent.sock"))
        asking.sendall(b'{"do": "status"}\n')
        with asking.makefile() as answer:
            (watched,) = json.loads(answer.readline())["watch_paths"]
    return str(watched["state"])


def missed(machine: Machine) -> int:
    """How many folders its owner is told of."""
    told = machine.ask("status")["notifications"]
    return sum(each["condition_key"].startswith("watch_path_inaccessible:") for each in told)


def nothing_is_lost_until_it_returns(machine: Machine, disk: Disk, before: list[dict[str, Any]]) -> None:
    machine.until(lambda: state(machine) == "absent", "Its absence")
    assert machine.found("file-", "--all") == before
    disk.plug_in()
    machine.until(lambda: state(machine) == "present", "Its return", 40)
    finds_a_change(machine)
    assert machine.found("file-", "--all") == before
    assert counts(machine) == (FILES + 1, 0)


def finds_a_change(machine: Machine) -> None:
    (machine.files / "back.txt").write_text("x")
    machine.until(lambda: machine.paths("back.txt"), "A change after it came back")


@BOTH
@WAYS
def test_a_disk_that_is_pulled_while_the_agent_runs(machine: Machine, disk: Disk, way: str) -> None:
    machine.up()
    machine.event("indexed")
    before = machine.found("file-", "--all")
    disk.pull(way)
    nothing_is_lost_until_it_returns(machine, disk, before)


@WAYS
def test_a_disk_that_is_pulled_while_the_agent_is_down(machine: Machine, disk: Disk, way: str) -> None:
    machine.up()
    machine.event("indexed")
    before = machine.found("file-", "--all")
    assert machine.stop() == 0
    disk.pull(way)
    machine.up()
    nothing_is_lost_until_it_returns(machine, disk, before)


@pytest.fixture
def two_disks(tmp_path: Path, disk: Disk) -> Iterator[dict[str, Disk]]:
    """The way that each of them goes."""
    place = tmp_path / "second"
    place.mkdir()
    second = formatted(tmp_path / "second.img", place)
    try:
        second.plug_in()
        make_files(place, FILES)
        yield {"plainly": disk, "lazily": second}
    finally:
        second.close()


def test_the_owner_is_told_of_missing_disks_until_they_are_back(machine: Machine, two_disks: dict[str, Disk]) -> None:
    """A minute later: a disk that is only changed from one socket to another is nobody's trouble."""
    machine.up(paths=tuple(disk.place for disk in two_disks.values()))
    machine.event("indexed")
    for way, disk in two_disks.items():
        disk.pull(way)
    machine.until(lambda: missed(machine) == 2, "The notifications", 120)
    assert counts(machine) == (2 * FILES, 0)
    for disk in two_disks.values():
        disk.plug_in()
    machine.until(lambda: missed(machine) == 0, "Their end", 90)
    for way, disk in two_disks.items():
        (disk.place / f"{way}-back.txt").write_text("x")
    machine.until(lambda: len(machine.paths("back.txt")) == 2, "A change after they came back")
    assert counts(machine) == (2 * FILES + 2, 0)


@BOTH
def test_a_disk_below_a_watched_folder_is_found_when_it_is_plugged_in(machine: Machine, tmp_path: Path) -> None:
    make_files(machine.files / "own", 50)
    place = machine.files / "usb"
    place.mkdir()
    usb = formatted(tmp_path / "usb.img", place)
    try:
        machine.up()
        machine.event("indexed")
        usb.plug_in()
        make_files(place / "pictures", 50)
        machine.until(lambda: machine.total() == 100, "What is on it")
        (place / "pictures" / "late.txt").write_text("x")
        machine.until(lambda: machine.paths("late.txt"), "A change on it")
        usb.pull("plainly")
        (machine.files / "own" / "mark.txt").write_text("x")
        machine.until(lambda: machine.paths("mark.txt"), "A change beside it")
        machine.crawl()
        assert counts(machine) == (102, 0)
        usb.plug_in()
        (place / "again.txt").write_text("x")
        machine.until(lambda: machine.paths("again.txt"), "A change after it came back")
        assert counts(machine) == (103, 0)
    finally:
        usb.close()

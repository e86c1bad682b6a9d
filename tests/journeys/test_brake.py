"""A place that is not there is not an empty place: nothing is deleted because it could not be seen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    # What goes one after the other within this time is counted together, on a busy machine too.
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="2000")
    yield found
    found.close()


class Disk:
    """A disk that can be pulled: a folder bound over a watched one. The folder beneath is empty."""

    def __init__(self, content: Path, place: Path) -> None:
        make_files(content, 100)
        place.mkdir(exist_ok=True)
        self._content, self.place = content, place

    def plug_in(self) -> None:
        subprocess.run(["mount", "--bind", self._content, self.place], check=True)

    def pull(self) -> None:
        subprocess.run(["umount", "-l", self.place], check=True)


@pytest.fixture
def disks(tmp_path: Path, machine: Machine) -> Iterator[list[Disk]]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount here")
    found = [Disk(tmp_path / f"disk-{number}", machine.files / str(number)) for number in range(2)]
    for each in found:
        each.plug_in()
    yield found
    for each in found:
        subprocess.run(["umount", "-l", each.place], check=False, capture_output=True)


def active(machine: Machine) -> tuple[int, int]:
    return machine.total(), machine.total("--status", "deleted")


def inaccessible(machine: Machine) -> int:
    told = machine.ask("status")["notifications"]
    return sum(each["condition_key"].startswith("watch_path_inaccessible:") for each in told)


def test_a_disk_that_is_missing_at_the_start_and_one_that_is_pulled_while_the_agent_runs(
    machine: Machine, disks: list[Disk]
) -> None:
    missing, pulled = disks
    places = tuple(disk.place for disk in disks)
    machine.up(paths=places)
    machine.event("indexed")
    assert machine.stop() == 0
    missing.pull()
    machine.up(paths=places)
    pulled.pull()
    machine.until(lambda: inaccessible(machine) == 2, "The notifications", 120)
    assert active(machine) == (200, 0)
    for disk in disks:
        disk.plug_in()
    machine.until(lambda: inaccessible(machine) == 0, "Their end", 90)
    assert active(machine) == (200, 0)
    for disk in disks:
        (disk.place / "back.txt").write_text("x")
    machine.until(lambda: len(machine.paths("back.txt")) == 2, "A change after they came back")


def test_many_missing_files_wait_for_a_person(machine: Machine) -> None:
    make_files(machine.files, 1_000)
    machine.up()
    machine.event("indexed")
    for path in sorted(machine.files.rglob("file-*"))[:300]:
        path.unlink()
    machine.until(lambda: machine.ask("agent", "holds")["holds"], "The hold")
    assert active(machine) == (1_000, 0)
    (hold,) = machine.ask("agent", "holds")["holds"]
    assert hold["missing"] == 300
    machine.ask("agent", "holds", "confirm", hold["hold_id"])
    machine.until(lambda: active(machine) == (700, 300), "The deletions")


def test_few_missing_files_go_at_once_and_come_back_with_their_ids(machine: Machine) -> None:
    make_files(machine.files, 1_000)
    machine.up()
    machine.event("indexed")
    some = sorted(machine.files.rglob("file-*"))[:30]
    before = {item["source"]["export_path"]: item["file_id"] for item in machine.found("file-00000", "--all")}
    for path in some:
        path.unlink()
    machine.until(lambda: active(machine) == (970, 30), "The deletions")
    for path in some:
        path.write_bytes(b"again")
    machine.until(lambda: active(machine) == (1_000, 0), "Their return")
    assert before == {item["source"]["export_path"]: item["file_id"] for item in machine.found("file-00000", "--all")}

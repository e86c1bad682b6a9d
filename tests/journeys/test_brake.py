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
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="500")
    yield found
    found.close()


@pytest.fixture
def disk(tmp_path: Path, machine: Machine) -> Iterator[Path]:
    """A disk that can be pulled: a folder bound over the watched one. The folder beneath is empty."""
    content = tmp_path / "disk"
    make_files(content, 200)
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", content, machine.files], check=False).returncode:
        pytest.skip("only root may mount here")
    yield content
    subprocess.run(["umount", "-l", machine.files], check=False, capture_output=True)


def active(machine: Machine) -> tuple[int, int]:
    return machine.total(), machine.total("--status", "deleted")


def conditions(machine: Machine) -> set[str]:
    return {told["condition_key"].partition(":")[0] for told in machine.ask("status")["notifications"]}


def test_a_disk_that_is_pulled_while_the_agent_runs(machine: Machine, disk: Path) -> None:
    machine.up()
    machine.event("indexed")
    subprocess.run(["umount", "-l", machine.files], check=True)
    machine.until(lambda: "watch_path_inaccessible" in conditions(machine), "The notification", 90)
    assert active(machine) == (200, 0)
    subprocess.run(["mount", "--bind", disk, machine.files], check=True)
    machine.until(lambda: "watch_path_inaccessible" not in conditions(machine), "Its end", 90)
    assert active(machine) == (200, 0)
    (machine.files / "back.txt").write_text("x")
    machine.until(lambda: machine.paths("back.txt"), "A change after it came back")


def test_a_disk_that_is_missing_when_the_agent_starts(machine: Machine, disk: Path) -> None:
    machine.up()
    machine.event("indexed")
    assert machine.stop() == 0
    subprocess.run(["umount", "-l", machine.files], check=True)
    machine.up()
    machine.until(lambda: "watch_path_inaccessible" in conditions(machine), "The notification", 90)
    assert active(machine) == (200, 0)
    subprocess.run(["mount", "--bind", disk, machine.files], check=True)
    machine.until(lambda: "watch_path_inaccessible" not in conditions(machine), "Its end", 90)
    assert active(machine) == (200, 0)


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

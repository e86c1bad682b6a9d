"""From nothing to a searchable index, again, and after a kill: `mosaicfs up` as a newcomer meets it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine, make_files


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    yield found
    found.close()


def test_a_folder_is_searchable_while_it_is_indexed_and_follows_changes(machine: Machine, full: bool) -> None:
    count = 40_000 if full else 4_000
    make_files(machine.files, count)
    ready = machine.up()
    assert ready["watch_paths"] == [str(machine.files)]
    seen = machine.until(lambda: machine.found("file-000"), "The first file")
    machine.event("indexed")
    assert machine.total() == count
    (machine.files / "minutes of the meeting.md").write_text("decided: nothing")
    changed = machine.until(lambda: machine.paths("minutes meeting"), "A change")
    print(f"{count} files: first found after {seen:.2f} s; a change after {changed:.2f} s")
    assert machine.stop() == 0
    assert machine.left_behind() == []


def test_the_second_run_says_so_and_adds_its_folder(machine: Machine, tmp_path: Path) -> None:
    make_files(machine.files, 50)
    machine.up()
    machine.event("indexed")
    other = tmp_path / "more"
    make_files(other, 30)
    assert machine.run("up", str(other), "--json").returncode == 0
    machine.until(lambda: machine.total() == 80, "The second folder")
    refused = machine.run("up", "--listen", "http://127.0.0.1:9", "--json")
    assert refused.returncode == 3, refused.stderr


@pytest.mark.parametrize("count", [2_000])
def test_a_kill_in_mid_crawl_needs_no_repair(machine: Machine, count: int) -> None:
    make_files(machine.files, count)
    machine.up()
    machine.until(lambda: machine.total() > 0, "The first files")
    machine.stop(signal.SIGKILL)
    machine.until(lambda: not machine.left_behind() or all("/" in left for left in machine.left_behind()), "Their end")
    ids: dict[str, str] = {}
    machine.up()
    machine.event("indexed")
    assert machine.total() == count
    for item in machine.found("file-00"):
        ids[item["source"]["export_path"]] = item["file_id"]
    machine.stop()
    machine.up()
    machine.event("indexed")
    assert machine.total() == count
    assert ids == {item["source"]["export_path"]: item["file_id"] for item in machine.found("file-00")}


def test_a_duty_that_is_killed_comes_back_and_the_others_answer(machine: Machine) -> None:
    make_files(machine.files, 20)
    machine.up()
    machine.event("indexed")
    duties = {duty["duty"]: duty["pid"] for duty in machine.ask("status")["here"]["duties"]}
    os.kill(duties["agent"], signal.SIGKILL)
    assert machine.total() == 20

    def back() -> bool:
        found = {duty["duty"]: duty["pid"] for duty in machine.ask("status")["here"]["duties"]}
        return bool(found.get("agent", duties["agent"]) != duties["agent"])

    machine.until(back, "The agent")
    (machine.files / "after.txt").write_text("x")
    machine.until(lambda: machine.paths("after.txt"), "A change after the restart")


def test_a_path_that_does_not_exist_creates_nothing(machine: Machine) -> None:
    told = machine.run("up", str(machine.files / "nowhere"), "--json")
    assert told.returncode == 2
    assert not (machine.folder / "state").exists()


def test_down_stops_it_from_another_terminal(machine: Machine) -> None:
    machine.up()
    assert "agent" in machine.ask("down")["stopped"]
    machine.until(lambda: machine.left_behind() == [], "Its end")
    assert machine.ask("down")["stopped"] == []
    assert machine.run("search", "x").returncode == 10

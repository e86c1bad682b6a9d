"""A storage backend from `mosaicfs backends add` to the bytes of its files, here and on another machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.journeys import glass
from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import Duty, TwoMachines

pytestmark = pytest.mark.journey

LARGE = Random(7).randbytes(3 * 1024 * 1024 + 77)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoMachines]:
    made = TwoMachines(tmp_path)
    yield made
    made.close()


def install(machine: Machine) -> Path:
    """The bridge in the plugins folder, and what its service holds."""
    machine.plant("glass.py", Path(glass.__file__).read_text(encoding="utf-8"))
    cloud = machine.folder / "cloud"
    (cloud / "sub").mkdir(parents=True)
    (cloud / "sub" / "a.txt").write_text("from the cloud")
    (cloud / "large.bin").write_bytes(LARGE)
    return cloud


def add(machine: Machine, cloud: Path, *, password: str = glass.PASSWORD, node: str = "") -> None:
    machine.environment["MOSAICFS_BACKEND_SECRETS"] = json.dumps({"password": password})
    where = ("--node", node) if node else ()
    machine.ask("backends", "add", "pane", "--type", "glass", f"folder={cloud}", "--secret", "password", *where)


def live(machine: Machine) -> dict[str, Any]:
    return machine.ask("backends", "show", "pane")["live"] or {}


def fares(machine: Machine, state: str) -> bool:
    return live(machine).get("state") == state


def notices(machine: Machine) -> list[str]:
    """Of the backend."""
    found = machine.ask("notifications", "list")["items"]
    return [each["condition_key"] for each in found if each["condition_key"].endswith(":pane")]


def cat(machine: Machine, path: str) -> str:
    told = machine.run("files", "cat", path)
    return told.stdout if told.returncode == 0 else told.stderr


def test_files_of_a_backend_are_found_shown_and_read(machine: Machine) -> None:
    cloud = install(machine)
    machine.up()
    machine.until(lambda: machine.ask("nodes", "list")["items"], "the first heartbeat")
    add(machine, cloud, password="wrong")
    machine.until(lambda: fares(machine, "needs_owner"), "the refusal")
    machine.until(lambda: notices(machine) == ["oauth_expired:pane"], "the notice")

    machine.environment["MOSAICFS_BACKEND_SECRETS"] = json.dumps({"password": glass.PASSWORD})
    machine.ask("backends", "set", "pane", "--secret", "password")
    machine.until(lambda: fares(machine, "ok"), "the first listing")
    machine.until(lambda: notices(machine) == [], "the end of the notice")
    assert machine.paths("txt") == {"/pane/sub/a.txt"}
    assert cat(machine, "/nodes/pane/sub/a.txt") == "from the cloud"
    tried = machine.ask("backends", "test", "pane")
    assert [(step["step"], step["ok"]) for step in tried["steps"]] == [
        ("secrets", True),
        ("list", True),
        ("read", True),
    ]

    # What was read is kept; what was not needs the service.
    fetched = machine.folder / "fetched.bin"
    machine.ask("files", "fetch", "/nodes/pane/large.bin", "-o", str(fetched))
    assert fetched.read_bytes() == LARGE
    cloud.rename(machine.folder / "away")
    assert cat(machine, "/nodes/pane/sub/a.txt") == "from the cloud"
    failed = machine.run("backends", "poll", "pane")
    assert failed.returncode != 0
    assert machine.paths("txt") == {"/pane/sub/a.txt"}

    (machine.folder / "away").rename(cloud)
    (cloud / "sub" / "a.txt").write_text("written anew")
    machine.ask("backends", "poll", "pane")
    assert cat(machine, "/nodes/pane/sub/a.txt") == "written anew"
    assert machine.run("backends", "rm", "pane", "--yes").returncode == 6
    machine.ask("backends", "rm", "pane", "--force", "--yes")
    machine.until(lambda: machine.paths("txt") == set(), "the end of its files")

    assert machine.stop() == 0
    assert machine.left_behind() == []
    for path in machine.folder.rglob("*"):
        if path.is_file() and path.name != "glass.py":
            assert glass.PASSWORD.encode() not in path.read_bytes(), path


def test_another_machine_reads_through_the_node_that_hosts_it(two: TwoMachines) -> None:
    nas, laptop = two.nas, two.laptop
    cloud = install(laptop)
    two.duties["own agent"] = Duty(nas, "agent")
    two.start_agent()
    nas.until(lambda: two.status() == "online", "the first heartbeat")
    add(nas, cloud, node="laptop")
    nas.until(lambda: fares(nas, "ok"), "the first listing")
    nas.until(lambda: nas.paths("txt") == {"/pane/sub/a.txt"}, "the push of its files")
    nas.until(lambda: nas.ask("api", "GET", "/api/nodes/node-laptop").get("transfer"), "where it hands out files")
    assert cat(nas, "/nodes/pane/sub/a.txt") == "from the cloud"
    fetched = nas.folder / "fetched.bin"
    nas.ask("files", "fetch", "/nodes/pane/large.bin", "-o", str(fetched))
    assert fetched.read_bytes() == LARGE

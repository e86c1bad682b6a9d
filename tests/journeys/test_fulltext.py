"""Words inside files, in real agents: one is killed while it reads and loses its index, one is on another machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

import mosaicfs
from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.role import CONTROL
from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import TwoMachines

pytestmark = pytest.mark.journey

NAME = "fulltext-search"
FILES = 3_000 if os.environ.get("MOSAICFS_SOAK") else 800
KILLS = 20 if os.environ.get("MOSAICFS_SOAK") else 2


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="500")
    for number in range(FILES):
        folder = found.files / str(number % 20)
        folder.mkdir(exist_ok=True)
        words = " ".join(f"word{number * 7 % 1000 + each}" for each in range(200))
        (folder / f"{number}.txt").write_text(f"{words} needle unique{number}")
    found.up()
    found.event("indexed")
    yield found
    found.close()


def enable(machine: Machine, node: str = "node-desk") -> None:
    """On the machine that keeps the documents."""
    events = ("file.added", "file.modified", "file.moved", "file.deleted")
    noun = Plugin(
        node_id=node,
        plugin_name=NAME,
        name="Full text",
        plugin_type="python",
        enabled=True,
        subscribed_events=events,
        created_at="2026-01-01T00:00:00Z",
    )

    async def write() -> None:
        state = machine.folder / "state" / "mosaicfs"
        async with mosaicfs.open_store(state / "mosaicfs.db", machine.runtime / "bell") as store:
            document = Document(f"plugin::{node}::{NAME}", "", wire.encode(noun))
            (row,) = await store.write([document], writer=CONTROL)
            assert not row.error, row

    trio.run(write)


def ask(machine: Machine, text: str) -> tuple[int, list[dict[str, Any]]]:
    """How many there are, and the first of them; nothing while the agent is away."""
    told = machine.run("query", "search", text, "--json", "--limit", "3")
    lines = [json.loads(line) for line in told.stdout.splitlines()] if told.returncode == 0 else []
    found = [line for line in lines if "results" in line]
    return (found[0]["total"], found[0]["results"]) if found else (0, [])


def has(machine: Machine, enough: int, text: str = "needle") -> bool:
    return ask(machine, text)[0] >= enough


def kill_agent(machine: Machine) -> None:
    duties = machine.ask("status")["here"]["duties"]
    os.kill(next(each["pid"] for each in duties if each["duty"] == "agent"), signal.SIGKILL)


def test_nothing_is_missing_after_kills_and_a_lost_index(machine: Machine) -> None:
    enable(machine)
    for kill in range(KILLS):
        enough = (kill + 1) * FILES // (2 * KILLS)
        machine.until(partial(has, machine, enough), "A part of the files")
        kill_agent(machine)
        machine.until(lambda: ask(machine, "needle")[0] > 0, "The agent again")
    machine.until(lambda: ask(machine, "needle")[0] == FILES, "All files")
    total, (result,) = ask(machine, f"unique{FILES - 1}")
    assert total == 1
    assert result["fragments"][0].endswith(f"needle **unique{FILES - 1}**")

    (machine.files / "0" / "0.txt").unlink()
    (machine.files / "1" / "1.txt").write_text("changed")
    machine.until(lambda: ask(machine, "needle")[0] == FILES - 2, "The changes")

    shutil.rmtree(machine.folder / "state" / "mosaicfs" / "plugin-state" / NAME)
    kill_agent(machine)
    machine.until(lambda: ask(machine, "needle")[0] == FILES - 2, "All files in a new index")
    assert machine.stop() == 0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TwoMachines]:
    found = TwoMachines(tmp_path)
    yield found
    found.close()


def test_a_question_reaches_the_other_machine_or_names_it(house: TwoMachines) -> None:
    (house.laptop.files / "letter.txt").write_text("a lighthouse far away")
    house.start_agent()
    enable(house.nas, "node-laptop")
    house.nas.until(partial(has, house.nas, 1, "lighthouse"), "The answer of the laptop")

    house.duties["agent"].tell(signal.SIGSTOP)
    told = house.nas.run("query", "search", "lighthouse", "--json", "--timeout", "1", "--strict")
    *_, end = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 7
    assert [(each["node_id"], each["reason"]) for each in end["omitted"]] == [("node-laptop", "timeout")]

    house.duties["agent"].tell(signal.SIGCONT)
    house.nas.until(partial(has, house.nas, 1, "lighthouse"), "The answer of the laptop again")
    house.duties["agent"].stop()
    told = house.nas.run("query", "search", "lighthouse", "--json")
    (end,) = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(each["node_id"], each["reason"]) for each in end["omitted"]] == [("node-laptop", "offline")]

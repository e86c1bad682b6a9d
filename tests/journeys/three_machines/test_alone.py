"""A machine that is left alone still finds the files of all machines, and says what it cannot do without the others."""

from __future__ import annotations

import json
import signal

from tests.journeys.three_machines.couch import BOTH_IN_FULL
from tests.journeys.three_machines.house import House, Networked

AWAY = 10


@BOTH_IN_FULL
def test_a_machine_alone_answers_from_its_replica_and_needs_the_control_plane_for_changes(house: House) -> None:
    nas, desk, attic = house.nas, house.joined("desk"), house.joined("attic")
    machines = (nas, desk, attic)
    letters = {machine.write(f"letter from {machine.folder.name}.txt") for machine in machines}
    for machine in machines:
        machine.start("agent")
    nas.until(lambda: house.knows(letters, "letter"), "The letters of three machines")
    for command in (
        ("vfs", "mkdir", "/letters"),
        ("vfs", "mount-add", "/letters", f"*:{attic.files}", "--strategy", "flatten"),
        ("labels", "add", "dear", f"{attic.node_id}:{attic.files / 'letter from attic.txt'}"),
    ):
        assert nas.run(*command).returncode == 0, command
    desk.until(lambda: letters <= desk.paths("letter"), "The way of the letters to another machine")
    desk.until(lambda: _labels(desk) == ["dear"], "The way of a label to another machine")

    for machine in (attic, nas):
        machine.end("agent", signal.SIGKILL)
    nas.end("server", signal.SIGKILL)
    _answers(desk, attic, letters)
    desk.end("agent")
    desk.start("agent")
    desk.until(lambda: desk.run("search", "letter").returncode == 0, "The start of an agent that is alone")
    _answers(desk, attic, letters)
    assert desk.defects("agent") == []

    house.nas.start("server")
    house.wait_for_server()
    house.wait_until_online(desk)
    assert _refusal(desk) == "control_plane_required"


def _answers(desk: Networked, attic: Networked, letters: set[str]) -> None:
    told = desk.run("search", "letter")
    assert letters <= desk.paths("letter")
    assert "no login for the control plane; answered from this machine's replica, " in told.stderr
    listed = desk.run("vfs", "ls", "/letters", "--json").stdout.splitlines()
    assert "letter from attic.txt" in [name for line in listed if (name := json.loads(line).get("name"))]
    why = desk.ask("explain", "/letters/letter from attic.txt")
    assert (why["result"], [copy["where"] for copy in why["copies"]]) == ("visible", [attic.node_id])
    assert _labels(desk) == ["dear"]
    assert {node["node_id"] for node in desk.ask("nodes", "list")["items"]} >= {desk.node_id, attic.node_id}
    assert desk.run("notifications", "list").returncode == 0
    status = desk.ask("status")
    assert status["here"]["replica_age_s"] >= 0
    assert len(status["nodes"]) == 3
    assert _refusal(desk) == "control_plane_required"


def _labels(machine: Networked) -> list[str]:
    told = machine.run("labels", "list", "--json")
    return [item["label"] for line in told.stdout.splitlines() for item in json.loads(line).get("items", [])]


def _refusal(machine: Networked) -> str:
    told = machine.run("vfs", "mkdir", "/mine", "--json")
    assert told.returncode == AWAY, told.stderr
    error = json.loads(told.stderr)["error"]
    assert "mosaicfs login https://" in error["message"]
    return str(error["code"])

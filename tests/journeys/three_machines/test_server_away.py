"""The control plane was killed, or its CouchDB is away. Nodes go on meanwhile, and nothing that they found is lost."""

from __future__ import annotations

import json
import signal

from tests.journeys.three_machines.couch import BOTH_IN_FULL, ON_COUCHDB, Couch
from tests.journeys.three_machines.house import House, Networked

AWAY = 10
BACK_S = 90.0


@BOTH_IN_FULL
def test_a_killed_control_plane_comes_back_with_everything(house: House) -> None:
    desk = house.joined("desk")
    before = desk.write("before.txt")
    desk.start("agent")
    house.nas.until(lambda: house.knows([before], "before"), "The first push")
    assert house.nas.run("nodes", "rename", desk.node_id, "bureau").returncode == 0

    house.nas.end("server", signal.SIGKILL)
    meanwhile = desk.write("meanwhile.txt")
    desk.until(lambda: desk.holds("file::", meanwhile), "The index of a machine that is left alone")
    house.nas.start("server")
    house.wait_for_server()
    assert house.knows([before], "before")
    assert house.api(f"/api/nodes/{desk.node_id}")["friendly_name"] == "bureau"
    house.nas.until(lambda: house.knows([meanwhile], "meanwhile"), "What was found meanwhile", BACK_S)
    house.wait_until_online(desk)


@ON_COUCHDB
def test_three_machines_outlive_a_couchdb_that_goes_away(house: House, couch: Couch) -> None:
    nas, desk, attic = house.nas, house.joined("desk"), house.joined("attic")
    machines = (nas, desk, attic)
    letters = [machine.write(f"letter from {machine.folder.name}.txt") for machine in machines]
    for machine in machines:
        machine.start("agent")
    nas.until(lambda: house.knows(letters, "letter"), "The letters of three machines")

    couch.go_away()
    assert refusal(nas, "search", "letter") == "not_ready"
    assert refusal(nas, "nodes", "rename", desk.node_id, "bureau") == "not_ready"
    assert nas.run("api", "GET", "/api/health/live").returncode == 0
    assert nas.run("api", "GET", "/api/health/ready").returncode != 0
    letters += [machine.write(f"letter in between from {machine.folder.name}.txt") for machine in (nas, desk)]
    desk.until(lambda: desk.holds("file::", letters[-1]), "The index of a machine that nobody hears")

    couch.come_back()
    nas.until(lambda: house.knows(letters, "letter"), "The letters in between", BACK_S)
    nas.end("server", signal.SIGKILL)
    nas.start("server")
    house.wait_for_server()
    letters.append(attic.write("last letter.txt"))
    nas.until(lambda: house.knows(letters, "letter"), "The last letter", BACK_S)
    assert nas.defects("server") == []
    assert [machine.defects("agent") for machine in machines] == [[], [], []]


def refusal(machine: Networked, *command: str) -> str:
    """The code of an error that says to ask again."""
    told = machine.run(*command, "--json")
    assert told.returncode == AWAY, told.stderr
    return str(json.loads(told.stderr)["error"]["code"])

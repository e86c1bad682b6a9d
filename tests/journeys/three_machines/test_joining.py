"""Three machines become one instance, and nobody gets in who was not asked."""

from __future__ import annotations

from tests.journeys.three_machines.couch import BOTH_IN_FULL
from tests.journeys.three_machines.house import House

SECONDS_AFTER_THE_CRAWL = 2.0
REFUSED_LOGIN = 5


@BOTH_IN_FULL
def test_one_search_finds_the_files_of_three_machines(house: House, *, full: bool) -> None:
    machines = [house.nas, house.joined("desk"), house.joined("attic")]
    paths = [machine.write(f"letter from {machine.folder.name}.txt") for machine in machines]
    for machine in machines:
        machine.start("agent")
    for machine in machines:
        machine.until(machine.has_crawled, "The first crawl")
    within_s = SECONDS_AFTER_THE_CRAWL if full else 60
    house.nas.until(lambda: house.knows(paths, "letter"), "The way to the control plane", within_s)
    for machine in machines:
        house.wait_until_online(machine)


@BOTH_IN_FULL
def test_another_fingerprint_is_refused_and_the_code_stays_good(house: House) -> None:
    desk = house.machine("desk")
    url, code = house.invited()
    address, fingerprint = url.split("#")
    other = fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1")
    told = desk.run("join", f"{address}#{other}", MOSAICFS_JOIN_CODE=code)
    assert told.returncode == REFUSED_LOGIN, told.stderr
    assert code not in told.stderr + told.stdout
    assert not (desk.state / "keys" / "control_plane.pub").exists()
    assert desk.run("join", url, MOSAICFS_JOIN_CODE=code).returncode == 0


@BOTH_IN_FULL
def test_a_code_is_good_for_one_machine(house: House) -> None:
    url, code = house.invited()
    first, second = house.machine("desk"), house.machine("attic")
    assert first.run("join", url, MOSAICFS_JOIN_CODE=code).returncode == 0
    told = second.run("join", url, MOSAICFS_JOIN_CODE=code)
    assert told.returncode == REFUSED_LOGIN, told.stderr
    assert not (second.state / "keys" / "control_plane.pub").exists()
    assert [node["node_id"] for node in house.api("/api/nodes")["items"] if "attic" in node["node_id"]] == []

"""A machine is away: it was killed, cut off, or sent away. What happens meanwhile is not lost."""

from __future__ import annotations

import signal
import time

from tests.journeys.three_machines.couch import BOTH, BOTH_IN_FULL
from tests.journeys.three_machines.house import House
from tests.journeys.three_machines.network import Network

OFFLINE_S = 90.0 + 30.0
"""Three checks that hear nothing, and the one that the last heartbeat still counted for."""
BACK_S = 60.0
OUT_S = 45.0
"""A feed that nobody ends is open for an hour."""
HEARTBEAT_S = 45.0
CUT_S = 75.0
HELD_UP, UNHEARD = "replication is held up", "the heartbeat is not taken"


@BOTH_IN_FULL
def test_a_killed_agent_is_heard_again_after_its_restart(house: House, *, full: bool) -> None:
    desk = house.joined("desk")
    before = desk.write("before.txt")
    desk.start("agent")
    house.nas.until(lambda: house.knows([before], "before"), "The first push")
    house.wait_until_online(desk)
    desk.end("agent", signal.SIGKILL)
    meanwhile = desk.write("meanwhile.txt")
    if full:
        house.nas.until(lambda: house.status(desk) == "offline", "The verdict", OFFLINE_S)
    assert house.knows([before], "before")
    heard = house.api(f"/api/nodes/{desk.node_id}")["last_heartbeat"]

    desk.start("agent")
    desk.until(lambda: house.api(f"/api/nodes/{desk.node_id}")["last_heartbeat"] > heard, "The return", BACK_S)
    assert house.status(desk) == "online"
    house.nas.until(lambda: house.knows([meanwhile], "meanwhile"), "What changed while nobody looked")


@BOTH
def test_both_sides_of_a_broken_link_go_on_and_agree_afterwards(cuttable: Network, house: House, *, full: bool) -> None:
    desk, attic = house.joined("desk"), house.joined("attic")
    for machine in (desk, attic):
        machine.write("before.txt")
        machine.start("agent")
    house.nas.until(lambda: len(house.nas.paths("before")) == 2, "The first push")
    attic.until(lambda: attic.holds(f"node::{desk.node_id}", "desk"), "The first pull")

    cuttable.set_link(attic.number, "down")
    there = attic.write("there.txt")
    attic.until(lambda: attic.holds("file::", there), "The index of a machine that is cut off")
    assert house.nas.run("nodes", "rename", desk.node_id, "bureau").returncode == 0
    here = desk.write("here.txt")
    house.nas.until(lambda: house.knows([here], "here"), "The push of the machine that is not cut off")
    if full:
        time.sleep(CUT_S)  # longer than a connection that hangs is believed
    assert not house.knows([there], "there")
    assert not attic.holds(f"node::{desk.node_id}", "bureau")

    cuttable.set_link(attic.number, "up")
    house.nas.until(lambda: house.knows([there], "there"), "What was found there", 120)
    attic.until(lambda: attic.holds(f"node::{desk.node_id}", "bureau"), "What was changed here", 120)


@BOTH_IN_FULL
def test_a_disabled_node_is_out_until_it_is_enabled(house: House, *, full: bool) -> None:
    desk = house.joined("desk", MOSAICFS_HEARTBEAT_INTERVAL_S="3")
    before = desk.write("before.txt")
    desk.start("agent")
    house.nas.until(lambda: house.knows([before], "before"), "The first push")
    house.wait_until_online(desk)

    assert house.nas.run("nodes", "disable", desk.node_id, "--yes").returncode == 0
    desk.until(
        lambda: desk.logged("agent", HELD_UP, direction="pull", state="denied"), "The end of the open feed", OUT_S
    )
    desk.until(lambda: desk.logged("agent", UNHEARD), "The refusal of a heartbeat", HEARTBEAT_S)
    meanwhile = desk.write("meanwhile.txt")
    assert house.nas.run("nodes", "rename", house.nas.node_id, "cellar").returncode == 0
    desk.until(lambda: desk.holds("file::", meanwhile), "The index of a machine that was sent away")
    desk.until(lambda: desk.logged("agent", HELD_UP, direction="push", state="denied"), "The refusal of what it sends")
    assert house.status(desk) == "disabled"
    assert not house.knows([meanwhile], "meanwhile")
    assert not desk.holds(f"node::{house.nas.node_id}", "cellar")

    assert house.nas.run("nodes", "enable", desk.node_id).returncode == 0
    if not full:
        # It asks once a minute, so it is not waited for.
        desk.end("agent")
        desk.start("agent")
    house.nas.until(lambda: house.knows([meanwhile], "meanwhile"), "What was found meanwhile", 90)
    desk.until(lambda: desk.holds(f"node::{house.nas.node_id}", "cellar"), "What was changed meanwhile", 90)
    house.wait_until_online(desk, 90)

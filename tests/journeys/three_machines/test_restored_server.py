"""The control plane is stopped, and an earlier copy of its files is put in their place.

Its nodes bring back what is theirs. What people changed since the copy is not asked about here.
"""

from __future__ import annotations

import shutil

import pytest

from tests.journeys.three_machines.house import House


@pytest.mark.parametrize("when", ["while the node runs", "before the node starts"])
def test_what_an_earlier_copy_lacks_is_brought_back_by_its_node(house: House, when: str) -> None:
    nas, desk = house.nas, house.joined("desk")
    first = desk.write("first.txt")
    desk.start("agent")
    nas.until(lambda: house.knows([first], "first"), "The first push")
    nas.end("server")
    copy = nas.folder / "copy"
    shutil.copytree(nas.state, copy)

    nas.start("server")
    house.wait_for_server()
    second = desk.write("second.txt")
    nas.until(lambda: house.knows([second], "second"), "The push after a restart")
    if when.startswith("before"):
        desk.end("agent")
    nas.end("server")
    shutil.rmtree(nas.state)
    copy.rename(nas.state)

    nas.start("server")
    house.wait_for_server()
    if when.startswith("before"):
        desk.start("agent")
    third = desk.write("third.txt")
    nas.until(lambda: house.knows([third], "third"), "The push to the restored server", 90)
    nas.until(lambda: house.knows([second], "second"), "What the copy lacked", 90)
    assert nas.run("nodes", "rename", nas.node_id, "cellar").returncode == 0
    desk.until(lambda: desk.holds(f"node::{nas.node_id}", "cellar"), "What is changed there from now on", 90)
    house.wait_until_online(desk)

"""The control plane is stopped, and an earlier copy of its files is put in their place.

Its nodes bring back what is theirs, and give up what people changed there since the copy.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.journeys.three_machines.couch import IN_A_FILE
from tests.journeys.three_machines.house import House, Networked


@IN_A_FILE
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


WORK = "label_rule::0199aa00-0000-7000-8000-000000000001"
NEWS = "notification::control_plane::trial"
BODIES = {
    WORK: {
        "type": "label_rule", "node_id": "*", "path_prefix": "/home/", "labels": ["work"], "name": "Work",
        "enabled": True, "created_at": "2026-02-16T09:00:00Z",
    },
    NEWS: {
        "type": "notification", "condition_key": "trial", "severity": "info", "status": "active", "title": "A trial",
        "source": {"node_id": "control_plane", "component": "server"}, "message": "Nothing is wrong.",
        "first_seen": "2026-02-16T09:00:00Z", "last_seen": "2026-02-16T09:00:00Z", "occurrence_count": 1,
        "activated_at": "2026-02-16T09:00:00Z",
    },
}  # fmt: skip


@IN_A_FILE
@pytest.mark.parametrize(
    ("when", "how"),
    [("while the node runs", "as it is"), ("before the node starts", "as it is"), ("while the node runs", "by a tool")],
)
def test_what_people_changed_since_the_copy_is_gone_from_the_nodes(house: House, when: str, how: str) -> None:
    """A tool that restores gives the database a new epoch; who only copies files does not."""
    nas, desk = house.nas, house.joined("desk")
    rename(nas, "attic")
    set_log_level(nas, "warning")
    first = desk.write("first.txt")
    desk.start("agent")
    nas.until(lambda: house.knows([first], "first"), "The first push")
    desk.until(lambda: has(desk, nas, "attic", "warning"), "The first pull")
    nas.end("server")
    copy = nas.folder / "copy"
    shutil.copytree(nas.state, copy)

    nas.start("server")
    house.wait_for_server()
    rename(nas, "cellar")
    set_log_level(nas, "error")
    for doc_id, body in BODIES.items():
        put(nas, doc_id, body)
    second = desk.write("second.txt")
    desk.until(lambda: has(desk, nas, "cellar", "error"), "What is changed after the copy", 90)
    desk.until(lambda: desk.holds(WORK, "work") and desk.holds(NEWS, "trial"), "What is new after the copy", 90)
    nas.until(lambda: house.knows([second], "second"), "The push after a restart", 90)
    if when.startswith("before"):
        desk.end("agent")
    nas.end("server")
    shutil.rmtree(nas.state)
    copy.rename(nas.state)
    if how == "by a tool":
        with closing(sqlite3.connect(nas.state / "mosaicfs.db")) as opened, opened:
            opened.execute("UPDATE meta SET value = '0badcafe' WHERE key = 'epoch'")

    nas.start("server")
    house.wait_for_server()
    if when.startswith("before"):
        desk.start("agent")
    desk.until(lambda: not (desk.holds(WORK, "") or desk.holds(NEWS, "")), "What the copy does not know", 90)
    desk.until(lambda: has(desk, nas, "attic", "warning"), "What the copy knows otherwise", 90)
    nas.until(lambda: house.knows([first, second], "txt"), "What the node brings back", 90)
    assert desk.holds("file::", "second.txt")
    rename(nas, "loft")
    desk.until(lambda: has(desk, nas, "loft", "warning"), "What is changed from now on", 90)


def rename(nas: Networked, name: str) -> None:
    assert nas.run("nodes", "rename", nas.node_id, name).returncode == 0


def set_log_level(nas: Networked, level: str) -> None:
    nas.ask("api", "PATCH", "/api/system/settings", "--data", json.dumps({"log_level": level}))


def put(nas: Networked, doc_id: str, body: object) -> None:
    """As the control plane does when somebody asks it to."""
    path = "/api/replication/mosaicfs/" + doc_id.replace("::", "%3A%3A")
    told = nas.run("api", "PUT", path, "--data", json.dumps(body))
    assert told.returncode == 0, told.stderr


def has(desk: Networked, nas: Networked, name: str, level: str) -> bool:
    return desk.holds(f"node::{nas.node_id}", name) and desk.holds("settings", level)

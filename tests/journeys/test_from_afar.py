"""What is said at the control plane and done at another machine: settings, folders, a look, a start from nothing."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.test_joined_node import Duty, TwoMachines

pytestmark = pytest.mark.journey

NODE = "/api/nodes/node-laptop"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoMachines]:
    made = TwoMachines(tmp_path)
    allowed = (made.laptop.files, made.laptop.folder / "more")
    made.laptop.environment["MOSAICFS_AGENT_WATCH_ROOTS"] = ",".join(map(str, allowed))
    yield made
    made.close()


def test_folders_and_settings_reach_a_joined_machine_and_hold_while_the_control_plane_is_away(two: TwoMachines) -> None:
    nas, laptop = two.nas, two.laptop
    more, outside = laptop.folder / "more", laptop.folder / "outside"
    for folder in (more, outside):
        folder.mkdir()
        (folder / f"in-{folder.name}.txt").write_text("x")
    two.start_agent()
    nas.until(lambda: two.status() == "online", "the first heartbeat")

    wanted = [str(laptop.files), str(more), str(outside)]
    nas.ask("api", "PATCH", NODE, "--data", json.dumps({"watch_paths": wanted}))
    nas.until(lambda: nas.paths("in-more"), "the folder that was added")
    refused = f"node-laptop::watch_path_refused:{outside}"
    nas.until(
        lambda: refused in [each["notification_id"] for each in nas.ask("notifications", "list")["items"]],
        "the refusal",
    )
    assert nas.paths("in-outside") == set()
    assert nas.ask("api", "GET", NODE)["watch_paths"] == wanted

    nas.ask("system", "settings", "log_level=debug")
    changed = "the least that is worth a line has changed"
    nas.until(lambda: changed in two.duties["agent"].log.read_text(), "the setting of the instance")
    assert nas.ask("nodes", "sync", "node-laptop")["state"] == "done"

    # What was said last holds for a machine that starts while nobody can be asked.
    two.duties["server"].stop()
    two.duties["agent"].stop()
    (more / "meanwhile.txt").write_text("b")
    two.start_agent()
    found_there = "the folder that was added, without a control plane"
    laptop.until(lambda: "meanwhile.txt" in laptop.run("search", "meanwhile").stdout, found_there)
    two.start_server()
    nas.until(lambda: nas.paths("meanwhile"), "the push after the break")

    nas.ask("api", "PATCH", NODE, "--data", json.dumps({"watch_paths": wanted[:1]}))
    nas.until(lambda: not nas.paths("meanwhile"), "the end of the folder that was added")


def test_a_wiped_instance_keeps_its_machines_which_index_their_files_anew(two: TwoMachines) -> None:
    nas, laptop = two.nas, two.laptop
    (laptop.files / "letter.txt").write_text("a")
    two.start_agent()
    nas.until(lambda: two.knows("letter.txt"), "the first push")
    (before,) = nas.found("letter.txt")
    nas.ask("labels", "add", "work", before["file_id"])
    assert nas.run("system", "wipe", "--confirm", "DELETE_ALL_DATA").returncode == 5

    two.duties["server"].stop()
    two.duties["server"] = Duty(nas, "server", "--developer-mode")
    nas.until(lambda: nas.run("nodes", "list").returncode == 0, "the server")
    assert nas.ask("system", "wipe", "--confirm", "DELETE_ALL_DATA")["deleted_count"] > 1
    nas.until(lambda: nas.found("letter.txt"), "the file, once it was indexed anew")
    (after,) = nas.found("letter.txt")
    assert after["file_id"] != before["file_id"]
    assert after["labels"] == []
    assert nas.ask("labels", "list")["items"] == []
    nas.until(lambda: two.status() == "online", "the node, which need not join again")
    two.duties["server"].stop(signal.SIGKILL)
    two.start_server()
    conditions = [each["notification_id"] for each in nas.ask("notifications", "list")["items"]]
    assert "control_plane::developer_mode" not in conditions

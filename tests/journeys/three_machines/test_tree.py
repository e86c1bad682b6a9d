"""One tree over three machines: two folders that become one, files in several places, a label over many of them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys.machine import make_files
from tests.journeys.three_machines.couch import BOTH_IN_FULL
from tests.journeys.three_machines.house import House, Networked

LABELLED = 400
LABELLED_IN_FULL = 100_000
CRAWL_S = 300.0
DRAFT = {"steps": [{"op": "glob", "pattern": "*.txt", "on_match": "include"}, {"op": "size", "min_bytes": 1 << 40}]}


@pytest.fixture
def machines(house: House, *, full: bool) -> tuple[Networked, Networked, Networked]:
    """The first two hold a trip, with one name that both have; the third has many files."""
    nas, desk, attic = house.nas, house.joined("desk"), house.joined("attic")
    for machine, names in ((nas, ("plan.txt", "map.pdf")), (desk, ("plan.txt", "bill.txt"))):
        trip = machine.files / "trip" / "2025"
        trip.mkdir(parents=True)
        for name in names:
            (trip / name).write_text(f"{name} of {machine.folder.name}")
    make_files(attic.files / "archive", LABELLED_IN_FULL if full else LABELLED)
    for machine in (nas, desk, attic):
        machine.start("agent")
    for machine in (nas, desk, attic):
        machine.until(machine.has_crawled, "The first crawl", CRAWL_S)
    house.nas.until(lambda: len(nas.found("plan.txt")) == 2, "The way of the trip to the control plane", CRAWL_S)
    return nas, desk, attic


@BOTH_IN_FULL
def test_folders_of_two_machines_become_one_and_labels_hold_at_once(
    house: House, machines: tuple[Networked, Networked, Networked], *, full: bool
) -> None:
    nas, desk, attic = machines

    _told(nas, "vfs", "mkdir", "/trips")
    for machine in (nas, desk):
        source = f"{machine.node_id}:{machine.files / 'trip'}"
        _told(nas, "vfs", "mount-add", "/trips", source, "--conflict", "suffix_node_id")
    merged = _listing(nas, "/trips/2025")
    other = f"plan ({desk.node_id}).txt"
    assert [entry["name"] for entry in merged] == sorted(["bill.txt", "map.pdf", other, "plan.txt"])
    named = {entry["name"]: entry for entry in merged}
    assert (named["plan.txt"]["node_id"], named[other]["node_id"]) == (nas.node_id, desk.node_id)

    # The same file in two directories is one file: one id, one inode.
    _told(nas, "vfs", "mkdir", "/bills")
    _told(nas, "vfs", "mount-add", "/bills", f"*:{desk.files}", "--strategy", "flatten", "--step", _glob("bill*"))
    (bill,) = _listing(nas, "/bills")
    assert (bill["file_id"], bill["inode"]) == (named["bill.txt"]["file_id"], named["bill.txt"]["inode"])

    # A rule over many files shows with the next listing.
    count = LABELLED_IN_FULL if full else LABELLED
    archive = attic.files / "archive"
    nas.until(lambda: nas.total("--node", attic.node_id) >= count, "The way of the archive", CRAWL_S)
    _told(nas, "vfs", "mkdir", "/old")
    _told(nas, "vfs", "mount-add", "/old", "--label", "archived")
    assert _total(nas, "/old") == 0
    _told(nas, "labels", "rules", "add", f"{attic.node_id}:{archive}", "archived", "--name", "The archive")
    assert _total(nas, "/old") == count

    # What a preview shows is what is there after saving.
    preview = _previewed(nas, "/trips", DRAFT)
    assert [entry["relative_path"] for entry in preview["items"]] == ["2025/bill.txt", f"2025/{other}", "2025/plan.txt"]
    _told(nas, "api", "PATCH", "/api/vfs/directories/trips", "--data", json.dumps(DRAFT))
    assert [entry["name"] for entry in _listing(nas, "/trips/2025")] == ["bill.txt", other, "plan.txt"]

    # Why it is there, and why another one is not.
    assert _explained(nas, "/trips/2025/plan.txt")["result"] == "visible"
    assert _explained(nas, "/trips/2025/map.pdf")["result"] == "excluded"
    assert house.status(desk) == "online"


def _told(machine: Networked, *arguments: str) -> None:
    told = machine.run(*arguments, timeout=CRAWL_S)
    assert told.returncode == 0, told.stderr


def _glob(pattern: str) -> str:
    return json.dumps({"op": "glob", "pattern": pattern})


def _listing(machine: Networked, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = machine.ask("api", "GET", f"/api/vfs?path={quote(path)}")["items"]
    return items


def _total(machine: Networked, path: str) -> int:
    told = machine.ask("api", "GET", f"/api/vfs?path={quote(path)}&limit=1", timeout=CRAWL_S)
    return int(told["total"])


def _previewed(machine: Networked, path: str, draft: dict[str, Any]) -> Any:
    body = json.dumps(draft)
    return machine.ask("api", "POST", f"/api/vfs/directories{quote(path)}/preview", "--data", body)


def _explained(machine: Networked, path: str) -> Any:
    return machine.ask("api", "GET", f"/api/explain?path={quote(path)}")

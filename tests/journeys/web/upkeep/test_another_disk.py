"""Another disk lies in the place of a watched one: nothing of the old one is lost, and a person says that it counts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.web.browsing import Visitor, live
from tests.journeys.web.upkeep.workshop import BROKEN, Workshop, refused, told, until

LAPTOP = "/api/nodes/node-laptop"
COUNT = 120
NOTICED_MS = 90_000
"""An agent looks for a folder that went away every half minute, and tells of it as often."""


class Shelf:
    """A folder at which one disk after the other is mounted, each a file system of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.disks = 0

    def plug_in(self) -> None:
        self.disks += 1
        command = ["mount", "-t", "tmpfs", "-o", "size=4m", f"disk-{self.disks}", str(self.place)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")

    def pull(self) -> None:
        subprocess.run(["umount", "-l", self.place], check=False, capture_output=True)


@pytest.fixture
def shelf(household: Workshop) -> Iterator[Shelf]:
    """The laptop watches it, with all that is on its first disk known."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    found = Shelf(household.spare / "shelf")
    found.place.mkdir()
    watched = household.get(LAPTOP)["watch_paths"]
    try:
        found.plug_in()
        for number in range(COUNT):
            (found.place / f"record-{number:03}.txt").write_text("x")
        household.call("PATCH", LAPTOP, {"watch_paths": [*watched, str(found.place)]})
        household.nas.until(lambda: known(household, "record-") == COUNT, "the records")
        yield found
        household.call("PATCH", LAPTOP, {"watch_paths": watched})
    finally:
        found.pull()


def known(household: Workshop, name: str) -> int:
    return len(household.nas.paths(name, "--all"))


def test_another_disk_counts_once_a_person_says_so(visitor: Visitor, household: Workshop, shelf: Shelf) -> None:
    tab = visitor.go("/nodes/node-laptop")
    expect(live(tab)).to_be_visible()
    row = tab.locator("#watch").get_by_role("row").filter(has_text="shelf")
    expect(row.get_by_text("Present")).to_be_visible(timeout=NOTICED_MS)
    shelf.pull()
    shelf.plug_in()
    (shelf.place / "newer-record.txt").write_text("x")
    expect(row.get_by_text("Absent")).to_be_visible(timeout=NOTICED_MS)
    expect(row.get_by_text("It is another folder than before")).to_be_visible()
    assert known(household, "newer-record") == 0
    accept = row.get_by_role("button", name="Accept the new disk")
    with refused(tab, "POST", "/accept-path"):
        accept.click()
        told(tab, BROKEN)
    accept.click()
    told(tab, "is taken as the same folder")
    expect(row.get_by_text("Present")).to_be_visible(timeout=NOTICED_MS)
    expect(accept).to_have_count(0)
    until(tab, lambda: known(household, "newer-record") == 1, "what is on the new disk is found")
    held = tab.locator("#holds").get_by_role("listitem").filter(has_text="shelf")
    expect(held.get_by_text(f"{COUNT} files of")).to_be_visible(timeout=NOTICED_MS)
    assert known(household, "record-") == COUNT
    held.get_by_role("button", name="These files are really gone").click()
    tab.get_by_role("dialog").get_by_role("button", name="Mark as deleted").click()
    until(tab, lambda: known(household, "record-") == 0, "the files of the old disk leave the index")
    (shelf.place / "newer-record.txt").unlink()
    until(tab, lambda: known(household, "newer-record") == 0, "nothing of it is left")

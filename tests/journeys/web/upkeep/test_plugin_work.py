"""The work of plugins as somebody follows it on the page of a node: begun, watched, tried again, and called off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.web.browsing import Visitor, live
from tests.journeys.web.upkeep.workshop import Workshop, refused, told, until

LAPTOP = "/api/nodes/node-laptop"
CLERK = f"{LAPTOP}/plugins/clerk"
NAMES = ("one.slip", "two.slip", "three.slip")


@pytest.fixture
def slips(household: Workshop) -> Iterator[dict[str, str]]:
    """Files that the clerk is asked about, by their ids. He is shut."""
    household.desk.mkdir(parents=True, exist_ok=True, mode=0o700)
    (household.desk / "shut").touch()
    for name in NAMES:
        (household.laptop.files / name).write_text(name)
    household.nas.until(lambda: len(household.nas.paths(".slip")) == len(NAMES), "the slips")
    ids = {name: household.file_id(name) for name in NAMES}
    step = {"op": "glob", "pattern": "**/*.slip", "on_match": "include"}
    rule = {"name": "slips", "steps": [step], "default_result": "exclude"}
    clerk = {"plugin_name": "clerk", "plugin_type": "executable", "name": "Clerk", "dispatch_rules": [rule]}
    household.call("POST", f"{LAPTOP}/plugins", {**clerk, "subscribed_events": ["file.added"], "max_attempts": 1})
    yield ids
    for sign in ("shut", "ill"):
        (household.desk / sign).unlink(missing_ok=True)
    household.call("DELETE", CLERK)


def at_laptop(visitor: Visitor) -> Page:
    tab = visitor.go("/nodes/node-laptop")
    expect(live(tab)).to_be_visible()
    return tab


def stamped(household: Workshop, ids: dict[str, str]) -> int:
    """How many of them the clerk has stamped."""
    told_of: list[Any] = [household.get(f"/api/annotations?file_id={each}") for each in ids.values()]
    return sum(each.get("clerk", {}).get("data", {}) == {"stamped": True} for each in told_of)


def line_of(tab: Page) -> Locator:
    return tab.locator("#plugins").get_by_role("row").filter(has=tab.get_by_role("switch", name="Use plugin Clerk"))


def jobs_shown(tab: Page, state: str) -> Locator:
    return tab.get_by_role("table", name="Jobs of this plugin").get_by_role("row").filter(has_text=state)


def newest_job(household: Workshop, kind: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = household.get("/api/jobs")["items"]
    return next(job for job in found if job["kind"] == kind)


def test_plugins_are_asked_anew_watched_and_tried_again(
    visitor: Visitor, household: Workshop, slips: dict[str, str]
) -> None:
    tab = at_laptop(visitor)
    tab.get_by_role("button", name="Jobs of Clerk").click()
    with refused(tab, "POST", f"{LAPTOP}/sync"):
        tab.get_by_role("button", name="Sync all").click()
        told(tab, "Sync could not be started")
    tab.get_by_role("button", name="Sync all").click()
    told(tab, "All plugins are asked about what they do not know")
    expect(jobs_shown(tab, "In flight")).not_to_have_count(0)
    asks_no_more_than_needed(visitor)
    (household.desk / "ill").touch()
    (household.desk / "shut").unlink()
    expect(jobs_shown(tab, "Failed")).to_have_count(len(NAMES))
    expect(jobs_shown(tab, "the clerk is ill")).to_have_count(len(NAMES))
    expect(line_of(tab).get_by_text("3 failed")).to_be_visible()
    follow_to_the_end(visitor, household)
    try_again(at_laptop(visitor), household, slips)


def asks_no_more_than_needed(visitor: Visitor) -> None:
    """The node is asked through its document; that this changes must not be a reason to ask again."""
    before = len(visitor.asked)
    visitor.page.wait_for_timeout(5_000)
    asked = [call for call in visitor.asked[before:] if "/plugins/clerk/jobs" in call]
    assert len(asked) <= 2, asked


def follow_to_the_end(visitor: Visitor, household: Workshop) -> None:
    job = newest_job(household, "node_sync")
    tab = visitor.go(f"/jobs/{job['job_id']}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sync a node")
    expect(tab.get_by_role("status").filter(has_text="Done, with errors")).to_be_visible()
    expect(tab.get_by_text("clerk: 3 failed")).to_be_visible()


def try_again(tab: Page, household: Workshop, slips: dict[str, str]) -> None:
    (household.desk / "ill").unlink()
    tab.get_by_role("button", name="Jobs of Clerk").click()
    with refused(tab, "POST", f"{CLERK}/jobs/retry"):
        tab.get_by_role("button", name="Try failed again").click()
        told(tab, "They could not be put back")
    tab.get_by_role("button", name="Try failed again").click()
    told(tab, "3 jobs put back")
    until(tab, lambda: stamped(household, slips) == len(NAMES), "every slip is stamped")
    expect(jobs_shown(tab, "Done")).to_have_count(len(NAMES))
    tab.get_by_role("group", name="Show jobs").get_by_role("button", name="Failed").click()
    expect(tab.get_by_text("Filtered by Failed")).to_be_visible()
    expect(line_of(tab).get_by_text(re.compile("failed|waiting"))).to_have_count(0)


def test_what_a_node_has_not_begun_is_called_off(visitor: Visitor, household: Workshop, slips: dict[str, str]) -> None:
    household.stop("laptop")
    try:
        tab = at_laptop(visitor)
        line = line_of(tab)
        line.hover()
        line.get_by_role("button", name="Sync now").click()
        told(tab, "Clerk is asked about what it does not know")
        call_off(tab)
        job = newest_job(household, "plugin_sync")
        until(tab, lambda: newest_job(household, "plugin_sync")["state"] == "cancelled", "the job is over")
    finally:
        household.start("laptop")
    assert household.get(LAPTOP).get("requests") in (None, {})
    assert newest_job(household, "plugin_sync")["job_id"] == job["job_id"]


def call_off(tab: Page) -> None:
    """In the list of jobs, which a click beside it closes."""
    running = tab.get_by_role("banner").get_by_role("button", name=re.compile("running"))
    cancel = tab.get_by_role("dialog").get_by_role("button", name="Cancel “Sync plugins”")
    running.click()
    with refused(tab, "POST", "/cancel"):
        cancel.click()
        told(tab, "The job could not be cancelled")
    running.click()
    cancel.click()
    expect(tab.get_by_role("dialog").get_by_text("Cancelled").first).to_be_visible()
    told(tab, "It stops. What is done stays done.")

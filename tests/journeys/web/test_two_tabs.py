"""What needs its owner is seen once: acknowledged in one tab, it leaves the other."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor, live
from tests.journeys.web.household import Household

TITLE = "laptop joined this instance"


def open_bell(tab: Page) -> None:
    expect(live(tab)).to_be_visible()
    tab.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(tab.get_by_role("dialog", name="Notifications")).to_be_visible()


def test_a_notification_that_is_acknowledged_in_one_tab_leaves_the_other(
    visitor: Visitor, household: Household
) -> None:
    first, second = visitor.page, visitor.tab()
    second.goto("/notifications")
    for tab in (first, second):
        open_bell(tab)
        expect(tab.get_by_text(TITLE)).to_be_visible()
    first.get_by_role("button", name=f"Acknowledge: {TITLE}").click()
    for tab in (first, second):
        expect(tab.get_by_role("dialog").get_by_text(TITLE)).to_have_count(0)
    second.keyboard.press("Escape")
    expect(second.get_by_role("dialog")).to_have_count(0)
    expect(second.get_by_text(TITLE)).to_be_visible()
    first.reload()
    open_bell(first)
    expect(first.get_by_role("dialog").get_by_text(TITLE)).to_have_count(0)
    assert TITLE not in {each["title"] for each in household.get("/api/notifications")["items"]}

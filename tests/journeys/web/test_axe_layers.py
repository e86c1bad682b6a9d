"""Nothing that opens over a page keeps a person out, in light and in dark; nor what comes and goes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.journeys.web.browsing import WIDE, Visitor, faint, violations
from tests.journeys.web.household import Household
from tests.journeys.web.layers import LAYERS, OPEN, furnished, left, opened

TOAST, HOVERED = "[data-sonner-toast]", "[data-radix-popper-content-wrapper]"
GOING = ("queued", "planning", "running", "waiting", "awaiting_confirmation", "cancelling")
OVER = ("cancelled", "done", "done_with_errors", "failed")
PHONE: ViewportSize = {"width": 390, "height": 844}


def test_nothing_that_opens_over_a_page_keeps_anybody_out(visitor: Visitor, household: Household) -> None:
    made, tab, found = furnished(household), visitor.page, []
    for layer in LAYERS:
        tab.set_viewport_size(PHONE if layer.is_at_phone else WIDE)
        opened(visitor, household, layer, made)
        found += [f"{layer.name}: {told}" for told in _in_both_themes(tab)]
        left(tab)
    assert not found, "\n".join(found)


def test_signing_in_again_keeps_nobody_out(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/search?q=summer")
    for token in visitor.secrets:
        httpx.post(f"{household.page}/api/auth/logout", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    expect(tab.get_by_role("dialog", name="Sign in again")).to_be_visible()
    assert _in_both_themes(tab) == []


def test_the_list_of_jobs_keeps_nobody_out(visitor: Visitor, household: Household) -> None:
    """A job in each state that there is, and one that has failed for some things."""
    job = household.call("POST", "/api/nodes/node-nas/sync?what=sources")
    counts = {"planned": 12, "done": 3, "skipped": 0, "failed": 2}
    jobs = [{**job, "job_id": f"{job['job_id']}-{state}", "state": state, "counts": counts} for state in GOING + OVER]

    def answer(route: Route) -> None:
        route.fulfill(json={"items": jobs, "total": len(jobs), "limit": 50, "offset": 0})

    tab = visitor.page
    tab.route(re.compile(r"/api/jobs\?"), answer)
    tab = visitor.go("/conflicts")
    tab.get_by_role("banner").get_by_role("button", name=re.compile("running")).click()
    shown = tab.get_by_role("dialog", name="Jobs")
    expect(shown.get_by_role("listitem").first).to_be_visible()
    expect(shown.get_by_text("Done, with errors")).to_be_visible()
    assert _in_both_themes(tab) == []


@pytest.fixture
def laptop(visitor: Visitor, household: Household) -> Iterator[Page]:
    """Its page; it has its name again in the end."""
    yield visitor.go("/nodes/node-laptop")
    household.call("PATCH", "/api/nodes/node-laptop", {"friendly_name": "laptop"})


def test_toasts_keep_nobody_out(laptop: Page) -> None:
    """What was done, what can be undone, and what failed. They stay while one points at them."""
    laptop.route(re.compile("/sync"), lambda route: route.fulfill(status=500, json={}))
    laptop.get_by_role("button", name="Sync now").click()
    laptop.unroute(re.compile("/sync"))
    laptop.get_by_role("button", name="Sync now").click()
    laptop.get_by_role("button", name="Rename").click()
    name = laptop.get_by_role("textbox", name="Name of the node")
    name.fill("Kitchen")
    name.press("Enter")
    expect(laptop.get_by_role("button", name="Undo")).to_be_visible()
    laptop.locator(TOAST).first.hover()
    expect(laptop.locator(TOAST)).to_have_count(3)
    assert _in_both_themes(laptop, TOAST) == []


def test_words_on_hover_keep_nobody_out(visitor: Visitor) -> None:
    tab, found = visitor.go("/files/documents"), []
    for control in (
        tab.get_by_role("button", name="Type a path"),
        tab.get_by_role("banner").get_by_role("button", name=re.compile("^Notifications")),
    ):
        control.hover()
        expect(tab.locator(HOVERED)).to_be_visible()
        found += _in_both_themes(tab, HOVERED)
        tab.keyboard.press("Escape")
        expect(tab.locator(HOVERED)).to_have_count(0)
    assert found == []


def _in_both_themes(tab: Page, where: str = OPEN) -> list[str]:
    """Only colours differ between them; those of the page below have been looked at with the page."""
    found = [*violations(tab, in_menu=True, has_colours=False), *faint(tab, where)]
    tab.emulate_media(color_scheme="dark")
    found += [f"dark: {told}" for told in faint(tab, where)]
    tab.emulate_media(color_scheme="light")
    return found

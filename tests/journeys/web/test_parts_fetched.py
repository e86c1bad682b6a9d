"""Parts of the page that are fetched when they are needed, by a browser that keeps none of them: without a certificate
that it trusts there is no service worker. The session lives in the tab, so nothing may load the tab anew unasked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor, live, sidebar, until_true
from tests.journeys.web.conftest import Visit
from tests.journeys.web.household import Household
from tests.journeys.web.test_staying_live import RECONNECT_MS

LATE = "/assets/AboutPage-"
"""Comes after the page of the storage."""
PARTS = "**/assets/*Page-*.js"


@pytest.fixture
def lonely(visit: Visit, key: tuple[str, str]) -> Visitor:
    found: Visitor = visit(service_workers="block")
    found.sign_in(key)
    expect(live(found.page)).to_be_visible()
    return found


def heading(tab: Page, name: str) -> None:
    expect(tab.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_a_page_that_cannot_be_fetched_says_so_and_comes_with_the_server(lonely: Visitor, household: Household) -> None:
    tab = lonely.page
    tab.context.route(PARTS, lambda route: route.abort())
    household.stop("server")
    try:
        lonely.go("/storage/usage")
        heading(tab, "This page could not be shown")
        expect(tab.get_by_role("alert")).to_contain_text("The control plane does not answer.")
        tab.get_by_role("button", name="Retry").click()
        expect(tab.get_by_role("alert")).to_be_visible()
        expect(sidebar(tab)).to_be_visible()
        tab.keyboard.press("?")
        expect(tab.get_by_role("dialog")).to_be_visible()
        tab.keyboard.press("Escape")
    finally:
        tab.context.unroute(PARTS)
        household.start("server")
    expect(live(tab)).to_be_visible(timeout=RECONNECT_MS)
    heading(tab, "Storage")


def test_after_an_upgrade_the_new_version_is_loaded_when_somebody_says_so(lonely: Visitor) -> None:
    tab = lonely.page
    tab.context.route(PARTS, lambda route: route.fulfill(status=404, body="There is no such file."))
    upgrade(lonely)
    lonely.go("/storage/usage")
    expect(tab.get_by_text("MosaicFS was upgraded")).to_be_visible()
    expect(sidebar(tab)).to_be_visible()
    tab.context.unroute(PARTS)
    tab.context.unroute(f"{lonely.origin}/")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Load the new version").click()
    expect(tab.locator("input[autocomplete=username]")).to_be_visible()
    expect(tab).to_have_url(re.compile("storage/usage|storage%2Fusage"))


def test_who_signs_in_after_an_upgrade_is_told_of_it(visit: Visit, key: tuple[str, str]) -> None:
    """The page for signing in was open before it."""
    visitor: Visitor = visit(service_workers="block")
    tab = visitor.page
    tab.goto("/")
    tab.context.route("**/assets/App-*.js", lambda route: route.fulfill(status=404, body="There is no such file."))
    upgrade(visitor)
    with tab.expect_response("**/api/auth/login") as answered:
        visitor.type_key(tab, key)
    visitor.remember(answered.value.json())
    heading(tab, "MosaicFS was upgraded")
    tab.context.unroute("**/assets/App-*.js")
    tab.context.unroute(f"{visitor.origin}/")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Load the new version").click()
    expect(tab.locator("input[autocomplete=username]")).to_be_visible()


def upgrade(visitor: Visitor) -> None:
    """The server names another script in its page from now on."""
    context = visitor.context
    newer = re.sub(r"/assets/index-[^\"]+\.js", "/assets/index-new.js", context.request.get("/").text())
    context.route(f"{visitor.origin}/", lambda route: route.fulfill(body=newer, content_type="text/html"))


def test_other_pages_come_ahead_so_that_they_are_there_without_the_server(lonely: Visitor) -> None:
    until_true(lonely.page, f"performance.getEntriesByType('resource').some(({{name}}) => name.includes('{LATE}'))")
    lonely.context.set_offline(True)
    lonely.go("/storage/usage")
    heading(lonely.page, "Storage")
    lonely.context.set_offline(False)

"""What a page shows while the way to the server is cut, the server restarts, or it answers with errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect

from tests.journeys.waiting import until
from tests.journeys.web.browsing import SLOW_MS, Visitor, live
from tests.journeys.web.household import Household

RECONNECT_MS = 2 * SLOW_MS
"""A page that waits longer and longer between its tries may be in one of its longest waits."""


def table(tab: Page) -> list[str]:
    """Rows as they can be read, without times, which age."""
    rows = tab.get_by_role("row").all_inner_texts()
    return [re.sub(r"\d+ (s|sec|min|h)\w* ago|now|just now", "", " ".join(row.split())) for row in rows]


STREAMS = ("**/api/events*", "**/api/replication/**")


@contextmanager
def cut(tab: Page, household: Household) -> Iterator[None]:
    """Everything but what the page is told by itself goes through; a server that restarts ends the present streams."""
    for path in STREAMS:
        tab.context.route(path, lambda route: route.abort())
    household.stop("server")
    household.start("server")
    yield
    for path in STREAMS:
        tab.context.unroute(path)


def rule(household: Household, name: str, label: str) -> str:
    body = {"name": name, "node_id": "node-nas", "path_prefix": f"{household.nas.files}/strange/", "labels": [label]}
    return str(household.call("POST", "/api/labels/rules", body)["rule_id"])


def test_a_change_from_elsewhere_is_shown_without_a_reload(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/labels/rules")
    expect(live(tab)).to_be_visible()
    made = rule(household, "From the command line", "odd")
    expect(tab.get_by_role("row").filter(has_text="From the command line")).to_be_visible()
    household.call("DELETE", f"/api/labels/rules/{made}")
    expect(tab.get_by_text("From the command line")).to_have_count(0)


def test_with_the_stream_cut_and_back_the_page_is_as_after_a_reload(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/labels/rules")
    expect(live(tab)).to_be_visible()
    with cut(tab, household):
        expect(tab.get_by_role("status").filter(has_text=re.compile("Catching up|Offline"))).to_be_visible()
        rule(household, "While it was cut", "missed")
    expect(tab.get_by_role("row").filter(has_text="While it was cut")).to_be_visible(timeout=RECONNECT_MS)
    expect(live(tab)).to_be_visible(timeout=RECONNECT_MS)
    anew = visitor.tab()
    anew.goto("/labels/rules")
    expect(anew.get_by_role("row").filter(has_text="While it was cut")).to_be_visible()
    until(lambda: table(anew) == table(tab), "That both show the same, also of a node that fares otherwise by now,")


def test_while_the_server_restarts_the_page_stays_readable_and_says_since_when(
    visitor: Visitor, household: Household
) -> None:
    tab = visitor.go("/labels/rules")
    expect(live(tab)).to_be_visible()
    made = rule(household, "Before the restart", "kept")
    row = tab.get_by_role("row").filter(has_text="Before the restart")
    expect(row).to_be_visible()
    household.stop("server")
    try:
        expect(tab.get_by_role("status").filter(has_text=re.compile(r"Offline since \d+:\d\d"))).to_be_visible()
        expect(row).to_be_visible()
        expect(tab.get_by_role("button", name="Add rule")).to_be_disabled()
    finally:
        household.start("server")
    expect(live(tab)).to_be_visible(timeout=RECONNECT_MS)
    expect(tab.get_by_role("button", name="Add rule")).to_be_enabled()
    household.call("DELETE", f"/api/labels/rules/{made}")
    expect(row).to_have_count(0)


def test_an_answer_that_failed_is_told_with_a_way_on(visitor: Visitor) -> None:
    tab = visitor.page
    refusal = {"error": {"code": "internal_error", "message": "The index cannot be read.", "request_id": "req-7"}}
    broken = True

    def answer(route: Route) -> None:
        if broken:
            route.fulfill(status=500, json=refusal)
        else:
            route.continue_()

    tab.route("**/api/labels/assignments*", answer)
    visitor.go("/labels/assignments")
    expect(tab.get_by_text("Labels of files could not be shown")).to_be_visible()
    expect(tab.get_by_text("The index cannot be read.")).to_be_visible()
    expect(tab.get_by_role("button", name="Copy details")).to_be_visible()
    broken = False
    tab.get_by_role("button", name="Retry").click()
    expect(tab.get_by_text("Labels of files could not be shown")).to_have_count(0)

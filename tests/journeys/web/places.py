"""Every place of the page, what may be opened over it, and the looks that it has."""

from __future__ import annotations

from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import WIDE, Visitor
from tests.journeys.web.household import Household


class Place(NamedTuple):
    name: str
    address: str
    """With `{file}` for the id of a file, `{node}` for that of a node and `{papers}` for a folder of one."""
    heading: str = ""
    """What its first heading says; empty: whatever it says."""


PLACES = (
    Place("dashboard", "/", "Dashboard"),
    Place("files", "/files"),
    Place("folder", "/files/documents{papers}", "papers"),
    Place("drawer", "/files?file={file}"),
    Place("search", "/search?q=summer"),
    Place("search-empty", "/search?q=nothing-is-called-so"),
    Place("labels", "/labels/assignments", "Labels"),
    Place("rules", "/labels/rules", "Labels"),
    Place("rule", "/labels/rules?rule=new"),
    Place("nodes", "/nodes"),
    Place("node", "/nodes/{node}"),
    Place("vfs", "/vfs"),
    Place("usage", "/storage/usage"),
    Place("copies", "/storage/copies"),
    Place("credentials", "/settings/credentials"),
    Place("backends", "/settings/backends"),
    Place("plugins", "/settings/plugins"),
    Place("general", "/settings/general"),
    Place("about", "/settings/about"),
    Place("notifications", "/notifications"),
    Place("conflicts", "/conflicts"),
)

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "tablet": {"viewport": {"width": 768, "height": 1024}, "color_scheme": "light", "has_touch": True},
    "tablet-lying": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "light", "has_touch": True},
}


def address_of(place: Place, household: Household) -> str:
    stands_for = {
        "file": household.file_id("summer-01.jpg"),
        "node": "node-laptop",
        "papers": household.nas.files / "papers",
    }
    return place.address.format(**stands_for)


def at_rest(tab: Page) -> None:
    """No part of the page is waiting for what it has asked for."""
    expect(tab.locator("[aria-busy=true]")).to_have_count(0)


def settled(tab: Page) -> None:
    """At rest, and what is asked for a moment later is there too."""
    at_rest(tab)
    tab.wait_for_timeout(300)


def is_there(tab: Page) -> bool:
    """Pages that this build does not have say so."""
    return tab.get_by_text("There is no page at this address").count() == 0


def go_to(visitor: Visitor, place: Place, household: Household) -> bool:
    """Whether this build has such a page."""
    tab = visitor.go(address_of(place, household))
    expect(tab.get_by_role("heading").first).to_be_visible()
    settled(tab)
    return is_there(tab)

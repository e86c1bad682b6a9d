"""No page, drawer, dialog or menu has something that keeps a person out, in light and in dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor, violations
from tests.journeys.web.conftest import Visit
from tests.journeys.web.household import Household
from tests.journeys.web.places import PLACES, go_to, settled

THEMES = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_no_place_of_the_page_keeps_anybody_out(
    visit: Visit, household: Household, key: tuple[str, str], theme: str
) -> None:
    visitor = visit(color_scheme=theme)
    visitor.page.goto("/")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    found = {f"sign-in: {told}" for told in violations(visitor.page)}
    visitor.sign_in(key)
    for place in PLACES:
        if go_to(visitor, place, household):
            found |= {f"{place.name}: {told}" for told in violations(visitor.page)}
            visitor.page.keyboard.press("Escape")
    found |= _layers(visitor)
    assert not found, "\n".join(sorted(found))


def _layers(visitor: Visitor) -> set[str]:
    """What opens over each page."""
    tab = visitor.go("/labels/rules")
    found: set[str] = set()
    for name, keys in (("palette", "Control+k"), ("shortcuts", "?"), ("notifications", "n")):
        expect(tab.get_by_role("dialog")).to_have_count(0)
        tab.locator("main#main").focus()
        tab.keyboard.press(keys)
        expect(tab.get_by_role("dialog")).to_be_visible()
        settled(tab)
        found |= {f"{name}: {told}" for told in violations(tab)}
        leave(tab)
    tab.get_by_role("button", name="You and this page").click()
    expect(tab.get_by_role("menu")).to_be_visible()
    return found | {f"menu: {told}" for told in violations(tab, in_menu=True)}


def leave(tab: Page) -> None:
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)


def test_the_page_works_at_320_pixels(visit: Visit, household: Household, key: tuple[str, str]) -> None:
    """As wide as a screen of 1280 pixels is at four times its size."""
    visitor = visit(viewport={"width": 320, "height": 640})
    visitor.sign_in(key)
    wide = []
    for place in PLACES:
        if go_to(visitor, place, household):
            width = visitor.page.evaluate("document.documentElement.scrollWidth")
            wide += [f"{place.name}: {width}"] if width > 320 else []
            visitor.page.keyboard.press("Escape")
    assert not wide, "\n".join(wide)


def test_every_page_has_one_first_heading_and_the_landmarks(visitor: Visitor, household: Household) -> None:
    wrong = []
    for place in PLACES:
        if go_to(visitor, place, household) and "file=" not in place.address and "rule=" not in place.address:
            tab = visitor.page
            headings = tab.get_by_role("heading", level=1).all_inner_texts()
            landmarks = [tab.get_by_role(role).count() for role in ("main", "banner")]
            if len(headings) != 1 or landmarks != [1, 1] or not re.search(place.heading, headings[0]):
                wrong.append(f"{place.name}: {headings} {landmarks}")
    assert not wrong, "\n".join(wrong)

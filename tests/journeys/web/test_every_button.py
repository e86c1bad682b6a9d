"""A walk over all that can be pressed: each visible control does something, and nothing breaks by it.

Something is a call, another address, or any difference in what is shown or where the keyboard is. What destroys or ends
the walk is left to the journeys that are about it.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import in_full
from tests.journeys.web.browsing import Visitor
from tests.journeys.web.household import Household
from tests.journeys.web.places import PLACES, Place, go_to, settled

LEFT_OUT = re.compile(r"Sign out|Delete|Deregister|Reindex|Stop|Disable|^Download|Copy|Open in|Fold|Live")
"""Also copying: the clipboard of a browser without a window is not given to a page."""
PRESSABLE = "button:visible, [role=button]:visible, [role=switch]:visible, [role=tab]:visible, a[href]:visible"
MOST = 60 if in_full() else 8
"""Of one page; rows of lists repeat the same controls."""
WAITS = "(pressed) => pressed.title !== '' || [...(pressed.form?.elements ?? [])].some((field) => field.value === '')"
"""Off with its reason, or until something is typed."""
SHOWN = """() => {
  const typed = [...document.querySelectorAll("input")].map((field) => field.value);
  return location.href + document.activeElement?.outerHTML + document.body.innerHTML + typed;
}"""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_control_does_something(visitor: Visitor, household: Household, place: Place) -> None:
    if not go_to(visitor, place, household):
        pytest.skip("this build has no such page")
    tab = visitor.page
    broken: list[str] = []
    tab.on("pageerror", lambda told: broken.append(str(told)))
    idle, off = _walked(visitor, household, place)
    assert not idle, f"nothing happens at: {idle}"
    assert not off, f"always off: {off}"
    assert not broken, broken


def _walked(visitor: Visitor, household: Household, place: Place) -> tuple[list[str], list[str]]:
    tab, idle, off = visitor.page, [], []
    area = _area(tab)
    for number in range(min(area.locator(PRESSABLE).count(), MOST)):
        control = area.locator(PRESSABLE).nth(number)
        if control.count() == 0:
            break
        name = _name_of(control)
        if LEFT_OUT.search(name):
            continue
        if control.is_disabled():
            off += [] if control.evaluate(WAITS) else [name]
        elif not _does_something(visitor, control):
            idle.append(name)
        visitor.go("/conflicts")
        go_to(visitor, place, household)
    return idle, off


def _area(tab: Page) -> Locator:
    """The layer over the page, if there is one; what stands around all pages is walked with the first of them."""
    over = tab.get_by_role("dialog")
    return over.last if over.count() else tab.locator("main#main")


def _name_of(control: Locator) -> str:
    return str(control.get_attribute("aria-label") or control.inner_text()).strip().replace("\n", " ")[:60]


def _does_something(visitor: Visitor, control: Locator) -> bool:
    tab = visitor.page
    before, asked = tab.evaluate(SHOWN), len(visitor.asked)
    control.click()
    tab.wait_for_timeout(150)
    happened = tab.evaluate(SHOWN) != before or len(visitor.asked) > asked or len(visitor.context.pages) > 1
    for other in visitor.context.pages[1:]:
        other.close()
    for _ in range(3):
        if tab.locator("[role=dialog], [role=menu], [role=listbox]").count():
            tab.keyboard.press("Escape")
    discard = tab.get_by_role("button", name="Discard changes")
    if discard.count():
        discard.click()
    settled(tab)
    return happened


def test_the_shell_has_no_idle_control(visitor: Visitor) -> None:
    tab = visitor.page
    for name in ("Go to or do", "Notifications", "You and this page"):
        tab.get_by_role("banner").get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(tab.locator("[role=dialog], [role=menu]").first).to_be_visible()
        tab.keyboard.press("Escape")
        expect(tab.locator("[role=dialog], [role=menu]")).to_have_count(0)
    for link in tab.get_by_role("navigation", name="Main").get_by_role("link").all():
        link.click()
        expect(link).to_have_attribute("aria-current", "page")

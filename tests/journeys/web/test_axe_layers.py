"""Nothing that opens over a page keeps a person out, in light and in dark."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.web.browsing import WIDE, Visitor, faint, violations
from tests.journeys.web.household import Household
from tests.journeys.web.layers import LAYERS, OPEN, furnished, left, opened

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


def _in_both_themes(tab: Page) -> list[str]:
    """Only colours differ between them; those of the page below have been looked at with the page."""
    found = [*violations(tab, in_menu=True, has_colours=False), *faint(tab, OPEN)]
    tab.emulate_media(color_scheme="dark")
    found += [f"dark: {told}" for told in faint(tab, OPEN)]
    tab.emulate_media(color_scheme="light")
    return found

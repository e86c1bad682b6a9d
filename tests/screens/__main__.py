"""`python -m tests.screens` takes a picture of every place of the page in every look, for people to look at.

Into `web/screens/`, which git ignores. `python -m tests.screens files phone` takes those of one place and one look.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Route, expect, sync_playwright

from tests.journeys.web.browsing import Visitor, chromium
from tests.journeys.web.household import Household
from tests.journeys.web.layers import LAYERS, furnished, left
from tests.journeys.web.layers import opened as opened_over
from tests.journeys.web.places import LOOKS, PLACES, Place, address_of, go_to, settled

PATIENCE_MS = 2500
"""After it a page that asked in vain has said so."""
NARROW = 768
TO = Path(__file__).parents[2] / "web" / "screens"
REFUSAL = {"error": {"code": "internal_error", "message": "The index cannot be read.", "request_id": "req-7"}}


def main(wanted: set[str]) -> int:
    looks = {name: look for name, look in LOOKS.items() if not wanted & LOOKS.keys() or name in wanted}
    places = [place for place in PLACES if wanted <= LOOKS.keys() or place.name in wanted]
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-screens-"))
    household = Household(folder)
    try:
        made = _fill(household)
        with sync_playwright() as playwright:
            opened = chromium(playwright)
            for name, look in looks.items():
                for taken in _pictures(opened, household, name, look, places):
                    print(taken.relative_to(TO), flush=True)
                if not wanted - LOOKS.keys():
                    _layers(opened, household, name, look, made)
            household.stop("laptop")
            _without_the_laptop(opened, household, places)
            _away(opened, household, places)
            opened.close()
    finally:
        household.close()
        shutil.rmtree(folder)
    return 0


def _fill(household: Household) -> dict[str, str]:
    """What a household that lives with it for a while has made."""
    rule = {"name": "Papers of work", "path_prefix": f"{household.nas.files}/papers/", "labels": ["work", "2026"]}
    household.call("POST", "/api/labels/rules", {"node_id": "node-nas", **rule})
    return furnished(household)


def _pictures(
    opened: Browser, household: Household, look: str, options: dict[str, Any], places: list[Place]
) -> Iterator[Path]:
    folder = _folder(look)
    with _signed_in(opened, household, options, folder / "sign-in.png") as visitor:
        for place in places:
            if go_to(visitor, place, household):
                yield _taken(visitor, folder / f"{place.name}.png")
        yield from _over(visitor, folder)
    with _signed_in(opened, household, options) as visitor:
        visitor.context.route("**/api/**", _refuse)
        for place in places:
            if go_to(visitor, place, household):
                yield _taken(visitor, folder / f"{place.name}-failed.png")


def _without_the_laptop(opened: Browser, household: Household, places: list[Place]) -> None:
    """One of the two machines is gone."""
    with _signed_in(opened, household, LOOKS["light"]) as visitor:
        for place in places:
            if go_to(visitor, place, household):
                _taken(visitor, _folder("without-the-laptop") / f"{place.name}.png")


def _away(opened: Browser, household: Household, places: list[Place]) -> None:
    """The control plane is gone: each place as the page kept it, and after signing in was seen for the last time."""
    with _signed_in(opened, household, LOOKS["light"]) as visitor:
        there = [(place, address_of(place, household)) for place in places if go_to(visitor, place, household)]
        household.stop("server")
        expect(visitor.page.get_by_role("status").filter(has_text="Offline since")).to_be_visible()
        for place, address in there:
            visitor.go(address)
            visitor.page.wait_for_timeout(PATIENCE_MS)
            _taken(visitor, _folder("away") / f"{place.name}.png")


def _over(visitor: Visitor, folder: Path) -> Iterator[Path]:
    """What opens over a page by a key."""
    tab = visitor.go("/labels/rules")
    for name, keys in (("palette", "Control+k"), ("shortcuts", "?"), ("bell", "n")):
        tab.locator("main#main").focus()
        tab.keyboard.press(keys)
        expect(tab.get_by_role("dialog")).to_be_visible()
        settled(tab)
        yield _taken(visitor, folder / f"over-{name}.png")
        tab.keyboard.press("Escape")
        expect(tab.get_by_role("dialog")).to_have_count(0)


def _layers(opened: Browser, household: Household, look: str, options: dict[str, Any], made: dict[str, str]) -> None:
    """What opens over a page by whatever else one does there; told is what fingers come to another way."""
    is_narrow = options["viewport"]["width"] < NARROW
    with _signed_in(opened, household, options) as visitor:
        visitor.context.set_default_timeout(PATIENCE_MS)
        for layer in LAYERS:
            if (layer.is_at_phone and not is_narrow) or layer.meanwhile is not None:
                continue
            try:
                opened_over(visitor, household, layer, made)
            except (Error, AssertionError):
                print(f"{look}: no way to {layer.name} was found", flush=True)
            else:
                settled(visitor.page)
                _taken(visitor, _folder(look) / f"over-{layer.name}.png")
            left(visitor.page)


@contextmanager
def _signed_in(
    opened: Browser, household: Household, options: dict[str, Any], before: Path | None = None
) -> Iterator[Visitor]:
    visitor = Visitor(opened, household.page, **options)
    try:
        visitor.page.goto("/")
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        if before is not None:
            _taken(visitor, before)
        visitor.sign_in(household.key())
        yield visitor
    finally:
        visitor.close()


def _refuse(route: Route) -> None:
    """Every call but those by which the page stays signed in and live."""
    if any(word in route.request.url for word in ("/api/auth/", "/api/identity", "/api/events", "/api/replication/")):
        route.continue_()
    else:
        route.fulfill(status=500, json=REFUSAL)


def _folder(name: str) -> Path:
    folder = TO / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _taken(visitor: Visitor, to: Path) -> Path:
    visitor.page.screenshot(path=to)
    return to


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))

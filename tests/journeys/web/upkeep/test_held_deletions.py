"""So much is missing that a person must say so: what the page tells of it, and what she may answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.web.browsing import Visitor, live
from tests.journeys.web.upkeep.workshop import Workshop, refused, says, told, until

LAPTOP = "/api/nodes/node-laptop"
COUNT = 120


@pytest.fixture
def letters(household: Workshop) -> Iterator[Path]:
    """A folder that the laptop was told to watch, with all that is in it known."""
    folder = household.spare / "letters"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"letter-{number:03}.txt").write_text("x")
    watched = household.get(LAPTOP)["watch_paths"]
    household.call("PATCH", LAPTOP, {"watch_paths": [*watched, str(folder)]})
    household.nas.until(lambda: known(household) == COUNT, "the letters")
    yield folder
    household.call("PATCH", LAPTOP, {"watch_paths": watched})


def known(household: Workshop) -> int:
    return len(household.nas.paths("letter-", "--all"))


def held(tab: Page) -> Locator:
    return tab.locator("#holds").get_by_role("listitem").filter(has_text="letters")


def test_nothing_is_marked_as_deleted_before_somebody_says_so(
    visitor: Visitor, household: Workshop, letters: Path
) -> None:
    tab = visitor.go("/nodes/node-laptop")
    expect(live(tab)).to_be_visible()
    away = letters.with_name("away")
    away.mkdir()
    for letter in letters.iterdir():
        letter.rename(away / letter.name)
    expect(held(tab).get_by_text(f"{COUNT} files of {COUNT} missing")).to_be_visible()
    assert known(household) == COUNT
    look_at_examples(tab, letters)
    for letter in away.iterdir():
        letter.rename(letters / letter.name)
    expect(held(tab)).to_have_count(0)
    assert known(household) == COUNT
    for letter in letters.iterdir():
        letter.unlink()
    expect(held(tab)).to_be_visible()
    let_go(tab, household)


def look_at_examples(tab: Page, letters: Path) -> None:
    held(tab).get_by_text("For example").click()
    expect(held(tab).get_by_text(f"{letters}/letter-").first).to_be_visible()


def let_go(tab: Page, household: Workshop) -> None:
    held(tab).get_by_role("button", name="These files are really gone").click()
    asked = tab.get_by_role("dialog", name="really gone?")
    expect(asked.get_by_text(f"{COUNT} files leave the index")).to_be_visible()
    asked.get_by_role("button", name="Cancel").click()
    assert known(household) == COUNT
    held(tab).get_by_role("button", name="These files are really gone").click()
    with refused(tab, "POST", "/confirm"):
        asked.get_by_role("button", name="Mark as deleted").click()
        says(asked)
    asked.get_by_role("button", name="Mark as deleted").click()
    told(tab, "The node looks once more for each file")
    until(tab, lambda: known(household) == 0, "the letters are gone")
    expect(held(tab)).to_have_count(0)

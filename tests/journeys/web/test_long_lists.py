"""Lists in which others write while one reads, and directories that unfold in place."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor, live, violations
from tests.journeys.web.conftest import Visit
from tests.journeys.web.household import Household

BEFORE = (
    *(f"summer-{number:02}.jpg" for number in range(5)),
    "three.pdf",
    "handbook.pdf",
    "log.txt",
    "notes.md",
    "page.html",
)
LATER = "report.txt"


def label(household: Household, name: str, word: str) -> None:
    body = {"file_id": household.file_id(name), "labels": [word]}
    household.call("PUT", "/api/labels/assignments", body)


def scrolled(tab: Page) -> int:
    return int(tab.get_by_role("grid").evaluate("(grid) => grid.parentElement.scrollTop"))


def test_what_is_new_waits_while_one_reads_further_down(
    visit: Visit, household: Household, key: tuple[str, str]
) -> None:
    for name in BEFORE:
        label(household, name, "seen")
    visitor = visit(viewport={"width": 1360, "height": 520})
    tab = visitor.sign_in(key, "/labels/assignments")
    expect(live(tab)).to_be_visible()
    row = tab.get_by_role("row").filter(has_text=LATER)
    expect(tab.get_by_role("row").nth(4)).to_be_visible()
    tab.get_by_role("grid").evaluate("(grid) => { grid.parentElement.scrollTop = 120; }")
    label(household, LATER, "new")
    pill = tab.get_by_role("button", name="1 new \u2013 show")
    expect(pill).to_be_visible()
    assert (scrolled(tab), row.count()) == (120, 0)
    assert violations(tab) == []
    pill.click()
    expect(row).to_be_visible()
    expect(pill).to_have_count(0)
    assert scrolled(tab) == 0


def test_at_the_top_what_is_new_is_shown_at_once(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/labels/assignments")
    expect(live(tab)).to_be_visible()
    label(household, "letter.eml", "at once")
    expect(tab.get_by_role("row").filter(has_text="letter.eml")).to_be_visible()


def test_directories_unfold_in_place(visitor: Visitor, household: Household) -> None:
    source = {"node_id": "node-laptop", "export_path": str(household.laptop.files)}
    mounts = [{"source": source, "strategy": "prefix_replace"}]
    household.call("POST", "/api/vfs/directories", {"virtual_path": "/unfolded", "mounts": mounts})
    tab = visitor.go("/vfs/unfolded")
    tree = tab.get_by_role("treegrid")
    folder = tree.get_by_role("row").filter(has_text="photographs")
    folder.click()
    tab.keyboard.press("ArrowRight")
    expect(folder).to_have_attribute("aria-expanded", "true")
    picture = tree.get_by_role("row").filter(has_text="summer-02.jpg")
    expect(picture).to_have_attribute("aria-level", "2")
    picture.dblclick()
    expect(tab.get_by_role("dialog", name="summer-02.jpg")).to_be_visible()
    tab.get_by_role("dialog").get_by_role("button", name="Close").click()
    tree.get_by_role("button", name="Fold photographs", exact=True).click()
    expect(picture).to_have_count(0)

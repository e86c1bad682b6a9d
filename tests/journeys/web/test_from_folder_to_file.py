"""The whole way: a directory is made, filled by a rule, looked through; its node goes away and is seen to."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.web.browsing import Visitor, live, until_true
from tests.journeys.web.household import Household

FILM, PICTURE = "walk.mp4", "summer-03.jpg"


def test_a_directory_is_made_filled_and_read(visitor: Visitor, household: Household) -> None:
    make_fill_and_read(visitor, household, "Best of summer")
    label_by_rule(visitor, household)
    see_it_go(visitor, household)


def make_fill_and_read(visitor: Visitor, household: Household, name: str) -> None:
    """A file of another machine is found in it, looked at and taken away."""
    tab = visitor.go("/vfs")
    expect(live(tab)).to_be_visible()
    make_directory(tab, name)
    mount_pictures(tab, household)
    visitor.go(f"/files/{name}")
    expect(row(tab, PICTURE)).to_be_visible()
    expect(row(tab, FILM)).to_have_count(0)
    take_away(tab, household)


def make_directory(tab: Page, name: str) -> None:
    tab.get_by_role("button", name="New directory").first.click()
    asked = tab.get_by_role("dialog")
    asked.get_by_role("textbox", name="Name").fill(name)
    asked.get_by_role("button", name="Create directory").click()
    expect(
        tab.get_by_role("dialog", name=f"Mounts of /{name}").or_(tab.get_by_role("heading", name=name))
    ).to_be_visible()


def mount_pictures(tab: Page, household: Household) -> None:
    """Of the whole machine only what a glob lets in; the preview fills while it is written."""
    editor = tab.get_by_role("dialog", name=re.compile("^Mounts of"))
    if editor.count() == 0:
        tab.get_by_role("button", name="Edit mounts").click()
    editor.get_by_role("button", name="Add mount").click()
    mount = editor.get_by_role("region", name="Mount 1")
    mount.get_by_role("combobox", name="Node").click()
    tab.get_by_role("option", name="laptop").click()
    mount.get_by_role("combobox", name="Path").fill(str(household.laptop.files))
    preview = editor.get_by_role("region", name="Live preview")
    expect(preview.get_by_text("9 files match")).to_be_visible()
    mount.get_by_role("combobox", name="Folders").click()
    tab.get_by_role("option", name="Flatten").click()
    mount.get_by_role("button", name="Add a filter step").click()
    mount.get_by_role("textbox", name=re.compile("Pattern", re.IGNORECASE)).fill("**/summer-*.jpg")
    expect(preview.get_by_text("6 files match")).to_be_visible()
    preview.get_by_role("button", name=PICTURE).click()
    expect(preview.get_by_text(re.compile("matches|default did"))).to_be_visible()
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_have_count(0)


def row(tab: Page, name: str) -> Locator:
    return tab.get_by_role("main").get_by_role("row").filter(has_text=name)


def take_away(tab: Page, household: Household) -> None:
    """The bytes come from the other machine."""
    tab.get_by_role("row").filter(has_text=PICTURE).dblclick()
    drawer = tab.get_by_role("dialog", name=PICTURE)
    expect(drawer).to_be_visible()
    until_true(tab, "[...document.querySelectorAll('[role=dialog] img')].some((img) => img.naturalWidth > 50)")
    with tab.expect_download() as saved:
        drawer.get_by_role("button", name="Download").click()
    source = household.laptop.files / "photographs" / PICTURE
    assert sha256(Path(saved.value.path()).read_bytes()).digest() == sha256(source.read_bytes()).digest()
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_have_count(0)


def label_by_rule(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/labels/rules?rule=new")
    asked = tab.get_by_role("dialog", name="New rule")
    asked.get_by_role("textbox", name="Name").fill("Pictures of summer")
    asked.get_by_role("combobox", name="Node").click()
    tab.get_by_role("option", name="laptop").click()
    asked.get_by_role("combobox", name="Folder").fill(f"{household.laptop.files}/photographs/")
    expect(asked.get_by_text("7 files match")).to_be_visible()
    asked.get_by_role("combobox", name="Labels").fill("sunny")
    asked.get_by_role("combobox", name="Labels").press("Enter")
    asked.get_by_role("button", name="Save").click()
    expect(asked).to_have_count(0)
    visitor.go(f"/files/Best of summer?file={household.file_id(PICTURE)}")
    expect(tab.get_by_role("dialog", name=PICTURE).get_by_text("sunny")).to_be_visible()


def see_it_go(visitor: Visitor, household: Household) -> None:
    """The page says so by itself, and still shows what lies there."""
    tab = visitor.page
    household.stop("laptop")
    try:
        drawer = tab.get_by_role("dialog", name=PICTURE)
        expect(drawer.get_by_text(re.compile("Offline since")).first).to_be_visible()
        visitor.go("/")
        expect(tab.get_by_role("main").get_by_text("Offline").first).to_be_visible()
        visitor.go("/files/Best of summer")
        expect(tab.get_by_role("row").filter(has_text=PICTURE)).to_be_visible()
    finally:
        household.start("laptop")
    visitor.go("/")
    expect(tab.get_by_role("main").get_by_text("Offline")).to_have_count(0)

"""A file of another machine in the page: found, looked at, played, and taken away with every byte as it was."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.web import samples
from tests.journeys.web.browsing import Visitor, until_true
from tests.journeys.web.household import Household

RLO = "\N{RIGHT-TO-LEFT OVERRIDE}"


def opened(visitor: Visitor, household: Household, name: str) -> Page:
    """Its drawer."""
    visitor.go(f"/search?q={name.partition('.')[0]}&file={household.file_id(name)}")
    expect(visitor.page.get_by_role("dialog", name=name)).to_be_visible()
    return visitor.page


@pytest.mark.parametrize(
    ("name", "folder"), [("summer-01.jpg", "laptop/files/photographs"), ("walk.mp4", "laptop/files/films"),
                         ("handbook.pdf", "nas/files/papers"), ("empty.txt", "nas/files/papers")],
)  # fmt: skip
def test_what_is_downloaded_is_what_lies_there(visitor: Visitor, household: Household, name: str, folder: str) -> None:
    tab = opened(visitor, household, name)
    with tab.expect_download() as saved:
        tab.get_by_role("dialog", name=name).get_by_role("button", name="Download").click()
    source = household.nas.folder.parent / folder / name
    assert saved.value.suggested_filename == name
    assert sha256(Path(saved.value.path()).read_bytes()).digest() == sha256(source.read_bytes()).digest()
    assert "token=" not in tab.url


def test_pictures_of_another_machine_are_drawn(visitor: Visitor, household: Household) -> None:
    for name in ("summer-01.jpg", "winter.webp", "drawing.svg"):
        tab = opened(visitor, household, name)
        until_true(tab, "[...document.querySelectorAll('[role=dialog] img')].some((img) => img.naturalWidth > 50)")


def test_a_film_plays_and_a_jump_asks_for_a_part(visitor: Visitor, household: Household) -> None:
    tab = visitor.page
    ranges: list[str] = []
    visitor.context.on("request", lambda asked: ranges.append(asked.headers.get("range", "")))
    opened(visitor, household, "walk.mp4")
    until_true(tab, "document.querySelector('video')?.duration > 19")
    tab.evaluate("() => { const film = document.querySelector('video'); film.muted = true; film.currentTime = 15; }")
    tab.evaluate("() => { void document.querySelector('video').play(); }")
    until_true(tab, "document.querySelector('video').currentTime > 15.2")
    assert any(re.fullmatch(r"bytes=[1-9]\d+-.*", asked) for asked in ranges), ranges


def test_documents_are_read_in_the_frame_and_nothing_in_them_runs(visitor: Visitor, household: Household) -> None:
    """`visitor` looks for canaries, requests and tokens when she leaves."""
    for name, shown in (
        ("handbook.pdf", "Page 1 of 800"), ("three.pdf", "Page 1 of 3"), ("notes.md", "Notes of today"),
        ("letter.eml", "The quarterly report"), ("page.html", "Dear reader"), ("log.txt", "The quick brown fox"),
    ):  # fmt: skip
        tab = opened(visitor, household, name)
        expect(tab.frame_locator("[role=dialog] iframe").first.get_by_text(shown).first).to_be_attached()


def test_names_are_text_whatever_they_hold(visitor: Visitor, household: Household) -> None:
    tab = visitor.go("/search?q=named")
    for name in samples.HOSTILE_NAMES:
        file_id = next(item["file_id"] for item in household.nas.found(name[:12]) if item["name"] == name)
        visitor.go(f"/search?q=x&file={file_id}")
        shown = name.replace(RLO, "‹202E›")
        expect(tab.get_by_role("dialog").get_by_role("heading").first).to_contain_text(shown[:40])
    assert tab.locator("img[src=x]").count() == 0


def test_labels_and_rules_are_text_whatever_they_hold(visitor: Visitor, household: Household) -> None:
    label = '<img src=x onerror="globalThis.canary=1">'
    household.call("PUT", "/api/labels/assignments", {"file_id": household.file_id("song.mp3"), "labels": [label]})
    tab = opened(visitor, household, "song.mp3")
    expect(tab.get_by_role("dialog", name="song.mp3").get_by_text(label)).to_be_visible()
    visitor.go("/labels/assignments")
    expect(tab.get_by_text(label).first).to_be_visible()
    assert tab.locator("img[src=x]").count() == 0


def test_a_label_given_in_the_drawer_is_there_for_everybody(visitor: Visitor, household: Household) -> None:
    tab = opened(visitor, household, "summer-02.jpg")
    field = tab.get_by_role("combobox", name="Add a label")
    field.fill("mountains")
    field.press("Enter")
    file_id = household.file_id("summer-02.jpg")
    household.nas.until(lambda: labels_of(household, file_id) == {"mountains"}, "the label")
    tab.get_by_role("button", name="Remove label mountains").click()
    household.nas.until(lambda: labels_of(household, file_id) == set(), "the label to go")


def labels_of(household: Household, file_id: str) -> set[str]:
    return {each["label"] for each in household.get(f"/api/labels/effective?file_id={file_id}")["labels"]}

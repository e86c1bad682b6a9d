"""Whole ways by keyboard alone, and by a finger."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor
from tests.journeys.web.conftest import Visit
from tests.journeys.web.household import Household

Key = tuple[str, str]


def type_and_enter(tab: Page, *words: str) -> None:
    for word in words:
        tab.keyboard.type(word)
        tab.keyboard.press("Tab")


def test_from_signing_in_to_a_label_by_keys(visit: Visit, household: Household, key: Key) -> None:
    visitor = visit()
    tab = visitor.page
    tab.goto("/")
    visitor.secrets.add(key[1])
    tab.locator("input[autocomplete=username]").focus()
    type_and_enter(tab, key[0], key[1])
    with tab.expect_response("**/api/auth/login") as answered:
        tab.keyboard.press("Enter")
    visitor.remember(answered.value.json())
    expect(tab.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    find_by_keys(tab, "summer-04.jpg")
    label_by_keys(tab, household)
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    for heading in ("Labels", "Dashboard"):
        tab.keyboard.press("Control+k")
        expect(tab.get_by_role("dialog")).to_be_visible()
        tab.keyboard.type(heading)
        tab.keyboard.press("Enter")
        expect(tab.get_by_role("heading", level=1, name=heading)).to_be_visible()


def find_by_keys(tab: Page, name: str) -> None:
    tab.keyboard.press("g")
    tab.keyboard.press("s")
    expect(tab.get_by_role("heading", level=1, name="Search")).to_be_visible()
    tab.keyboard.press("/")
    tab.keyboard.type(name)
    expect(tab.get_by_role("main").get_by_text(name).first).to_be_visible()
    expect(tab.get_by_role("row").filter(has_text=name)).to_have_count(1)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog", name=name)).to_be_visible()


def label_by_keys(tab: Page, household: Household) -> None:
    expect(tab.get_by_role("region", name="Labels")).to_be_visible()
    tab.keyboard.press("l")
    expect(tab.get_by_role("combobox", name="Add a label")).to_be_focused()
    tab.keyboard.type("by keys")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog").get_by_text("by keys")).to_be_visible()
    file_id = household.file_id("summer-04.jpg")
    read = f"/api/labels/effective?file_id={file_id}"
    household.nas.until(lambda: "by keys" in str(household.get(read)), "the label")


def two_mounts(household: Household, path: str) -> None:
    mounts = [
        {"source": {"node_id": f"node-{name}", "export_path": str(machine.files)}, "strategy": "flatten"}
        for name, machine in (("nas", household.nas), ("laptop", household.laptop))
    ]
    household.call("POST", "/api/vfs/directories", {"virtual_path": path, "mounts": mounts})


def order(household: Household, path: str) -> list[str]:
    found = household.get(f"/api/vfs/directories{path}")
    return [mount["source"]["node_id"] for mount in found["mounts"]]


def test_mounts_are_put_in_order_by_a_finger(visit: Visit, household: Household, key: Key) -> None:
    two_mounts(household, "/by-finger")
    visitor = visit(viewport={"width": 820, "height": 1180}, has_touch=True)
    tab = visitor.sign_in(key, "/vfs/by-finger?edit=mounts")
    handle = tab.get_by_role("button", name="Move mount 1")
    start = handle.bounding_box()
    end = tab.get_by_role("button", name="Move mount 2").bounding_box()
    assert start is not None
    assert end is not None
    drag(visitor, (start["x"] + 8, start["y"] + 8), (end["x"] + 8, end["y"] + end["height"] + 40))
    tab.get_by_role("button", name="Save").click()
    household.nas.until(lambda: order(household, "/by-finger") == ["node-laptop", "node-nas"], "the new order")


def drag(visitor: Visitor, start: tuple[float, float], end: tuple[float, float]) -> None:
    """As a finger does it: down, a while, along in steps, up."""
    told = visitor.context.new_cdp_session(visitor.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        given = [{"x": x, "y": y} for x, y in points]
        told.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})
        visitor.page.wait_for_timeout(60)

    touch("touchStart", start)
    visitor.page.wait_for_timeout(500)
    for step in range(1, 11):
        touch("touchMove", (start[0], start[1] + (end[1] - start[1]) * step / 10))
    visitor.page.wait_for_timeout(300)
    touch("touchEnd")


def test_mounts_are_put_in_order_by_keys(visitor: Visitor, household: Household) -> None:
    two_mounts(household, "/by-keys")
    tab = visitor.go("/vfs/by-keys?edit=mounts")
    handle = tab.get_by_role("button", name="Move mount 1")
    handle.focus()
    for press in ("Space", "ArrowDown", "Space"):
        tab.keyboard.press(press)
        tab.wait_for_timeout(400)
    tab.get_by_role("button", name="Save").click()
    household.nas.until(lambda: order(household, "/by-keys") == ["node-laptop", "node-nas"], "the new order")

"""Each button of the page of a node, pressed against real machines: what it does, and what it says when it cannot."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from plugins.builtin.notify.tests.receiver import Receiver
from tests.journeys.machine import Machine
from tests.journeys.test_joined_node import Duty
from tests.journeys.web.browsing import SLOW_MS, Visitor, live
from tests.journeys.web.upkeep.workshop import BROKEN, Workshop, pick, refused, says, told, until

LAPTOP = "/api/nodes/node-laptop"
HEARTBEAT_MS = 3 * SLOW_MS
"""How its parts fare a node tells every half minute."""


@pytest.fixture
def tab(visitor: Visitor) -> Page:
    """On the page of the laptop."""
    found = visitor.go("/nodes/node-laptop")
    expect(found.get_by_role("heading", level=1)).to_have_text("laptop")
    expect(live(found)).to_be_visible()
    return found


def row(tab: Page, panel: str, text: str) -> Locator:
    return tab.locator(f"#{panel}").get_by_role("row").filter(has_text=text)


def press(line: Locator, name: str) -> None:
    """A button of a row, which shows when the row is pointed at."""
    line.hover()
    line.get_by_role("button", name=name).click()


# --- folders -----------------------------------------------------------------------------------------------------


def test_folders_are_added_where_the_machine_lets_them_and_left_again(tab: Page, household: Workshop) -> None:
    spare = str(household.spare)
    add_folder(tab, "spare")
    says(tab, "Begin with a slash")
    with refused(tab, "PATCH", LAPTOP):
        add_folder(tab, spare)
        says(tab)
    expect(tab.get_by_role("textbox", name="Folder on this machine")).to_have_value(spare)
    add_folder(tab, f"{spare}/")
    add_folder(tab, "/nowhere/else")
    household.nas.until(lambda: household.nas.paths("spare-key.txt"), "the file of the folder")
    line = watched(tab, "/nowhere/else")
    expect(line.get_by_text("Refused")).to_be_visible(timeout=HEARTBEAT_MS)
    expect(line.get_by_text(re.compile("^It .*watch_roots"))).to_be_visible()
    expect(watched(tab, spare).get_by_text("Present")).to_be_visible(timeout=HEARTBEAT_MS)
    for path in (spare, "/nowhere/else"):
        leave_folder(tab, path)
    assert household.get(LAPTOP)["watch_paths"] == [str(household.laptop.files)]


def watched(tab: Page, path: str) -> Locator:
    """The row of a folder that was added here. Why another is refused may name it too."""
    return tab.get_by_role("row").filter(has=tab.get_by_role("button", name=f"Stop watching {path}", exact=True))


def add_folder(tab: Page, path: str) -> None:
    tab.get_by_role("textbox", name="Folder on this machine").fill(path)
    tab.get_by_role("button", name="Add folder").click()


def leave_folder(tab: Page, path: str) -> None:
    press(watched(tab, path), f"Stop watching {path}")
    asked = tab.get_by_role("dialog")
    with refused(tab, "PATCH", LAPTOP):
        asked.get_by_role("button", name="Remove").click()
        says(asked)
    asked.get_by_role("button", name="Remove").click()
    expect(watched(tab, path)).to_have_count(0)


# --- mounts ------------------------------------------------------------------------------------------------------


def test_a_network_mount_is_named_corrected_and_taken_back(tab: Page, household: Workshop) -> None:
    tab.get_by_role("button", name="Add mount").click()
    dialog = tab.get_by_role("dialog", name="New network mount")
    dialog.get_by_role("button", name="Save").click()
    says(dialog, "Choose the node")
    pick(dialog, "Remote node", "nas")
    dialog.get_by_role("combobox", name="Remote path").fill(str(household.nas.files))
    dialog.get_by_role("textbox", name="Local path").fill("/mnt/nas")
    household.stop("server")
    try:
        dialog.get_by_role("button", name="Save").click()
        says(dialog, "The control plane does not answer.")
    finally:
        household.start("server")
    expect(dialog.get_by_role("textbox", name="Local path")).to_have_value("/mnt/nas")
    dialog.get_by_role("button", name="Save").click()
    expect(row(tab, "mounts", "/mnt")).to_be_visible()
    change_priority(tab, "5")
    (mount,) = household.get(f"{LAPTOP}/mounts")["items"]
    assert (mount["local_mount_path"], mount["priority"]) == ("/mnt/nas", 5)
    press(row(tab, "mounts", "/mnt"), "Remove the mount at /mnt/nas")
    tab.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row(tab, "mounts", "/mnt")).to_have_count(0)
    assert household.get(f"{LAPTOP}/mounts")["items"] == []


def change_priority(tab: Page, to: str) -> None:
    """What was typed is not lost by a key; what cannot be is said at its field."""
    press(row(tab, "mounts", "/mnt"), "Edit the mount at /mnt/nas")
    dialog = tab.get_by_role("dialog", name="Network mount")
    field = dialog.get_by_role("textbox", name="Priority")
    field.fill("1001")
    dialog.get_by_role("button", name="Save").click()
    says(dialog, "A whole number")
    expect(field).to_be_focused()
    field.fill(to)
    field.press("Escape")
    tab.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(row(tab, "mounts", "/mnt").get_by_role("cell", name=to, exact=True)).to_be_visible()


# --- the node itself ---------------------------------------------------------------------------------------------


def test_a_node_is_renamed_and_named_back(tab: Page, household: Workshop) -> None:
    heading, name = tab.get_by_role("heading", level=1), tab.get_by_role("textbox", name="Name of the node")
    tab.get_by_role("button", name="Rename").click()
    name.fill(" ")
    name.press("Enter")
    says(tab, "A node needs a name.")
    with refused(tab, "PATCH", LAPTOP):
        name.fill("Kitchen")
        name.press("Enter")
        says(tab)
    expect(name).to_have_value("Kitchen")
    name.press("Escape")
    tab.get_by_role("button", name="Rename").click()
    expect(tab.get_by_role("alert")).to_have_count(0)
    name.fill("Kitchen")
    name.press("Enter")
    expect(heading).to_have_text("Kitchen")
    assert household.get(LAPTOP)["friendly_name"] == "Kitchen"
    with refused(tab, "PATCH", LAPTOP):
        tab.get_by_role("button", name="Undo").click()
        told(tab, "The name could not be changed back")
    tab.get_by_role("button", name="Rename").click()
    name.fill("laptop")
    name.press("Enter")
    expect(heading).to_have_text("laptop")


def test_a_node_looks_for_changes_when_asked(tab: Page, household: Workshop) -> None:
    with refused(tab, "POST", f"{LAPTOP}/sync"):
        tab.get_by_role("button", name="Sync now").click()
        told(tab, BROKEN)
    (household.laptop.files / "written-a-moment-ago.txt").write_text("x")
    tab.get_by_role("button", name="Sync now").click()
    told(tab, "laptop looks for what has changed")
    household.nas.until(lambda: household.nas.paths("written-a-moment-ago"), "the new file")
    assert "node_sync" in {job["kind"] for job in household.get("/api/jobs")["items"]}


def test_a_machine_joins_by_what_the_dialog_says_and_is_retired(visitor: Visitor, household: Workshop) -> None:
    tab = visitor.go("/nodes")
    expect(live(tab)).to_be_visible()
    with refused(tab, "POST", "/api/nodes/join-codes"):
        tab.get_by_role("button", name="Add a node").click()
        expect(tab.get_by_role("dialog").get_by_text(BROKEN)).to_be_visible()
    tab.get_by_role("dialog").get_by_role("button", name="Retry").click()
    line, code = tab.get_by_role("dialog").locator("code").all_inner_texts()
    guest = Machine(household.nas.folder.parent / "guest", MOSAICFS_AGENT_NAME="guest", MOSAICFS_JOIN_CODE=code)
    (guest.files / "of-the-guest.txt").write_text("x")
    (address,) = re.findall(r"'(https://[^']+)'", line)
    joined = guest.run("join", address, "--watch", str(guest.files))
    assert joined.returncode == 0, joined.stderr
    running = Duty(guest, "agent")
    try:
        tab.get_by_role("link", name="Open guest").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("guest")
        household.nas.until(lambda: household.nas.paths("of-the-guest"), "the file of the guest")
        retire(tab, household)
    finally:
        running.stop()


def retire(tab: Page, household: Workshop) -> None:
    dialog = tab.get_by_role("dialog")
    act(tab, "Deregister\u2026")
    with refused(tab, "DELETE", "/api/nodes/node-guest"):
        dialog.get_by_role("button", name="Deregister").click()
        says(dialog)
    dialog.get_by_role("button", name="Deregister").click()
    expect(tab.get_by_text("This node was deregistered.")).to_be_visible()
    act(tab, "Let it take part again")
    expect(tab.get_by_text("This node was deregistered.")).to_have_count(0)
    act(tab, "Deregister\u2026")
    dialog.get_by_role("button", name="Deregister").click()
    act(tab, "Forget its files\u2026")
    expect(dialog.get_by_role("button", name="Forget its files")).to_be_disabled()
    dialog.get_by_role("textbox").fill("guest")
    dialog.get_by_role("button", name="Forget its files").click()
    expect(dialog).to_have_count(0)
    household.nas.until(lambda: not household.nas.paths("of-the-guest"), "its files are gone")
    assert household.status("node-guest") == "disabled"


def act(tab: Page, name: str) -> None:
    tab.get_by_role("button", name="More for this node").click()
    tab.get_by_role("menuitem", name=name).click()


# --- plugins -----------------------------------------------------------------------------------------------------


def test_a_plugin_is_added_switched_changed_and_removed(tab: Page, household: Workshop, hook: Receiver) -> None:
    add_plugin(tab, hook.url)
    line = row(tab, "plugins", "Door bell")
    expect(line.get_by_text("Ready")).to_be_visible(timeout=HEARTBEAT_MS)
    assert household.get(f"{LAPTOP}/plugins/webhook")["settings"]["secret"] == "__REDACTED__"
    with refused(tab, "PATCH", f"{LAPTOP}/plugins/webhook"):
        line.get_by_role("switch").click()
        told(tab, BROKEN)
    expect(line.get_by_role("switch")).to_be_checked()
    line.get_by_role("switch").click()
    expect(line.get_by_text("Off")).to_be_visible()
    until(tab, lambda: not household.get(f"{LAPTOP}/plugins/webhook")["enabled"], "it rests")
    change_together(tab, household)
    remove_plugin(tab)
    assert household.get(f"{LAPTOP}/plugins")["items"] == []


def add_plugin(tab: Page, url: str) -> None:
    """A drawer longer than the window shows what is wrong in it."""
    tab.get_by_role("button", name="Add plugin").click()
    drawer = tab.get_by_role("dialog", name="New plugin")
    drawer.get_by_role("combobox", name="Plugin").fill("webhook")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.get_by_role("textbox", name="Url")).to_be_focused()
    drawer.get_by_role("textbox", name="Url").fill(url)
    drawer.locator("input[type=password]").fill("whsec_told_once")
    drawer.get_by_role("textbox", name="Display name").fill("Door bell")
    drawer.get_by_role("button", name="Save").click()
    says(drawer, "https://")
    expect(drawer.get_by_role("textbox", name="Url")).to_be_focused()
    drawer.get_by_role("switch", name="Allow http").click()
    with refused(tab, "POST", f"{LAPTOP}/plugins"):
        drawer.get_by_role("button", name="Save").click()
        says(drawer)
    drawer.get_by_role("button", name="Save").click()
    expect(drawer).to_have_count(0)


def change_together(tab: Page, household: Workshop) -> None:
    """Somebody else was first: theirs is taken, and then the next change goes through."""
    press(row(tab, "plugins", "Door bell"), "Set up Door bell")
    drawer, name = tab.get_by_role("dialog", name="Plugin"), tab.get_by_role("textbox", name="Display name")
    name.fill("Mine")
    household.call("PATCH", f"{LAPTOP}/plugins/webhook", {"name": "Theirs"})
    drawer.get_by_role("button", name="Save").click()
    tab.get_by_role("button", name="Use theirs").click()
    expect(name).to_have_value("Theirs")
    name.fill("Both of ours")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer).to_have_count(0)
    expect(row(tab, "plugins", "Both of ours")).to_be_visible()


def remove_plugin(tab: Page) -> None:
    press(row(tab, "plugins", "Both of ours"), "Set up Both of ours")
    tab.get_by_role("dialog").get_by_role("button", name="Remove").click()
    asked = tab.get_by_role("dialog", name="Remove plugin Both of ours?")
    with refused(tab, "DELETE", f"{LAPTOP}/plugins/webhook"):
        asked.get_by_role("button", name="Remove").click()
        says(asked)
    asked.get_by_role("button", name="Remove").click()
    expect(tab.get_by_text("No plugin is set up here")).to_be_visible()

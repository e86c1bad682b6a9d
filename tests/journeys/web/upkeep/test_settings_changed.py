"""Each button of Settings, pressed against real machines: what it does, and what it says when it cannot."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, expect

from plugins.builtin.notify.tests.receiver import Receiver
from tests.journeys import glass
from tests.journeys.web.browsing import Visitor, live
from tests.journeys.web.upkeep.workshop import BROKEN, Workshop, pick, refused, says, told, until

NAS = "/api/nodes/node-nas"
BACKENDS = "/api/storage-backends"


def at(visitor: Visitor, address: str) -> Page:
    tab = visitor.go(address)
    expect(live(tab)).to_be_visible()
    return tab


def save(place: Page | Locator) -> None:
    place.get_by_role("button", name="Save", exact=True).click()


# --- credentials -------------------------------------------------------------------------------------------------


def test_a_key_is_made_used_shut_out_and_deleted(visitor: Visitor, household: Workshop) -> None:
    tab = at(visitor, "/settings/credentials")
    key = make_key(tab)
    visitor.secrets.add(key["secret_key"])
    line = tab.get_by_role("row").filter(has_text="night script")
    assert comes_in(household, key) == 200
    with refused(tab, "PATCH", key["access_key_id"]):
        line.get_by_role("switch").click()
        told(tab, BROKEN)
    expect(line.get_by_role("switch")).to_be_checked()
    line.get_by_role("switch").click()
    until(tab, lambda: comes_in(household, key) == 401, "the key is shut out")
    rename_key(tab, line, key["access_key_id"])
    delete_key(tab, key["access_key_id"])
    assert key["access_key_id"] not in {one["key_id"] for one in household.get("/api/credentials")["items"]}


def make_key(tab: Page) -> dict[str, str]:
    """As somebody keeps it who downloads it."""
    tab.get_by_role("button", name="Create credential").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Create").click()
    says(dialog, "Give it a name")
    dialog.get_by_role("textbox", name="Name").fill("night script")
    dialog.get_by_label("Expires").fill("2020-01-31")
    dialog.get_by_role("button", name="Create").click()
    says(dialog, "This day is over.")
    dialog.get_by_label("Expires").fill("2099-01-31")
    pick(dialog, "Access", "Look only")
    with refused(tab, "POST", "/api/credentials"):
        dialog.get_by_role("button", name="Create").click()
        says(dialog)
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("night script")
    dialog.get_by_role("button", name="Create").click()
    tab.keyboard.press("Escape")
    with tab.expect_download() as kept:
        dialog.get_by_role("button", name="Download").click()
    dialog.get_by_role("button", name="I have saved this").click()
    expect(dialog).to_have_count(0)
    _, key_id, secret, *_ = (line.partition(": ")[2] for line in Path(kept.value.path()).read_text().splitlines())
    return {"access_key_id": key_id, "secret_key": secret}


def comes_in(household: Workshop, key: dict[str, str]) -> int:
    with httpx.Client(base_url=household.page, trust_env=False) as client:
        return client.post("/api/auth/login", json=key).status_code


def rename_key(tab: Page, line: Locator, key_id: str) -> None:
    line.get_by_text("night script").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("day script")
    with refused(tab, "PATCH", key_id):
        save(dialog)
        says(dialog)
    save(dialog)
    expect(dialog).to_have_count(0)


def delete_key(tab: Page, key_id: str) -> None:
    tab.get_by_role("button", name="Delete day script").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("day script")
    with refused(tab, "DELETE", key_id):
        dialog.get_by_role("button", name="Delete").click()
        says(dialog)
    dialog.get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("row").filter(has_text="day script")).to_have_count(0)


# --- storage backends --------------------------------------------------------------------------------------------


def test_a_backend_is_tried_saved_changed_and_deleted(visitor: Visitor, household: Workshop) -> None:
    tab = at(visitor, "/settings/backends")
    try_in_vain(tab, household)
    until(tab, lambda: household.get(BACKENDS)["items"] == [], "what was only tried is gone")
    add_backend(tab, household)
    card = tab.locator("main").get_by_role("listitem").filter(has_text="pane")
    expect(card.get_by_text("Connected")).to_be_visible()
    household.nas.until(lambda: household.nas.paths("from-the-cloud"), "the file of the backend")
    with refused(tab, "PATCH", f"{BACKENDS}/pane"):
        card.get_by_role("switch").click()
        told(tab, "pane could not be switched")
    expect(card.get_by_role("switch")).to_be_checked()
    look_again(tab, household)
    change_together(tab, household)
    delete_backend(tab)
    assert household.get(BACKENDS)["items"] == []


def begin(tab: Page, household: Workshop, password: str) -> Locator:
    tab.get_by_role("button", name="Add a backend").first.click()
    drawer = tab.get_by_role("dialog", name="New storage backend")
    pick(drawer, "Runs on", "nas")
    pick(drawer, "Type", "Glass")
    drawer.get_by_role("textbox", name="Name").fill("pane")
    drawer.get_by_role("textbox", name="Folder").fill(str(household.cloud))
    drawer.locator("input[type=password]").fill(password)
    return drawer


def try_in_vain(tab: Page, household: Workshop) -> None:
    """A test that fails is told once; another type is chosen then, and what was tried stays nowhere."""
    drawer = begin(tab, household, "wrong")
    with refused(tab, "POST", f"{BACKENDS}/pane/test"):
        drawer.get_by_role("button", name="Test").click()
        says(drawer)
    drawer.get_by_role("button", name="Test").click()
    expect(drawer.get_by_text("It does not work yet")).to_be_visible()
    expect(drawer.get_by_role("alert")).to_have_count(0)
    pick(drawer, "Type", "Backblaze B2")
    drawer.get_by_role("button", name="Cancel").click()
    expect(drawer).to_have_count(0)


def add_backend(tab: Page, household: Workshop) -> None:
    drawer = begin(tab, household, glass.PASSWORD)
    drawer.get_by_role("textbox", name="Name").fill("No Name")
    save(drawer)
    says(drawer, "a-z")
    expect(drawer.get_by_role("textbox", name="Name")).to_be_focused()
    drawer.get_by_role("textbox", name="Name").fill("pane")
    with refused(tab, "POST", BACKENDS):
        save(drawer)
        says(drawer)
    drawer.get_by_role("button", name="Test").click()
    expect(drawer.get_by_text("It works")).to_be_visible()
    save(drawer)
    expect(drawer).to_have_count(0)


def act(tab: Page, name: str) -> None:
    tab.get_by_role("button", name="Actions for pane").click()
    tab.get_by_role("menuitem", name=name).click()


def look_again(tab: Page, household: Workshop) -> None:
    with refused(tab, "POST", f"{NAS}/sync"):
        act(tab, "Sync now")
        told(tab, "pane could not be looked through")
    (household.cloud / "a-moment-later.txt").write_text("x")
    act(tab, "Sync now")
    household.nas.until(lambda: household.nas.paths("a-moment-later"), "the new file of the backend")
    act(tab, "Test")
    dialog = tab.get_by_role("dialog", name="Test of pane")
    expect(dialog.get_by_text("It works")).to_be_visible()
    tab.keyboard.press("Escape")


def change_together(tab: Page, household: Workshop) -> None:
    """Somebody else was first with another field: both are said, and both stay."""
    act(tab, "Edit")
    drawer = tab.get_by_role("dialog", name="pane")
    drawer.get_by_role("textbox", name="Only at these times").fill("at night")
    save(drawer)
    says(drawer, "Hours of the day")
    drawer.get_by_role("textbox", name="Only at these times").fill("22:00-06:00")
    household.call("PATCH", f"{BACKENDS}/pane", {"poll_interval_s": 120})
    save(drawer)
    both = tab.get_by_role("dialog", name="Somebody else changed this meanwhile")
    expect(both.get_by_role("row")).to_have_count(2)
    both.get_by_role("button", name="Apply mine on top").click()
    expect(drawer).to_have_count(0)
    after = household.get(f"{BACKENDS}/pane")
    assert (after["poll_interval_s"], after["schedule"]) == (120, "22:00-06:00")


def delete_backend(tab: Page) -> None:
    act(tab, "Delete")
    dialog = tab.get_by_role("dialog", name="Delete pane?")
    dialog.get_by_role("textbox").fill("pane")
    with refused(tab, "DELETE", f"{BACKENDS}/pane"):
        dialog.get_by_role("button", name="Delete").click()
        says(dialog)
    dialog.get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("No storage backends yet")).to_be_visible()


# --- plugins and channels ----------------------------------------------------------------------------------------


def test_a_channel_is_set_up_by_its_form_and_sends_a_test(
    visitor: Visitor, household: Workshop, hook: Receiver
) -> None:
    options = {"url": hook.url, "secret": "whsec_first", "allow_http": True}
    household.call("POST", f"{NAS}/plugins", {"plugin_name": "webhook", "name": "Door bell", "settings": options})
    tab = at(visitor, "/settings/plugins")
    card = tab.get_by_role("button", name="Door bell")
    card.click()
    hours = tab.get_by_role("textbox", name="Remind after h")
    hours.fill("12")
    tab.get_by_role("button", name="Change").click()
    tab.locator("input[type=password]").fill("whsec_second")
    visitor.secrets.add("whsec_second")
    with refused(tab, "PATCH", f"{NAS}/plugins/webhook"):
        save(tab)
        says(tab)
    card.click()
    card.click()
    expect(hours).to_have_value("12")
    stay_and_save(tab, household)
    send_test(visitor, hook)
    household.call("DELETE", f"{NAS}/plugins/webhook")


def stay_and_save(tab: Page, household: Workshop) -> None:
    tab.get_by_role("link", name="General").click()
    tab.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Cancel").click()
    tab.get_by_role("textbox", name="Url").fill("nowhere")
    save(tab)
    says(tab, "is no address")
    tab.get_by_role("textbox", name="Url").fill(household.get(f"{NAS}/plugins/webhook")["settings"]["url"])
    save(tab)
    told(tab, "Door bell was saved")
    assert household.get(f"{NAS}/plugins/webhook")["settings"]["remind_after_h"] == 12
    expect(tab.locator("input[type=password]")).to_have_count(0)


def send_test(visitor: Visitor, hook: Receiver) -> None:
    tab = at(visitor, "/settings/general")
    before, button = len(hook.heard), tab.get_by_role("button", name="Send a test by Door bell")
    hook.status = 500
    button.click()
    told(tab, "Door bell did not take the test message")
    hook.status = 200
    button.click()
    told(tab, "Door bell took the test message")
    assert len(hook.heard) > before


# --- the instance ------------------------------------------------------------------------------------------------


def test_settings_are_saved_in_part_told_so_and_reset(visitor: Visitor, household: Workshop) -> None:
    backend = {"name": "pane", "backend": "glass", "mode": "source", "hosting_node_id": "node-nas", "enabled": False}
    secrets, options = {"password": glass.PASSWORD}, {"folder": str(household.cloud)}
    household.call("POST", BACKENDS, {**backend, "backend_config": options, "secrets": secrets})
    tab = at(visitor, "/settings/general")
    name = tab.get_by_role("textbox", name="Instance name")
    name.fill("Our house")
    tab.get_by_role("textbox", name="Seconds between two looks at pane").fill("300")
    with refused(tab, "PATCH", f"{BACKENDS}/pane"):
        save(tab)
        says(tab, f"Not everything could be saved. {BROKEN}")
    save(tab)
    told(tab, "1 setting saved")
    assert household.get("/api/system/settings")["instance_name"] == "Our house"
    assert household.get(f"{BACKENDS}/pane")["poll_interval_s"] == 300
    take_theirs(tab, household)
    for field in ("Instance name", "Log level"):
        tab.get_by_role("button", name=f"Reset {field} to its default").click()
    save(tab)
    told(tab, "2 settings saved")
    after = household.get("/api/system/settings")
    assert (after["instance_name"], after["log_level"]) == ("MosaicFS", None)
    household.call("DELETE", f"{BACKENDS}/pane?force=true")


def take_theirs(tab: Page, household: Workshop) -> None:
    """Only what was changed here lies beside theirs."""
    pick(tab, "Log level", "Debug")
    pick(tab, "When an offline node is reported: laptop", "Never")
    household.call("PATCH", "/api/system/settings", {"log_level": "warning", "nightly_crawl_at": "04:30"})
    save(tab)
    both = tab.get_by_role("dialog", name="Somebody else changed this meanwhile")
    expect(both.get_by_role("row").filter(has_text="Log level")).to_contain_text("warning")
    expect(both.get_by_role("row")).to_have_count(3)
    both.get_by_role("button", name="Use theirs").click()
    expect(tab.get_by_role("combobox", name="Log level")).to_have_text("Warning")


def test_everything_is_looked_through_again_when_asked(visitor: Visitor, household: Workshop) -> None:
    tab = at(visitor, "/settings/about")
    tab.get_by_role("button", name="Reindex everything").click()
    dialog = tab.get_by_role("dialog")
    with refused(tab, "POST", "/api/system/reindex"):
        dialog.get_by_role("button", name="Reindex everything").click()
        says(dialog)
    dialog.get_by_role("button", name="Reindex everything").click()
    expect(tab).to_have_url(re.compile("/jobs/"))
    assert "reindex" in {job["kind"] for job in household.get("/api/jobs")["items"]}

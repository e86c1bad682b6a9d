"""Getting in, staying in and getting out, at the real server: nothing of a key or a token stays in the browser."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx
from playwright.sync_api import expect

from tests.journeys.web.browsing import Visitor, live, sidebar, until_true
from tests.journeys.web.conftest import Visit
from tests.journeys.web.household import Household

RULES = "/labels/rules?rule=new&prefix=%2Fhome%2F"
Key = tuple[str, str]


def test_a_wrong_key_and_a_wrong_secret_are_told_alike_and_the_right_one_leads_to_where_she_was_going(
    visit: Visit, household: Household
) -> None:
    visitor, key = visit(), household.key()
    tab = visitor.page
    tab.goto(RULES)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Sign in to")
    for wrong in ((key[0], "mosaicfs_wrong"), ("MOSAICFS_0000000000000000", key[1])):
        visitor.type_key(tab, wrong)
        expect(tab.get_by_role("alert")).to_have_text("Key or secret is wrong")
    visitor.sign_in(key, RULES)
    expect(tab.get_by_role("dialog", name="New rule")).to_be_visible()
    expect(tab.get_by_role("combobox", name="Folder")).to_have_value("/home/")
    assert visitor.kept() == []

    tab.reload()
    expect(tab.locator("input[autocomplete=username]")).to_be_visible()
    assert unquote(tab.url).endswith(f"/sign-in?to={RULES}")
    assert visitor.kept() == []


def test_who_tries_too_often_is_told_how_long_to_wait(visit: Visit, key: Key) -> None:
    visitor = visit()
    tab = visitor.page
    tab.goto("/")
    for _ in range(6):
        with tab.expect_response("**/api/auth/login"):
            visitor.type_key(tab, (key[0], "mosaicfs_wrong"))
    expect(tab.get_by_role("alert")).to_contain_text(re.compile(r"Too many attempts\. Try again in \d+ s"))
    expect(tab.get_by_role("button", name="Sign in")).to_be_disabled()


def test_a_server_that_does_not_answer_is_named_and_tried_again_on_a_button(visit: Visit, key: Key) -> None:
    visitor = visit()
    tab = visitor.page
    tab.goto("/")
    tab.route("**/api/auth/login", lambda route: route.abort())
    visitor.type_key(tab, key)
    expect(tab.get_by_role("alert")).to_contain_text("The control plane does not answer")
    expect(tab.get_by_role("alert")).to_contain_text(visitor.origin.removeprefix("http://"))
    tab.unroute("**/api/auth/login")
    tab.get_by_role("button", name="Try again").click()
    expect(sidebar(tab)).to_be_visible()


def test_a_link_lets_in_once(visit: Visit, household: Household) -> None:
    link = household.link()
    first, second = visit(), visit()
    with first.page.expect_response("**/api/auth/login") as answered:
        first.page.goto(link)
    first.remember(answered.value.json())
    first.secrets.add(link.partition("=")[2])
    expect(sidebar(first.page)).to_be_visible()
    assert "code" not in first.page.url
    second.page.goto(link)
    expect(second.page.get_by_text("This sign-in link was used before")).to_be_visible()
    assert "code" not in second.page.url


def test_a_session_that_ends_in_the_middle_of_an_edit_takes_nothing_with_it(
    visit: Visit, household: Household, key: Key
) -> None:
    visitor = visit()
    tab = visitor.sign_in(key, "/labels/rules?rule=new")
    tab.get_by_role("textbox", name="Name").fill("Papers of work")
    folder = tab.get_by_role("combobox", name="Folder")
    folder.fill(f"{household.nas.files}/papers/")
    labels = tab.get_by_role("combobox", name="Labels")
    labels.fill("work")
    labels.press("Enter")

    for token in visitor.secrets - {key[1]}:
        httpx.post(f"{household.page}/api/auth/logout", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    again = tab.get_by_role("dialog", name="Sign in again")
    expect(again).to_be_visible()
    with tab.expect_response("**/api/auth/login") as answered:
        again.locator("input[autocomplete=current-password]").fill(key[1])
        again.get_by_role("button", name="Sign in", exact=True).click()
    visitor.remember(answered.value.json())
    expect(again).to_be_hidden()
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("row").filter(has_text="Papers of work")).to_be_visible()
    rules = household.get("/api/labels/rules")["items"]
    assert [rule["labels"] for rule in rules if rule["name"] == "Papers of work"] == [["work"]]


def test_a_second_tab_is_in_by_itself_and_signing_out_is_for_both(visitor: Visitor) -> None:
    first, second = visitor.page, visitor.tab()
    second.goto("/labels/rules")
    expect(sidebar(second)).to_be_visible()
    expect(live(second)).to_be_visible()
    kept_before = first.evaluate("indexedDB.databases().then((all) => all.length)")
    assert kept_before > 0

    for tab in (first, second):
        tab.evaluate("globalThis.isOld = true; 0")
    first.get_by_role("button", name="You and this page").click()
    first.get_by_role("menuitem", name="Sign out").click()
    for tab in (first, second):
        until_true(tab, "!globalThis.isOld")  # nothing of the session outlives a page that is loaded anew
        expect(tab.locator("input[autocomplete=username]")).to_be_visible()
    until_true(first, "indexedDB.databases().then((all) => all.length === 0)")
    assert visitor.kept() == []

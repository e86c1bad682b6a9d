"""A visitor with a browser: what a person does and sees, and what the browser would tell on the page.

Each visitor has a browser profile and an address of her own, as behind a proxy, because the server counts by address
who tries to sign in. All that goes elsewhere than to the one server, every script that should not have run and every
refusal of the page's own policy is written down, and looked at when she leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import randbelow
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
)

from tests.journeys.conftest import browser as program
from tests.journeys.waiting import until

SLOW_MS = 20_000
"""For what only a busy machine makes slow."""
KEPT = (Path(__file__).parent / "kept.js").read_text(encoding="utf-8")
AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
AT_REST = """() => Promise.all(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished.catch(() => 0)))
    .then(() => 0)"""
"""Colours on their way from one to another are neither."""
expect.set_options(timeout=SLOW_MS)


def chromium(playwright: Playwright, *arguments: str) -> Browser:
    return playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu", *arguments])


class Visitor:
    """One person, with as many tabs as she likes."""

    def __init__(self, opened: Browser, origin: str, **options: Any) -> None:
        self.origin = origin
        self.address = f"10.{randbelow(256)}.{randbelow(256)}.{randbelow(256)}"
        self.context: BrowserContext = opened.new_context(
            base_url=origin, accept_downloads=True, reduced_motion="reduce",
            extra_http_headers={"X-Forwarded-For": self.address}, **{"viewport": WIDE, **options},
        )  # fmt: skip
        self.context.set_default_timeout(SLOW_MS)
        self.elsewhere: list[str] = []
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.said: list[str] = []
        self.secrets: set[str] = set()
        self.context.on("request", self._see)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda told: self.refused.append(str(told.error)))
        self.page = self.tab()

    def tab(self) -> Page:
        return self.context.new_page()

    def _see(self, request: Request) -> None:
        self.asked.append(f"{request.method} {request.url.removeprefix(self.origin)}")
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:", "about:")):
            self.elsewhere.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)
        if "Content Security Policy" in message.text and message.type == "error" and not self._is_cleaned(message):
            self.refused.append(message.text)

    def _is_cleaned(self, message: ConsoleMessage) -> bool:
        """The frame reads a letter in a document that runs nothing, cleans it there, and the browser tells of what it
        would not have run. What of it is shown has no handlers left, or a canary tells."""
        place = str(message.location.get("url", ""))
        return message.text.startswith("Executing inline event handler") and place.startswith(f"{self.origin}/preview/")

    # --- coming in -----------------------------------------------------------------------------------------------

    def sign_in(self, key: tuple[str, str], at: str = "/", page: Page | None = None) -> Page:
        tab = page or self.page
        tab.goto(at)
        self.secrets.add(key[1])
        with tab.expect_response("**/api/auth/login") as answered:
            self.type_key(tab, key)
        self.remember(answered.value.json())
        expect(tab.locator("main#main")).to_be_visible()
        return tab

    def go(self, address: str, page: Page | None = None) -> Page:
        """As by a link of the page. Loading it anew would end the session of a lonely tab."""
        tab = page or self.page
        tab.evaluate(
            "(to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
        )
        return tab

    def remember(self, login: dict[str, Any]) -> None:
        self.secrets |= {login["token"], login["replication"]["token"]}

    @staticmethod
    def type_key(tab: Page | Locator, key: tuple[str, str]) -> None:
        tab.locator("input[autocomplete=username]").fill(key[0])
        tab.locator("input[autocomplete=current-password]").fill(key[1])
        tab.get_by_role("button", name="Sign in", exact=True).click()

    # --- what must hold ------------------------------------------------------------------------------------------

    def kept(self) -> list[str]:
        """Places of the browser in which one of her secrets lies."""
        found: list[str] = []
        for tab in self.context.pages:
            found += tab.evaluate(KEPT, sorted(self.secrets))
        cookies = [str(cookie) for cookie in self.context.cookies()]
        found += ["console" for text in self.said if any(secret in text for secret in self.secrets)]
        return [*found, *cookies]

    def ran(self) -> list[str]:
        """Frames in which a script of a file, a name or a label has run."""
        frames = [frame for tab in self.context.pages for frame in tab.frames]
        return [frame.url for frame in frames if frame.evaluate("globalThis.canary !== undefined")]

    def assert_safe(self) -> None:
        for what, found in (
            ("a script of a file ran in", self.ran()),
            ("asked elsewhere", self.elsewhere),
            ("refused by the browser", self.refused),
            ("a secret lies in", self.kept()),
        ):
            assert not found, f"{what}: {found}"

    def close(self) -> None:
        self.context.close()


WIDE: ViewportSize = {"width": 1360, "height": 860}


def sidebar(tab: Page) -> Locator:
    return tab.get_by_role("navigation", name="Main")


def live(tab: Page) -> Locator:
    """The chip that says that what is shown is as the server has it."""
    return tab.get_by_role("status").filter(has_text=re.compile("^Live$"))


def until_true(tab: Page, told: str) -> None:
    """The page's own policy forbids the strings that Playwright would poll with. One that goes away says nothing."""

    def is_true() -> bool:
        try:
            return bool(tab.evaluate(told))
        except Error as trouble:
            if "navigation" not in str(trouble):
                raise
            return False

    until(is_true, told)


@contextmanager
def visiting(opened: Browser, origin: str, **options: Any) -> Iterator[Visitor]:
    visitor = Visitor(opened, origin, **options)
    try:
        yield visitor
        visitor.assert_safe()
    finally:
        visitor.close()


def violations(tab: Page, *, in_menu: bool = False, has_colours: bool = True) -> list[str]:
    """What axe finds in the page as it stands: rule, place and the element. A menu lies outside of all landmarks."""
    rules = {"region": {"enabled": not in_menu}, "color-contrast": {"enabled": has_colours}}
    return _told_by_axe(tab, "document", {"rules": rules})


def faint(tab: Page, where: str) -> list[str]:
    """What cannot be read for its colours in all that `where` selects."""
    return _told_by_axe(tab, f"[...document.querySelectorAll({where!r})]", {"runOnly": ["color-contrast"]})


def _told_by_axe(tab: Page, where: str, options: dict[str, Any]) -> list[str]:
    if not tab.evaluate("'axe' in globalThis"):
        tab.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    tab.evaluate(AT_REST)
    found: list[str] = tab.evaluate(
        f"""(options) => axe.run({where}, options).then(({{violations}}) => violations.flatMap(
            ({{id, impact, nodes}}) =>
                nodes.map(({{html, target}}) => `${{impact}} ${{id}} ${{target}}: ${{html.slice(0, 200)}}`)
        ))""",
        {"iframes": False, "resultTypes": ["violations"], **options},
    )
    return found

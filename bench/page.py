"""The web page in a browser, as one visitor has it: what it weighs, and how long she waits."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable, Sequence
from statistics import median, quantiles
from typing import Any, Final

from playwright.sync_api import Browser, Page, Playwright, Response

from bench.budget import Budget
from bench.watching import (
    BEGUN,
    EXPECTING,
    FRAMES,
    HEAP,
    INTERACTIONS,
    LONGEST_TASK,
    PAINTS,
    ROWS,
    SCROLLED,
    SEEN,
)

DASHBOARD: Final = "/"
POUCH: Final = (b"rev_tree", b"_revs_diff", b"_local_docs")
"""Words by which a script of PouchDB is known."""
WAIT_MS: Final = 120_000
FIELD: Final = "input[autocomplete=username]"
KB: Final = 1_000
Key = tuple[str, str]


def chromium(playwright: Playwright) -> Browser:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
    )


def sign_in(tab: Page, key: Key) -> None:
    tab.locator(FIELD).fill(key[0])
    tab.locator("input[autocomplete=current-password]").fill(key[1])
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.locator("main#main h1").wait_for()


# --- weights ---------------------------------------------------------------------------------------------------------


class _Weighed:
    """Scripts, styles and fonts of one visit, each as often as it was asked for first."""

    def __init__(self, tab: Page) -> None:
        self.sizes: dict[str, float] = {}
        self.pouch: set[str] = set()
        self._answers: list[Response] = []
        tab.on("response", self._see)

    def _see(self, answer: Response) -> None:
        self._answers.append(answer)

    def taken(self) -> dict[str, float]:
        """Compressed kB by name, of all until now."""
        for answer in self._answers:
            name = answer.url.rpartition("/")[2].partition("?")[0]
            if "/assets/" in answer.url and name not in self.sizes:
                body = answer.body()
                self.sizes[name] = len(body if name.endswith(".woff2") else gzip.compress(body, 9)) / KB
                self.pouch |= {name} if any(word in body for word in POUCH) else set()
        self._answers.clear()
        return dict(self.sizes)


def weights(playwright: Playwright, page: str, key: Key, addresses: Sequence[str]) -> list[Budget]:
    """The first address is the page on which people begin; what others need beside that is theirs."""
    opened = chromium(playwright)
    found: list[Budget] = []
    first: dict[str, float] = {}
    for number, address in enumerate(addresses):
        # Each from an address of its own, as behind a proxy: the server counts by address who signs in.
        tab = opened.new_context(base_url=page, extra_http_headers={"X-Forwarded-For": f"10.0.0.{number}"}).new_page()
        tab.set_default_timeout(WAIT_MS)
        weighed = _Weighed(tab)
        tab.goto(address, wait_until="networkidle")
        before = weighed.taken()
        sign_in(tab, key)
        tab.wait_for_timeout(1_500)
        after = weighed.taken()
        if not first:
            first = after
            found += _of_shell(before, after, weighed.pouch)
        else:
            found.append(Budget(f"JavaScript of {address}", _scripts(after, first), 40, "kB"))
        tab.context.close()
    opened.close()
    return found


def _of_shell(before: dict[str, float], after: dict[str, float], pouch: set[str]) -> list[Budget]:
    return [
        Budget("JavaScript before sign-in", _scripts(before), 90, "kB"),
        Budget("JavaScript of shell and Dashboard", _scripts(after, pouch), 190, "kB"),
        Budget("JavaScript of PouchDB", _of_kind(after, ".js") - _scripts(after, pouch), 50, "kB"),
        Budget("styles", _of_kind(after, ".css"), 25, "kB"),
        Budget("fonts", _of_kind(after, ".woff2"), 60, "kB"),
    ]


def _scripts(sizes: dict[str, float], without: Iterable[str] = ()) -> float:
    known = set(without)
    return sum(size for name, size in sizes.items() if name.endswith(".js") and name not in known)


def _of_kind(sizes: dict[str, float], ending: str) -> float:
    return sum(size for name, size in sizes.items() if name.endswith(ending))


# --- times -----------------------------------------------------------------------------------------------------------


class Timed:
    """One visitor with a slow machine and a slow line, who stays."""

    def __init__(self, playwright: Playwright, page: str, key: Key, slower: float) -> None:
        self._opened = chromium(playwright)
        self._key = key
        self._tab = self._opened.new_context(base_url=page, viewport={"width": 1360, "height": 860}).new_page()
        self._tab.set_default_timeout(WAIT_MS)
        self._tab.add_init_script(BEGUN)
        told = self._tab.context.new_cdp_session(self._tab)
        told.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        line = {"offline": False, "latency": 40, "downloadThroughput": 2.5e6, "uploadThroughput": 2.5e6}
        told.send("Network.emulateNetworkConditions", line)

    def close(self) -> None:
        self._opened.close()

    def signing_in(self) -> list[Budget]:
        tab = self._tab
        tab.goto(DASHBOARD, wait_until="networkidle")
        tab.locator(FIELD).wait_for()
        tab.wait_for_timeout(500)
        paints = tab.evaluate(PAINTS)
        tab.evaluate(EXPECTING, ["[role=status]", "Live"])
        sign_in(tab, self._key)
        live = float(tab.evaluate(SEEN))
        return [
            Budget("first paint, cold", paints["first"], 1_000, "ms"),
            Budget("largest paint, cold", paints["largest"], 1_800, "ms"),
            Budget("sign-in to live Dashboard", live, 2_500, "ms"),
        ]

    def going(self, addresses: Sequence[str]) -> list[Budget]:
        """By the links of the page; once to have its parts, once to be measured."""
        waits = []
        for warm in (False, True):
            for address in addresses:
                took = self._go(address)
                waits += [took] if warm else []
        return [
            Budget("page change, warm, p75", quantiles(waits, n=4)[2], 150, "ms"),
            *self._interactions(),
            Budget("layout shift, worst page", self._tab.evaluate(PAINTS)["shift"], 0.02, ""),
        ]

    def _go(self, address: str) -> float:
        took = self._tab.evaluate(
            """(to) => new Promise((done) => {
              const before = document.querySelector("main h1");
              const began = performance.now();
              history.pushState({}, "", to);
              dispatchEvent(new PopStateEvent("popstate"));
              const look = () => {
                const now = document.querySelector("main h1");
                if ((now && now !== before) || performance.now() - began > 5000) done(performance.now() - began);
                else requestAnimationFrame(look);
              };
              requestAnimationFrame(look);
            })""",
            address,
        )
        self._tab.wait_for_timeout(300)
        return float(took)

    def typing(self, words: Sequence[str]) -> list[Budget]:
        """Into the field of the search, each at once: results are those of this key. Then one key after the other."""
        waits = []
        field = self._tab.locator("[data-page-search]").first
        for each in words:
            self._go("/nodes")
            self._go("/search")
            field.click()
            self._tab.evaluate(EXPECTING, ["main [role=gridcell]", ""])
            field.fill(each)
            waits.append(float(self._tab.evaluate(SEEN)))
        field.press_sequentially(" plan", delay=60)
        self._tab.wait_for_timeout(1_000)
        return [
            Budget("search, last key to results", median(waits), 150, "ms"),
            *self._interactions("typing"),
        ]

    def scrolling(self, address: str) -> list[Budget]:
        tab = self._tab
        self._go(address)
        tab.get_by_role("row").nth(5).wait_for()
        before = tab.evaluate(HEAP)
        tab.evaluate(LONGEST_TASK)
        told: dict[str, Any] = tab.evaluate(SCROLLED, FRAMES)
        return [
            Budget("scrolling, frames over 17 ms", 100 * told["late"], 5, "%"),
            Budget("scrolling, longest frame", told["longest"], 50, "ms"),
            Budget("scrolling, longest task", tab.evaluate(LONGEST_TASK), 100, "ms"),
            Budget("scrolling, rows in the page", tab.evaluate(ROWS), 100, "rows"),
            Budget("scrolling, growth of the heap", (tab.evaluate(HEAP) - before) / 1e6, 60, "MB"),
        ]

    def _interactions(self, of: str = "going around") -> list[Budget]:
        waits = [float(wait) for wait in self._tab.evaluate(INTERACTIONS)] or [0.0, 0.0]
        return [
            Budget(f"interaction to next paint, {of}, p75", quantiles([*waits, *waits], n=4)[2], 150, "ms"),
            Budget(f"interaction to next paint, {of}, worst", max(waits), 300, "ms"),
        ]

"""A household whose machines may be changed: what is added, renamed and retired here is in nobody else's way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys import glass
from tests.journeys.machine import Machine
from tests.journeys.web.household import Household

BROKEN = "The store cannot be written."
CLERK = """\
#!/bin/sh
# Stamps each file; not while the desk is shut, and not while the clerk is ill.
cat > /dev/null
while [ -e shut ]; do sleep 0.1; done
if [ -e ill ]; then echo 'the clerk is ill' >&2; exit 65; fi
echo '{"stamped": true}'
"""


class Workshop(Household):
    """`nas` has a bridge, to the folder `cloud`. `laptop` lets folders below `spare` be added from elsewhere, and has a
    program for a plugin: the `clerk`, who goes by what lies on the `desk`."""

    @property
    def cloud(self) -> Path:
        return self.nas.folder / "cloud"

    @property
    def spare(self) -> Path:
        return self.laptop.folder / "spare"

    @property
    def desk(self) -> Path:
        """The folder of the plugin's own, where alone it sees more than what it is asked."""
        return self.laptop.folder / "state" / "mosaicfs" / "plugin-state" / "clerk"

    def _furnish(self) -> None:
        shutil.copy(Path(glass.__file__), _plugins_of(self.nas))
        (_plugins_of(self.nas) / "glass.py").chmod(0o600)
        clerk = _plugins_of(self.laptop) / "clerk"
        clerk.write_text(CLERK)
        clerk.chmod(0o755)
        self.cloud.mkdir()
        (self.cloud / "from-the-cloud.txt").write_text("x")
        self.spare.mkdir()
        (self.spare / "spare-key.txt").write_text("x")
        self.laptop.environment["MOSAICFS_AGENT_WATCH_ROOTS"] = str(self.spare)

    def _settle(self) -> None:
        """There is nothing to wait for."""


def _plugins_of(machine: Machine) -> Path:
    folder = machine.folder / "data" / "mosaicfs" / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def until(tab: Page, true: Callable[[], bool], what: str) -> None:
    """As the server tells it; the page goes on meanwhile."""
    for _ in range(200):
        if true():
            return
        tab.wait_for_timeout(100)
    raise AssertionError(what)


@contextmanager
def refused(tab: Page, method: str, path: str) -> Iterator[None]:
    """Calls that end with `path` are answered with an error of the server."""
    pattern = re.compile(re.escape(path) + r"(\?.*)?$")

    def answer(route: Route) -> None:
        if route.request.method == method:
            error = {"code": "internal_error", "message": BROKEN, "request_id": "req-7"}
            route.fulfill(status=500, json={"error": error})
        else:
            route.fallback()

    tab.route(pattern, answer)
    yield
    tab.unroute(pattern, answer)


def says(place: Page | Locator, text: str = BROKEN) -> None:
    expect(place.get_by_role("alert").filter(has_text=text)).to_have_count(1)


def told(tab: Page, text: str) -> None:
    """In a toast, which is closed then. It gives the keyboard back, which closes a menu that is open."""
    toast = tab.locator("[data-sonner-toast]").filter(has_text=text)
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Close toast").click()
    expect(toast).to_have_count(0)


def pick(place: Page | Locator, field: str, option: str) -> None:
    page = place if isinstance(place, Page) else place.page
    place.get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=option, exact=True).click()

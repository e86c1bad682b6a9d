"""One household for all journeys through the page, a browser for each file of them, and a visitor for each journey."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from mosaicfs_control.page.build import Build
from tests.journeys.web.browsing import Visitor, chromium, visiting
from tests.journeys.web.household import Household

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    if not Build().is_there:
        pytest.skip("the web page is not built: make web")
    made = Household(tmp_path_factory.mktemp("w"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def key(household: Household) -> tuple[str, str]:
    return household.key()


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture
def visit(opened: Browser, household: Household) -> Iterator[Visit]:
    """A visitor who has not signed in; that she was safe is looked at in the end."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(visiting(opened, household.page, **options))


@pytest.fixture
def visitor(visit: Visit, key: tuple[str, str]) -> Visitor:
    """Signed in, on the Dashboard."""
    found: Visitor = visit()
    found.sign_in(key)
    return found


def names(found: list[dict[str, Any]]) -> set[str]:
    return {item["name"] for item in found}

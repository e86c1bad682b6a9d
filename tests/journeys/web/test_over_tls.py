"""The page over TLS, as another machine opens it: the certificate of the instance is trusted by its key alone, and all
that comes in - documents, events, bytes of files, the service worker - comes over the same line."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.journeys.web.browsing import Visitor, chromium, live, sidebar, until_true, visiting
from tests.journeys.web.household import Household
from tests.journeys.web.test_from_folder_to_file import make_fill_and_read


def pin(household: Household) -> str:
    """Of the key that the server shows, as Chromium wants it, once the certificate was found to be of the instance."""
    host, _, port = household.tls.removeprefix("https://").partition(":")
    shown = ssl.get_server_certificate((host, int(port)), ca_certs=str(household.authority))
    key = load_pem_x509_certificate(shown.encode()).public_key()
    return b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()


@pytest.fixture
def stranger() -> Iterator[Browser]:
    """A browser that knows nothing of the instance."""
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture
def guest(household: Household, key: tuple[str, str]) -> Iterator[Visitor]:
    """Signed in over TLS, in a browser that was told the key of this one server."""
    with sync_playwright() as playwright:
        started = chromium(playwright, f"--ignore-certificate-errors-spki-list={pin(household)}")
        with visiting(started, household.tls) as visitor:
            visitor.sign_in(key)
            yield visitor
        started.close()


def test_a_browser_that_does_not_know_the_instance_shows_nothing_of_it(stranger: Browser, household: Household) -> None:
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        stranger.new_page().goto(household.tls)


def test_the_page_is_whole_over_tls(guest: Visitor, household: Household) -> None:
    tab = guest.page
    expect(live(tab)).to_be_visible()
    assert tab.evaluate("isSecureContext && location.protocol") == "https:"
    see_changes(guest, household)
    look_at(guest, household)
    make_fill_and_read(guest, household, "Summer over TLS")
    assert all("http://" not in asked for asked in guest.asked)


def see_changes(guest: Visitor, household: Household) -> None:
    """A rule comes with the documents, its files with the events."""
    tab = guest.go("/labels/rules")
    rule = {
        "name": "Over TLS",
        "node_id": "node-nas",
        "path_prefix": f"{household.nas.files}/papers/",
        "labels": ["tls"],
    }
    made = household.call("POST", "/api/labels/rules", rule)["rule_id"]
    expect(tab.get_by_role("row").filter(has_text="Over TLS")).to_be_visible()
    household.call("DELETE", f"/api/labels/rules/{made}")
    expect(tab.get_by_text("Over TLS")).to_have_count(0)
    databases = tab.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))")
    assert any("mosaicfs-" in name for name in databases), databases


def look_at(guest: Visitor, household: Household) -> None:
    """A text in the frame; a picture is looked at by its link later on."""
    tab = guest.go(f"/search?q=notes&file={household.file_id('notes.md')}")
    expect(tab.frame_locator("[role=dialog] iframe").first.get_by_text("Notes of today").first).to_be_attached()


def test_the_worker_lets_the_page_begin_without_the_server(guest: Visitor, household: Household) -> None:
    tab = guest.page
    until_true(tab, "navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === 'activated')")
    guest.context.set_offline(True)
    tab.reload()
    expect(tab.get_by_text(re.compile("does not answer|needs the control plane"))).to_be_visible()
    expect(sidebar(tab)).to_have_count(0)
    guest.context.set_offline(False)

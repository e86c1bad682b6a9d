"""Docs cannot lie: links lead somewhere, texts speak of the project alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shape.workspace import ROOT, our_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

KNOWN_HOSTS = {
    "www.apache.org": "named by the licence itself",
    "ntfy.sh": "the service that a channel is for",
    "www.w3.org": "the name of the language of drawings",
}
NOBODY_ELSES = re.compile(r"[^.]+|(127|0)\.\d+\.\d+\.\d+|([\w\-]+\.)*(example|test|invalid)(\.\w+)?")
"""Names without a dot, this machine, and the names that are reserved for examples."""


@pytest.mark.parametrize("page", our_files("*.md"), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in _links(page) if not _leads_somewhere(page, link)]
    assert not broken


def test_every_word_that_a_page_asks_make_for_exists() -> None:
    words = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        (str(page.relative_to(ROOT)), word)
        for page in our_files("*.md")
        for word in re.findall(r"(?:`|^)make ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert not (unknown := {(page, word) for page, word in asked if word not in words}), unknown


def test_texts_name_no_host_that_is_not_known() -> None:
    """An address in a text is one that somebody, or some program, will try."""
    named = [
        f"{path.relative_to(ROOT)}: {host}"
        for path, text in _texts()
        for host in re.findall(r"\b(?:https?|wss?)://([A-Za-z0-9_.\-]+)", text)
        if host not in KNOWN_HOSTS and not NOBODY_ELSES.fullmatch(host)
    ]
    assert not named, "\n".join(named)


def test_texts_name_no_place_of_the_machine_they_were_written_on() -> None:
    places = (f"{ROOT}/", f"{Path.home()}/")
    named = [f"{path.relative_to(ROOT)}: {place}" for path, text in _texts() for place in places if place in text]
    assert not named, "\n".join(named)


def _links(page: Path) -> list[str]:
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(prose) if not link.startswith(("http:", "https:", "mailto:"))]


def _leads_somewhere(page: Path, link: str) -> bool:
    place, _, anchor = link.partition("#")
    target = page.parent / place if place else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    headings = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _texts() -> Iterator[tuple[Path, str]]:
    for path in our_files(
        "*.md", "*.py", "*.toml", "*.yaml", "*.yml", "*.mjs", "*.js", "*.html", "Makefile", "requirements.lock"
    ):
        yield path, path.read_text(encoding="utf-8")

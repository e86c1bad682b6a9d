"""Docs cannot lie: links lead somewhere, a hook is found under its one word, texts speak of the project alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shape.workspace import ROOT, our_files, parsed

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

PLACES = (
    "docs/hooks/{}.md",
    "kernel/src/mosaicfs/services/{}.py",
    "sdk/src/mosaicfs_sdk/conformance/{}.py",
    "kernel/tests/services/test_{}.py",
)
NOT_YET: dict[str, str] = {
    "kernel/src/mosaicfs/services/materialize.py": "asked when bytes are read, which comes with the tiers",
    "kernel/src/mosaicfs/services/query.py": "asked by search, which comes with the first engine",
    "kernel/src/mosaicfs/services/tier.py": "asked when bytes are read, which comes with the tiers",
    "kernel/src/mosaicfs/services/replicate.py": "asked by the copies worker, which comes with the first target",
}
"""Places of the eight words that stand empty, with the reason. One that is filled must leave this table."""

KNOWN_HOSTS = {"www.apache.org": "named by the licence itself", "ntfy.sh": "the service that a channel is for"}
NOBODY_ELSES = re.compile(r"[^.]+|(127|0)\.\d+\.\d+\.\d+|([\w\-]+\.)*(example|test|invalid)(\.\w+)?")
"""Names without a dot, this machine, and the names that are reserved for examples."""


def test_every_hook_has_its_places() -> None:
    hooks = list(_hooks())
    assert hooks, "hookspecs.py names no hook"
    empty = {p for hook in hooks for p in _places(hook) if not (ROOT / p).is_file()}
    assert not (lost := empty - NOT_YET.keys()), f"a hook without its place: {sorted(lost)}"
    assert not (filled := NOT_YET.keys() - empty), f"no longer empty: {sorted(filled)}"


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


def _hooks() -> Iterator[str]:
    """Functions of hookspecs.py that carry the decorator."""
    for node in ast.walk(parsed(ROOT / "kernel/src/mosaicfs/hookspecs.py")):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            ast.unparse(mark).startswith("hookspec") for mark in node.decorator_list
        ):
            yield node.name


def _places(hook: str) -> Iterator[str]:
    """The test of a service is asked for where the service is."""
    page, service, suite, test = (place.format(hook) for place in PLACES)
    yield from (page, service, suite)
    if (ROOT / service).is_file():
        yield test


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

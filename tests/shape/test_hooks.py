"""One word, five places: a hook is found under its verb in the specification, its service, suite, page and test.

A place that is there and says nothing does not count: the service is the one that asks, the suite judges that hook, the
page says what it is for, and the test tests.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.shape.workspace import ROOT, files_below, parsed

SPECIFICATION = ROOT / "kernel/src/mosaicfs/hookspecs.py"


class Room(NamedTuple):
    """Where a verb is lived by more than one file, or on another floor: its place and that of its test."""

    service: str
    test: str


ROOMS = {
    "materialize": Room(
        "kernel/src/mosaicfs/services/backends/reading.py", "kernel/tests/services/backends/test_reading.py"
    ),
    "query": Room(
        "kernel/src/mosaicfs/services/querying/answering.py", "kernel/tests/services/querying/test_answering.py"
    ),
    "tier": Room("kernel/src/mosaicfs/content/offering.py", "kernel/tests/content/test_offering.py"),
}
NOT_YET = {
    "replicate": "nobody asks for a target before there is a worker that copies",
}
"""Hooks without a service, with the reason. One that is filled must leave this table."""

ASKED_BY = {
    "annotate": "app.py hands the question over, so that the runner can be tried without a host",
    "notify": "sending.py of its room asks, one channel at a time",
    "serve": "app.py starts each face, and the service puts it up again",
    "tier": "app.py asks once for each process, and hands over what it was given",
}
"""Services that are handed what the hook answers instead of asking themselves, with the reason."""


def hooks() -> list[str]:
    """Functions of hookspecs.py that carry the decorator."""
    found = [
        node.name
        for node in parsed(SPECIFICATION).body
        if isinstance(node, ast.AsyncFunctionDef) and any("hookspec" in ast.unparse(m) for m in node.decorator_list)
    ]
    assert found, "hookspecs.py names no hook"
    return found


def service_of(hook: str) -> Path:
    place = ROOMS[hook].service if hook in ROOMS else f"kernel/src/mosaicfs/services/{hook}.py"
    return ROOT / place


def test_of(hook: str) -> Path:
    place = ROOMS[hook].test if hook in ROOMS else f"kernel/tests/services/test_{hook}.py"
    return ROOT / place


test_of.__test__ = False  # type: ignore[attr-defined]  # the name of a place, not of a test


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_has_a_service_that_asks_it(hook: str) -> None:
    place = service_of(hook)
    if hook in NOT_YET:
        assert not place.is_file(), f"no longer empty: {hook}"
        assert hook not in set(_asked_below(ROOT / "kernel/src")), f"somebody asks for {hook} outside of its service"
        return
    assert place.is_file(), f"{hook} has no service: {place.relative_to(ROOT)}"
    asks = hook in set(_asked_in(place))
    assert asks != (hook in ASKED_BY), f"{place.relative_to(ROOT)}: who asks is not who ASKED_BY says"
    assert hook in set(_asked_below(ROOT / "kernel/src")), f"nobody asks for {hook}"


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_has_a_suite_that_judges_it(hook: str) -> None:
    place = ROOT / f"sdk/src/mosaicfs_sdk/conformance/{hook}.py"
    assert place.is_file(), f"{hook} has no suite: {place.relative_to(ROOT)}"
    assert f'hook = "{hook}"' in place.read_text(encoding="utf-8")
    assert len(list(_tests_in(place))) > 1, f"{place.relative_to(ROOT)} judges nothing"


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_has_a_page_that_says_what_it_is_for(hook: str) -> None:
    page = (ROOT / f"docs/hooks/{hook}.md").read_text(encoding="utf-8")
    prose = re.sub(r"<!--.*?-->|```.*?```|^#[^\n]*", "", page, flags=re.MULTILINE | re.DOTALL)
    first = prose.strip().partition("\n")[0]
    assert re.fullmatch(r"[A-Z].*\.", first), f"docs/hooks/{hook}.md begins with {first!r}"
    assert f"async def {hook}(" in page


@pytest.mark.parametrize("hook", [each for each in hooks() if each not in NOT_YET])
def test_a_hook_has_tests_of_its_service(hook: str) -> None:
    place = test_of(hook)
    assert place.is_file(), f"{hook} has no test: {place.relative_to(ROOT)}"
    assert len(list(_tests_in(place))) > 1, f"{place.relative_to(ROOT)} tests nothing"


def test_exceptions_are_of_hooks_that_there_are() -> None:
    assert {*ROOMS, *NOT_YET, *ASKED_BY} <= set(hooks())


def _asked_below(folder: Path) -> Iterator[str]:
    for path in files_below(folder, "*.py"):
        yield from _asked_in(path)


def _asked_in(path: Path) -> Iterator[str]:
    """Hooks that are taken from an object called `hooks`, to be asked here or handed over."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] in ("hooks", "_hooks"):
            yield node.attr


def _tests_in(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name

"""The suite for annotators notices what it is there to notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

import pytest

from mosaicfs import PluginHost
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample
from mosaicfs_sdk.pytest_plugin import MakeHost

HEAD = """
from random import random
from mosaicfs.hookspecs import hookimpl

@hookimpl
async def annotate(event, path):
    if not event.name.startswith("file.") or path is None:
        return None
    content = path.read_bytes()
"""
GOOD = "    return {'size': len(content)} if content else {}"

Check = Callable[[AnnotateConformance, PluginHost, Path], Awaitable[None]]

SPOILT: dict[str, tuple[str, Check]] = {
    "an answer of chance": ("return {'n': random()}", AnnotateConformance.test_the_same_file_gets_the_same_answer),
    "no answer": ("return {}", AnnotateConformance.test_the_same_file_gets_the_same_answer),
    "bytes in it": ("return {'b': content}", AnnotateConformance.test_facts_are_json_that_can_be_stored),
    "no number": ("return {'n': [float('nan')]}", AnnotateConformance.test_facts_are_json_that_can_be_stored),
    "a key of numbers": ("return {'n': {1: 2}}", AnnotateConformance.test_facts_are_json_that_can_be_stored),
    "too much": ("return {'n': 'x' * (1 << 20)}", AnnotateConformance.test_facts_are_json_that_can_be_stored),
    "None for nothing": ("return None", AnnotateConformance.test_nothing_to_say_is_an_empty_answer),
    "a file beside": (
        "path.with_suffix('.new').write_bytes(content)",
        AnnotateConformance.test_the_file_is_left_as_it_was,
    ),
    "another mode": ("path.chmod(0o600)", AnnotateConformance.test_the_file_is_left_as_it_was),
}


def plugin_of(source: str) -> ModuleType:
    module = ModuleType("tried")
    exec(source, module.__dict__)
    return module


class TestGood(AnnotateConformance):
    plugin = plugin_of(HEAD + GOOD)
    telling = Sample("a.txt", "text/plain", b"abc")
    boring = Sample("b.txt", "text/plain", b"")


class Spoilt(AnnotateConformance):
    telling = TestGood.telling
    boring = TestGood.boring

    def __init__(self, source: str) -> None:
        self.plugin = plugin_of(source)


@pytest.mark.parametrize(("body", "check"), SPOILT.values(), ids=SPOILT)
async def test_it_notices(body: str, check: Check, plugin_host: MakeHost, tmp_path: Path) -> None:
    spoilt = Spoilt(f"{HEAD}    {body}")
    with pytest.raises(AssertionError):
        await check(spoilt, plugin_host(spoilt.plugin), tmp_path)


async def test_it_notices_a_plugin_that_throws_away_on_a_strange_event(plugin_host: MakeHost, tmp_path: Path) -> None:
    spoilt = Spoilt(HEAD.replace('not event.name.startswith("file.") or ', "") + GOOD)
    with pytest.raises(AssertionError):
        await spoilt.test_an_event_that_it_does_not_know_is_not_its_own(plugin_host(spoilt.plugin), tmp_path)
